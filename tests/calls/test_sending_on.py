"""A caller is sent on to a number outside: by whom, where to, and what becomes of the call."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils.timezone import now

from calling import call, talk_of
from centrala.azure.calls import Calls
from centrala.azure.errors import AzureError
from centrala.calls import enquiring
from centrala.calls.actions import heard
from centrala.calls.models import BlockedNumber, BlockState, Call, CallEnd, CallState
from centrala.calls.sending_on import RINGS, is_under_way, send_on
from centrala.calls.sent_on import SentOn, count, forget
from centrala.conversations.models import ConversationState
from centrala.errors import Refused
from centrala.organization.models import Role, User
from centrala.workstreams.actions import set_up
from centrala.workstreams.models import Channel, Workstream
from hub import OURS, connected
from hub import ala as agent

pytestmark = pytest.mark.django_db
ELSEWHERE = "+14255550188"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The numbers that Azure was asked to call; what it does is told by its events."""
    numbers: list[str] = []
    monkeypatch.setattr(Calls, "transfer", lambda _self, _id, *, to, **_more: numbers.append(to))
    return numbers


@pytest.fixture
def ala() -> User:
    return agent()


@pytest.fixture
def theirs(ala: User, asked: list[str]) -> Call:
    """Ala talks; her workstream allows numbers in the United States."""
    connection = connected()
    set_up(name="Voice", channel=Channel.VOICE, numbers=list(connection.numbers.all()))
    Workstream.objects.filter(channel=Channel.VOICE).update(transfer_countries=["US"])
    return call(connection, agent=ala)


def tell(made: Call, type_: str, id_: str = "") -> None:
    heard(made, id_=id_ or type_, type_=type_, at=now(), data={"resultInformation": {"message": "It is busy."}})


def state(made: Call) -> tuple[str, str, str]:
    made.refresh_from_db()
    return made.state, made.ending, talk_of(made).state


def test_number_that_answers_has_the_caller_and_the_agent_wraps_up(theirs: Call, ala: User, asked: list[str]) -> None:
    send_on(conversation=talk_of(theirs), user=ala, number="(425) 555-0188")
    theirs.refresh_from_db()
    assert (asked, is_under_way(theirs), theirs.state) == ([ELSEWHERE], True, CallState.CONNECTED)

    tell(theirs, "CallTransferAccepted")
    tell(theirs, "CallDisconnected")

    assert state(theirs) == (CallState.ENDED, CallEnd.TRANSFERRED, ConversationState.WRAP_UP)


def test_end_that_is_told_before_its_reason_ends_the_same(theirs: Call, ala: User) -> None:
    send_on(conversation=talk_of(theirs), user=ala, number=ELSEWHERE)

    tell(theirs, "CallDisconnected")
    tell(theirs, "CallTransferAccepted")

    assert state(theirs) == (CallState.ENDED, CallEnd.TRANSFERRED, ConversationState.WRAP_UP)


def test_number_that_does_not_answer_leaves_the_caller_with_the_agent(theirs: Call, ala: User) -> None:
    send_on(conversation=talk_of(theirs), user=ala, number=ELSEWHERE)

    tell(theirs, "CallTransferFailed")

    assert state(theirs) == (CallState.CONNECTED, "", ConversationState.ACTIVE)
    assert (is_under_way(theirs), theirs.sent_to, theirs.detail) == (False, ELSEWHERE, "It is busy.")
    send_on(conversation=talk_of(theirs), user=ala, number=ELSEWHERE)


@pytest.mark.parametrize(
    ("number", "told"),
    [("+1 900 555 0100", "premium"), (OURS, "our own numbers"), ("+14255550166", "blocked")],
)
def test_numbers_that_nobody_may_dial_are_no_place_for_callers_either(
    theirs: Call, ala: User, asked: list[str], number: str, told: str
) -> None:
    BlockedNumber.objects.create(number="+14255550166", state=BlockState.BLOCKED, changed_at=now())
    with pytest.raises(Refused, match=told):
        send_on(conversation=talk_of(theirs), user=ala, number=number)
    assert asked == []


def test_caller_is_not_sent_on_while_a_number_outside_is_consulted(theirs: Call, ala: User, asked: list[str]) -> None:
    """Whom the agent then handed the call would lose the caller to somebody else."""
    talk = talk_of(theirs)
    advice = enquiring.begin(conversation=talk, user=ala, to="+14255550199", number=OURS, longest_seconds=600)

    with pytest.raises(Refused, match="A number outside is asked already"):
        send_on(conversation=talk, user=ala, number=ELSEWHERE)
    assert asked == []

    enquiring.finish(enquiry=advice, user=ala)
    send_on(conversation=talk, user=ala, number=ELSEWHERE)
    assert asked == [ELSEWHERE]


def test_second_number_has_to_wait_for_the_first_but_not_for_ever(theirs: Call, ala: User, asked: list[str]) -> None:
    send_on(conversation=talk_of(theirs), user=ala, number=ELSEWHERE)
    with pytest.raises(Refused, match="being transferred already"):
        send_on(conversation=talk_of(theirs), user=ala, number="+14255550189")

    Call.objects.update(sent_at=now() - RINGS - timedelta(seconds=1))
    send_on(conversation=talk_of(theirs), user=ala, number="+14255550189")

    assert asked == [ELSEWHERE, "+14255550189"]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("911", "an emergency number"),
        ("+48600100200", "Calls to this country"),
        (OURS, "our own numbers|can have this number|Calls to this country"),
        ("nobody", "is no telephone number"),
    ],
)
def test_number_that_may_not_be_called_is_refused_before_azure_is_asked(
    theirs: Call, ala: User, asked: list[str], number: str, reason: str
) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        send_on(conversation=talk_of(theirs), user=ala, number=number)

    assert (asked, refused.value.field) == ([], "number")


def test_without_countries_nobody_is_sent_anywhere(theirs: Call, ala: User, asked: list[str]) -> None:
    Workstream.objects.update(transfer_countries=[])

    with pytest.raises(Refused, match="No country is allowed"):
        send_on(conversation=talk_of(theirs), user=ala, number=ELSEWHERE)

    assert asked == []


def test_who_has_not_the_call_sends_nobody_on(theirs: Call, asked: list[str]) -> None:
    beata = User.objects.create_user("beata", role=Role.SUPERVISOR)

    with pytest.raises(Refused, match="not yours"):
        send_on(conversation=talk_of(theirs), user=beata, number=ELSEWHERE)

    assert asked == []


def test_azures_no_is_told_and_the_caller_stays(theirs: Call, ala: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object, **_named: object) -> None:
        raise AzureError("No such number.", permanent=True, status=400)

    monkeypatch.setattr(Calls, "transfer", refuse)

    with pytest.raises(Refused, match="No such number"):
        send_on(conversation=talk_of(theirs), user=ala, number=ELSEWHERE)

    theirs.refresh_from_db()
    assert not is_under_way(theirs)


def test_cap_of_the_day_is_the_workstreams_and_counts_each_that_azure_is_asked_for(
    theirs: Call, ala: User, asked: list[str]
) -> None:
    Workstream.objects.filter(channel=Channel.VOICE).update(most_transfers=2)
    yesterday = now() - timedelta(days=1)
    count(uuid4(), talk_of(theirs).workstream, at=yesterday)
    for name in ("first", "second"):
        send_on(conversation=talk_of(theirs), user=ala, number=ELSEWHERE)
        tell(theirs, "CallTransferFailed", name)

    with pytest.raises(Refused, match="transferred outside 2 times today") as refused:
        send_on(conversation=talk_of(theirs), user=ala, number=ELSEWHERE)

    theirs.refresh_from_db()
    assert (refused.value.field, len(asked), theirs.sent_at) == ("number", 2, None)


def test_wish_that_is_asked_for_again_counts_once(theirs: Call) -> None:
    Workstream.objects.filter(channel=Channel.VOICE).update(most_transfers=1)
    workstream, wish = talk_of(theirs).workstream, uuid4()

    count(wish, workstream)
    count(wish, workstream)

    with pytest.raises(Refused):
        count(uuid4(), workstream)
    forget(at=now() + timedelta(days=3))
    assert not SentOn.objects.exists()

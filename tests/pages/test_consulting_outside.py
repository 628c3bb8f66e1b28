"""An agent consults a number outside: what is refused, what its page says, and what counts against the caps."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from calling import call, node, talk_of
from centrala.calls import actions, enquiring
from centrala.calls.blocking import block
from centrala.calls.enquiry import Enquired, Enquiry, Parted
from centrala.calls.models import Call, CallEnd, Recorded
from centrala.calls.queries import standing
from centrala.connection.models import Connection
from centrala.conversations.models import ConversationState
from centrala.dialling.checks import seconds_left
from centrala.dialling.models import Dialled, Profile
from centrala.errors import Refused
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.routing.actions import release
from centrala.routing.models import Step, Trace
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel, Workstream
from hub import CUSTOMER, OURS
from pages.reading import read

EXPERT, SPACED = "+14255550199", "+1 425-555-0199"


@pytest.fixture
def hers(agent: Client, ala: User, connection: Connection) -> Call:
    """Ala's call."""
    PhoneNumber.objects.update(makes_calls=True, receives_calls=True)
    made = workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=list(PhoneNumber.objects.all()))
    Workstream.objects.filter(pk=made.pk).update(units=100)
    return call(connection, agent=ala, at=node(settings.PUBLIC_URL))


@pytest.fixture
def profile(hers: Call, ala: User) -> Profile:
    made = Profile.objects.create(
        label="Sales",
        number=PhoneNumber.objects.get(),
        workstream=Workstream.objects.get(name="Voice"),
        countries=["US"],
    )
    made.people.add(ala)
    return made


def ask(client: Client, made: Call, number: str = EXPERT, **more: object) -> str:
    """What is wrong; "" where it is being called."""
    response = client.post(f"/desk/{talk_of(made).pk}/consult", {"number": number, **more})
    return "" if response.status_code == 302 else read(response).one("form", class_="transfer").text()


def enquiry() -> Enquiry:
    return Enquiry.objects.latest("asked_at")


def answer(client: Client, what: str) -> int:
    return client.post(f"/desk/enquiries/{enquiry().pk}/{what}").status_code


def facts(client: Client, made: Call) -> str:
    return read(client.get(f"/desk/{talk_of(made).pk}/")).one("section", id="call-facts").text()


def hung_up() -> list[str]:
    jobs = ProcrastinateJob.objects.filter(task_name=enquiring.HANG_UP)
    return [job.args["enquiry_id"] for job in jobs]


def on_its_way(client: Client, made: Call) -> Enquiry:
    """Azure calls it."""
    assert ask(client, made) == ""
    enquiring.named(enquiry().pk, str(uuid4()))
    return enquiry()


def in_the_call(client: Client, made: Call) -> Enquiry:
    enquiring.came(on_its_way(client, made).pk)
    return enquiry()


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("112", "emergency number"),
        ("+1 900 555 0100", "premium"),
        ("+48 600 100 200", "is not among the countries you may call"),
        (OURS, "one of our own numbers"),
        (CUSTOMER, "in the call already"),
        ("+14255550166", "is blocked"),
        ("abc", "no telephone number"),
        ("", "Choose whom you ask"),
    ],
)
def test_number_that_may_not_be_called_is_refused_with_the_reason(
    agent: Client, hers: Call, profile: Profile, administrator: Client, number: str, why: str
) -> None:
    block(number="+14255550166", actor=User.objects.get(username="adam"))

    assert why in ask(agent, hers, number)

    assert (Enquiry.objects.count(), Dialled.objects.count()) == (0, 0)


def test_whoever_has_no_outbound_profile_is_offered_colleagues_alone(agent: Client, hers: Call) -> None:
    page = read(agent.get(f"/desk/{talk_of(hers).pk}/consult"))

    assert page.all("input", name="number") == []
    assert "Choose whom you ask" in ask(agent, hers)


def test_colleague_and_number_at_once_are_one_too_many(
    agent: Client, supervisor: Client, hers: Call, profile: Profile
) -> None:
    assert "one person, or one number" in ask(agent, hers, colleague=User.objects.get(username="beata").pk)


def test_customer_is_talked_to_until_somebody_answers_there_and_then_on_hold(
    agent: Client, hers: Call, profile: Profile, ala: User
) -> None:
    made = on_its_way(agent, hers)
    assert f"{SPACED} is being called" in facts(agent, hers)
    stands = standing(hers.pk)
    assert stands.advice is not None
    assert (stands.held, stands.advice.named, stands.advice.answered_at) == (False, True, None)

    enquiring.heard(made, type_="CallConnected", data={})
    enquiring.heard(made, type_="CallConnected", data={})

    assert standing(hers.pk).held
    assert f"{SPACED} is in the call" in facts(agent, hers)
    assert "asked already" in ask(agent, hers, "+14255550198")
    steps = Trace.objects.filter(conversation=talk_of(hers), words=EXPERT)
    assert [(one.step, one.agent) for one in steps] == [(Step.OUTSIDE_ASKED, ala)]


def test_agent_who_goes_on_without_it_has_the_customer_back_and_it_is_hung_up(
    agent: Client, hers: Call, profile: Profile
) -> None:
    made = in_the_call(agent, hers)

    assert answer(agent, "end") == 302

    stands = standing(hers.pk)
    assert (stands.held, stands.advice, hung_up()) == (False, None, [str(made.pk)])
    assert SPACED not in facts(agent, hers)
    assert answer(agent, "end") == 422
    assert ask(agent, hers) == ""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (486, f"{SPACED} is busy."),
        (603, f"{SPACED} declined the call."),
        (487, f"Nobody answered at {SPACED}."),
        (404, f"There is no number {SPACED}. The customer is with you. what Azure says"),
        (500, f"Azure could not call {SPACED}. The customer is with you. what Azure says"),
    ],
)
def test_agent_is_told_why_nobody_came(agent: Client, hers: Call, profile: Profile, code: int, words: str) -> None:
    made = on_its_way(agent, hers)

    told = {"resultInformation": {"code": code, "message": "what Azure says"}}
    enquiring.heard(made, type_="CreateCallFailed", data=told)

    assert words in facts(agent, hers)
    assert (standing(hers.pk).advice, standing(hers.pk).held) == (None, False)


def test_what_is_told_of_another_call_ends_no_consultation(agent: Client, hers: Call, profile: Profile) -> None:
    made = in_the_call(agent, hers)
    made.refresh_from_db()
    assert made.call_connection_id

    enquiring.heard(made, type_="CallDisconnected", data={"callConnectionId": "another"})

    made.refresh_from_db()
    assert made.state == Enquired.CAME
    enquiring.heard(made, type_="CallDisconnected", data={"callConnectionId": made.call_connection_id})
    made.refresh_from_db()
    assert made.state == Enquired.OVER


def test_one_who_hangs_up_gives_the_customer_back_and_the_agent_is_told(
    agent: Client, hers: Call, profile: Profile
) -> None:
    made = in_the_call(agent, hers)

    enquiring.heard(made, type_="CallDisconnected", data={})

    assert f"{SPACED} hung up. The customer is with you." in facts(agent, hers)
    assert not standing(hers.pk).held


@pytest.mark.parametrize("what", ["customer", "given back"])
def test_it_is_over_with_the_call_and_with_its_agent(
    agent: Client, hers: Call, profile: Profile, ala: User, what: str
) -> None:
    made = in_the_call(agent, hers)

    if what == "customer":
        actions.ended(hers.pk, CallEnd.CUSTOMER)
        assert (enquiry().state, hung_up()) == (Enquired.OVER, [str(made.pk)])
    else:
        release(conversation=talk_of(hers), user=ala)
        advice = standing(hers.pk).advice
        assert advice is not None
        assert not advice.wanted
        assert answer(agent, "hand-over") == 422


def test_call_is_handed_over_and_goes_on_without_the_agent_until_one_hangs_up(
    agent: Client, supervisor: Client, hers: Call, profile: Profile
) -> None:
    made = in_the_call(agent, hers)
    Call.objects.update(recorded=Recorded.HELD)

    assert answer(agent, "hand-over") == 302

    stands, talk = standing(hers.pk), talk_of(hers)
    assert (stands.over, stands.agent, stands.held, stands.is_handed_on) == (False, None, False, True)
    assert (talk.state, stands.recorded) == (ConversationState.WRAP_UP, Recorded.NO)
    for reader in (agent, supervisor):
        told = facts(reader, hers)
        assert "The call was handed over, and goes on." in told
        assert f"The customer talks with {SPACED}, and no agent is in the call any more" in told
    assert (answer(agent, "end"), answer(agent, "hand-over")) == (422, 422)

    enquiring.heard(made, type_="CallDisconnected", data={})
    assert standing(hers.pk).over
    assert actions.why_over(Call.objects.get()) == CallEnd.TRANSFERRED
    actions.ended(hers.pk, CallEnd.TRANSFERRED)
    assert f"Transferred to {SPACED}" in facts(agent, hers)


def test_nobody_is_handed_a_call_who_has_not_answered(agent: Client, hers: Call, profile: Profile) -> None:
    on_its_way(agent, hers)

    assert answer(agent, "hand-over") == 422


def test_only_whose_call_it_is_decides(
    agent: Client, supervisor: Client, outsider: Client, hers: Call, profile: Profile
) -> None:
    in_the_call(agent, hers)

    assert SPACED not in facts(supervisor, hers)
    for stranger in (supervisor, outsider):
        assert (answer(stranger, "end"), answer(stranger, "hand-over")) == (404, 404)
    assert enquiry().state == Enquired.CAME


def test_what_it_talks_counts_toward_the_minutes_of_the_day(agent: Client, hers: Call, profile: Profile) -> None:
    Profile.objects.update(most_minutes=10, longest_minutes=4, most_calls=3)
    made = in_the_call(agent, hers)
    assert made.longest_seconds == 4 * 60

    profile.refresh_from_db()
    profile.longest_minutes = 100
    assert seconds_left(profile) == 6 * 60  # while it lasts it counts with the longest that it may take

    answer(agent, "end")
    Enquiry.objects.update(ended_at=F("answered_at") + timedelta(minutes=1))
    assert seconds_left(profile) == 9 * 60

    for _ in range(2):
        in_the_call(agent, hers)
        answer(agent, "end")
    assert "has made its most calls for today" in ask(agent, hers)


def test_late_and_repeated_words_change_nothing(agent: Client, hers: Call, profile: Profile) -> None:
    made = on_its_way(agent, hers)
    enquiring.over(made.pk, Parted.NO_ANSWER)

    enquiring.heard(made, type_="CallConnected", data={})
    enquiring.heard(made, type_="CallDisconnected", data={})

    assert (enquiry().state, enquiry().parted, standing(hers.pk).held) == (Enquired.OVER, Parted.NO_ANSWER, False)
    assert enquiry().answered_at is not None  # it is billed


def test_name_that_comes_after_the_agent_went_on_is_hung_up(agent: Client, hers: Call, profile: Profile) -> None:
    """The process that asked Azure may have died before it knew."""
    ask(agent, hers)
    answer(agent, "end")
    assert hung_up() == []

    enquiring.heard(enquiry(), type_="CallConnected", data={"callConnectionId": "named"})

    assert hung_up() == [str(enquiry().pk)]


def test_whoever_asks_again_does_so_in_the_same_words(agent: Client, hers: Call, profile: Profile) -> None:
    ask(agent, hers)
    first = enquiring.dialled(enquiry().pk, media_url="wss://first")

    again = enquiring.dialled(enquiry().pk, media_url="wss://second")
    assert first is not None
    assert again is not None
    assert (again.media_url, again.pk, again.asked_at) == ("wss://first", first.pk, first.asked_at)

    enquiring.named(enquiry().pk, "named")
    enquiring.refused(enquiry().pk, "too late")
    assert enquiring.dialled(enquiry().pk, media_url="wss://third") is None
    assert enquiry().state == Enquired.CALLED


def test_call_that_is_not_hers_any_more_asks_nobody(agent: Client, hers: Call, profile: Profile, ala: User) -> None:
    release(conversation=talk_of(hers), user=ala)

    assert "not yours any more" in ask(agent, hers)
    assert Dialled.objects.count() == 0


def test_answer_that_comes_after_the_call_was_given_back_is_hung_up(
    agent: Client, hers: Call, profile: Profile, ala: User
) -> None:
    made = on_its_way(agent, hers)
    release(conversation=talk_of(hers), user=ala)

    enquiring.came(made.pk)

    assert (enquiry().state, hung_up(), Call.objects.get().held_by) == (Enquired.OVER, [str(made.pk)], None)
    assert enquiry().answered_at is not None
    with pytest.raises(Refused):
        enquiring.finish(enquiry=made, user=ala)
    assert now() >= made.asked_at

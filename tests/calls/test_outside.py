"""Overflow sends a caller on to a number outside: once, in nobody's hands meanwhile, and back where nobody answers."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils.timezone import now

from calling import call, talk_of
from calls.test_live_call import Recorded
from centrala.azure.calls import Calls
from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.calls import outside, sweeps
from centrala.calls.actions import ended, heard
from centrala.calls.attending import Turns, attend
from centrala.calls.exchange import Exchange
from centrala.calls.live_call import LiveCall
from centrala.calls.models import Call, CallEnd
from centrala.calls.queries import standing
from centrala.calls.threads import in_thread
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.routing import overflow
from centrala.routing.actions import pick, seen
from centrala.routing.models import Offer, Step, Trace
from centrala.routing.router import route
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel, Queue, QueueKind, Workstream
from centrala.workstreams.overflow import Condition, OverflowRule, Remedy
from hub import ala, connected

pytestmark = pytest.mark.django_db
ELSEWHERE = "+14255550188"


@pytest.fixture
def connection() -> Connection:
    """Its callers may be sent on to numbers in the United States."""
    made = connected()
    workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=list(made.numbers.all()))
    Workstream.objects.filter(channel=Channel.VOICE).update(transfer_countries=["US"])
    return made


def queue() -> Queue:
    return workstreams.default_queue(QueueKind.VOICE)


def rule(condition: Condition = Condition.TOO_MANY, remedy: Remedy = Remedy.OUTSIDE, **more: Any) -> OverflowRule:
    number = ELSEWHERE if remedy == Remedy.OUTSIDE else ""
    return OverflowRule.objects.create(
        queue=queue(), condition=condition, threshold=1, remedy=remedy, number=number, **more
    )


def sent(connection: Connection, customer: str = "+14255550182") -> Call:
    """A caller who finds somebody waiting already, and whom the rule sends on."""
    rule()
    call(connection)
    return call(connection, customer=customer)


def tell(made: Call, type_: str, words: str = "It is busy.") -> None:
    heard(made, id_=type_, type_=type_, at=now(), data={"resultInformation": {"message": words}})


def steps(made: Call) -> list[str]:
    return [str(step) for step in Trace.objects.filter(conversation=talk_of(made)).order_by("pk")]


def stands(made: Call) -> tuple[str, str]:
    talk = talk_of(made)
    return talk.state, talk.closing_reason


def on_duty() -> User:
    who = ala()
    seen(user=who)
    return who


def test_caller_is_in_nobodys_hands_while_the_number_is_called_and_the_trace_says_which(connection: Connection) -> None:
    one = sent(connection)
    who = on_duty()

    route()

    assert standing(one.pk).outside
    assert not Offer.objects.filter(conversation=talk_of(one)).exists()
    with pytest.raises(Refused, match="number outside is being called"):
        pick(conversation=talk_of(one), user=who)
    assert steps(one)[-1] == (
        "Overflow of Default voice queue: 1 waited already (limit: 1). +14255550188 is called for the customer."
    )


def test_same_is_asked_by_whoever_takes_the_call_over(connection: Connection) -> None:
    one = sent(connection)

    first, second = outside.begin(one.pk), outside.begin(one.pk)

    assert first is not None
    assert first == second
    assert (first.to, first.call.call_connection_id) == (ELSEWHERE, one.call_connection_id)


def test_number_that_answers_has_the_caller(connection: Connection) -> None:
    one = sent(connection)
    outside.begin(one.pk)

    tell(one, "CallTransferAccepted")
    tell(one, "CallDisconnected")

    assert (stands(one), Call.objects.get(pk=one.pk).ending) == (("closed", "sent_on"), CallEnd.TRANSFERRED)
    assert steps(one)[-2:] == ["The call is over.", "The number outside answered: the customer talks there."]
    assert not standing(one.pk).outside


def test_end_that_is_told_before_its_reason_ends_the_same(connection: Connection) -> None:
    one = sent(connection)
    outside.begin(one.pk)

    tell(one, "CallDisconnected")
    tell(one, "CallTransferAccepted")

    assert (stands(one), Call.objects.get(pk=one.pk).ending) == (("closed", "sent_on"), CallEnd.TRANSFERRED)


def test_where_nobody_answers_the_caller_keeps_the_place_and_is_sent_nowhere_again(connection: Connection) -> None:
    one = sent(connection)
    place = talk_of(one).queued_at
    outside.begin(one.pk)

    tell(one, "CallTransferFailed")

    talk = talk_of(one)
    assert (talk.state, talk.queued_at, standing(one.pk).outside) == ("open", place, False)
    assert steps(one)[-1] == (
        "The number outside did not take the call: the customer waits on in Default voice queue. It is busy."
    )
    rule(Condition.WAITED)
    overflow.sweep(at=now() + timedelta(hours=1))
    assert not standing(one.pk).outside
    assert outside.begin(one.pk) is None
    pick(conversation=talk, user=on_duty())


def test_who_comes_back_may_still_leave_a_voicemail(connection: Connection) -> None:
    one = sent(connection)
    tell(one, "CallTransferFailed")
    rule(Condition.WAITED, Remedy.VOICEMAIL)

    overflow.sweep(at=now() + timedelta(minutes=2))

    assert standing(one.pk).voicemail


def test_who_waits_for_too_long_or_was_moved_is_sent_on_too(connection: Connection) -> None:
    second = Queue.objects.create(name="Second", kind=QueueKind.VOICE)
    rule(Condition.TOO_MANY, Remedy.OTHER_QUEUE, target=second)
    OverflowRule.objects.create(
        queue=second, condition=Condition.WAITED, threshold=1, remedy=Remedy.OUTSIDE, number=ELSEWHERE
    )
    call(connection)
    one = call(connection, customer="+14255550182")

    overflow.sweep(at=now() + timedelta(minutes=2))

    assert (talk_of(one).queue, standing(one.pk).outside) == (second, True)


@pytest.mark.parametrize("why", ["country", "ours", "callers own"])
def test_number_that_may_not_be_called_any_more_is_not_called(connection: Connection, why: str) -> None:
    one = sent(connection, ELSEWHERE if why == "callers own" else "+14255550182")
    if why == "country":
        Workstream.objects.update(transfer_countries=["PL"])
    if why == "ours":
        PhoneNumber.objects.create(connection=connection, number=ELSEWHERE)

    assert outside.begin(one.pk) is None

    assert (stands(one), standing(one.pk).outside) == (("open", ""), False)
    assert steps(one)[-1].startswith("The number outside may not be called any more: the customer waits on in Default")


def test_what_azure_never_tells_of_waits_on_after_a_while(connection: Connection) -> None:
    one = sent(connection)
    outside.begin(one.pk)

    sweeps.sweep(at=now() + timedelta(minutes=2))
    before = standing(one.pk).outside
    sweeps.sweep(at=now() + timedelta(minutes=3))

    assert (before, standing(one.pk).outside, stands(one)) == (True, False, ("open", ""))


def test_who_hangs_up_meanwhile_is_gone(connection: Connection) -> None:
    one = sent(connection)
    outside.begin(one.pk)

    ended(one.pk, CallEnd.CUSTOMER)

    assert stands(one) == ("closed", "customer_left")
    assert outside.begin(one.pk) is None
    sweeps.sweep(at=now() + timedelta(minutes=3))
    assert steps(one)[-1] == "The call is over."


class Azure:
    """What it was asked for, and what it answers, one after the other; then it accepts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, UUID]] = []
        self.answers: list[AzureError] = []

    def transfer(self, *, to: str, id_: UUID, **_more: object) -> None:
        self.asked.append((to, id_))
        if self.answers:
            raise self.answers.pop(0)


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Azure:
    made = Azure()
    monkeypatch.setattr(Calls, "transfer", lambda _self, _id, **given: made.transfer(**given))
    return made


@pytest.fixture
async def live(connection: Connection, tmp_path: Path) -> tuple[Exchange, LiveCall]:
    """Of a caller who hears us, and who has heard the greeting."""
    one = await in_thread(sent, connection)
    exchange = Exchange(dsn="", cloud=Cloud(), address="https://hub.example.org", folder=tmp_path)
    made = exchange.live(one.pk)
    made.found(Recorded())
    made.greeted = True
    await exchange.refresh(made)
    return exchange, made


@pytest.mark.django_db(transaction=True)
async def test_node_asks_once_while_music_plays_and_no_key_means_anything(
    live: tuple[Exchange, LiveCall], azure: Azure
) -> None:
    exchange, one = live
    one.keys = "1"

    for _time in range(3):
        await attend(one, Turns(offered=True, position_at=0))
        await exchange._look_after(one, one.standing, one.asks())
    async with asyncio.timeout(20):
        while not azure.asked:
            await asyncio.sleep(0.01)
    one.tick()

    assert azure.asked == [(ELSEWHERE, azure.asked[0][1])]
    assert (one.keys, one.is_told, len(one.line.frames)) == ("", False, 1)  # type: ignore[union-attr]
    await exchange.stop()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("answers", "asked", "remains"),
    [
        ([AzureError("Slow down.", permanent=False, status=429, retry_after=0.01)], 2, True),
        ([AzureError("No such number.", permanent=True, status=400)], 1, False),
        ([AzureError("Later.", permanent=False, status=503, retry_after=0.01)] * 3, 3, False),
    ],
)
async def test_azures_no_brings_the_caller_back_and_its_hesitation_is_asked_again_the_same(
    live: tuple[Exchange, LiveCall], azure: Azure, answers: list[AzureError], asked: int, remains: bool
) -> None:
    exchange, one = live
    azure.answers = list(answers)

    await outside.send(one, exchange._client)

    assert azure.asked == [azure.asked[0]] * asked
    assert (await in_thread(standing, one.call)).outside == remains


def test_cap_of_the_day_keeps_the_caller_in_the_queue(connection: Connection) -> None:
    Workstream.objects.filter(channel=Channel.VOICE).update(most_transfers=1)
    first = sent(connection)
    assert outside.begin(first.pk) is not None
    assert outside.begin(first.pk) is not None  # by whoever took it over: it is the same
    second = call(connection, customer="+14255550183")

    assert outside.begin(second.pk) is None

    last = Trace.objects.filter(conversation=talk_of(second)).latest("pk")
    assert (stands(second), last.step) == (("open", ""), Step.OUTSIDE_CAPPED)

"""A number outside that is consulted, as the node of the call has it called, waits for its sound, and lets go of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from django.db import connection as database
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calling import call, node, talk_of
from calls.test_live_call import Recorded
from centrala.azure.calls import Answered, Calls
from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.calls import advice, enquiring
from centrala.calls.actions import ended
from centrala.calls.browsers import Agent, Outsider
from centrala.calls.enquiry import Enquired, Enquiry, Parted
from centrala.calls.exchange import Exchange
from centrala.calls.live_call import LiveCall
from centrala.calls.mixing import Role
from centrala.calls.models import Call, CallEnd
from centrala.calls.queries import standing
from centrala.calls.threads import in_thread
from centrala.errors import Refused
from centrala.organization.models import User
from hub import OURS, ala, connected

pytestmark = pytest.mark.django_db
EXPERT, HERE = "+14255550199", "https://hub.example.org"


def asked() -> Enquiry:
    """By Ala, in a call of hers."""
    who = ala()
    made = call(connected(), agent=who, at=node(HERE))
    return enquiring.begin(conversation=talk_of(made), user=who, to=EXPERT, number=OURS, longest_seconds=600)


class Azure:
    """What it was asked for, and what it answers, one after the other; then it accepts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, UUID]] = []
        self.again: list[str] = []
        self.answers: list[AzureError] = []

    def create(self, to: str, *, media_url: str, id_: UUID, **_more: object) -> Answered:
        self.asked.append((to, media_url, id_))
        if self.answers:
            raise self.answers.pop(0)
        return Answered(connection_id="named", server_call_id="")

    def stream_again(self, connection_id: str) -> None:
        self.again.append(connection_id)
        if self.answers:
            raise self.answers.pop(0)


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Azure:
    made = Azure()
    monkeypatch.setattr(Calls, "create", lambda _self, to, **more: made.create(to, **more))
    monkeypatch.setattr(Calls, "stream_again", lambda _self, id_: made.stream_again(id_))
    return made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Of seconds without sound."""
    made = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(advice, "monotonic", lambda: made.seconds)
    return made


@pytest_asyncio.fixture
async def scene(azure: Azure, tmp_path: Path) -> AsyncIterator[tuple[Exchange, LiveCall, Enquiry]]:
    """Ala talks, in her browser."""
    enquiry = await in_thread(asked)
    exchange = Exchange(dsn="", cloud=Cloud(), address=HERE, folder=tmp_path)
    live = exchange.live(enquiry.call_id)
    live.found(Recorded())
    live.greeted = True
    await exchange.refresh(live)
    live.join(Agent(enquiry.agent_id, Recorded()))
    yield exchange, live, enquiry
    await exchange.stop()


async def look(exchange: Exchange, live: LiveCall) -> None:
    """Once, and whatever follows from it."""
    before = set(exchange._tasks)
    await exchange._look_after(live, await in_thread(standing, live.call), live.asks())
    await asyncio.gather(*(exchange._tasks - before))
    await exchange.refresh(live)


def now_is(enquiry: Enquiry) -> tuple[str, str]:
    enquiry.refresh_from_db()
    return enquiry.state, enquiry.parted


def bring(live: LiveCall, enquiry: Enquiry) -> Outsider:
    expert = Outsider(enquiry.pk, Recorded(), Role.OUTSIDE, "Expert")
    live.accompany(expert)
    return expert


@pytest.mark.django_db(transaction=True)
async def test_node_has_it_called_once_and_whoever_takes_over_in_the_same_words(
    scene: tuple[Exchange, LiveCall, Enquiry], azure: Azure, tmp_path: Path
) -> None:
    exchange, live, enquiry = scene
    azure.answers = [AzureError("Later.", permanent=False, status=503, retry_after=0.01)]

    await look(exchange, live)
    await look(exchange, live)
    await in_thread(Enquiry.objects.update, call_connection_id="")  # what was answered is lost with the process
    other = Exchange(dsn="", cloud=Cloud(), address="https://elsewhere.example.org", folder=tmp_path)
    taken = other.live(enquiry.call_id)
    taken.found(Recorded())
    await other.refresh(taken)
    await look(other, taken)

    sound = f"wss://hub.example.org/calls/outside/{enquiry.secret}/media"
    assert azure.asked == [(EXPERT, sound, enquiry.pk)] * 3
    await other.stop()


@pytest.mark.django_db(transaction=True)
async def test_azures_no_is_told(scene: tuple[Exchange, LiveCall, Enquiry], azure: Azure) -> None:
    exchange, live, enquiry = scene
    azure.answers = [AzureError("Not from this number.", permanent=True, status=400)]

    await look(exchange, live)

    assert await in_thread(now_is, enquiry) == (Enquired.OVER, Parted.FAILED)
    assert enquiry.detail == "Not from this number."


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("moment", "how"),
    [
        ({"asked_at": advice.RINGS + timedelta(seconds=1)}, Parted.NO_ANSWER),
        ({"answered_at": timedelta(seconds=601)}, Parted.TOO_LONG),
    ],
)
async def test_nobody_rings_nor_talks_for_ever(
    scene: tuple[Exchange, LiveCall, Enquiry], moment: dict[str, timedelta], how: Parted
) -> None:
    exchange, live, enquiry = scene
    await look(exchange, live)
    if "answered_at" in moment:
        await in_thread(enquiring.came, enquiry.pk)
    [(field, ago)] = moment.items()
    await in_thread(Enquiry.objects.update, **{field: now() - ago})

    await look(exchange, live)

    assert await in_thread(now_is, enquiry) == (Enquired.OVER, how)
    assert not live.held


@pytest.mark.django_db(transaction=True)
async def test_sound_that_does_not_come_is_asked_for_again_and_then_given_up(
    scene: tuple[Exchange, LiveCall, Enquiry], azure: Azure, clock: SimpleNamespace
) -> None:
    exchange, live, enquiry = scene
    await look(exchange, live)
    await in_thread(enquiring.came, enquiry.pk)
    azure.answers = [AzureError("Later.", permanent=False, status=503)]
    for seconds in (0, 4, 1, 1):  # refused for now, then taken, then waited for
        clock.seconds += seconds
        await look(exchange, live)
    assert azure.again == ["named", "named"]
    expert = bring(live, enquiry)
    await look(exchange, live)
    clock.seconds += 60
    await look(exchange, live)
    assert await in_thread(now_is, enquiry) == (Enquired.CAME, "")

    live.leave(expert)
    await look(exchange, live)
    clock.seconds += advice.SOUND_SECONDS + 1
    await look(exchange, live)

    assert await in_thread(now_is, enquiry) == (Enquired.OVER, Parted.LOST)


@pytest.mark.django_db(transaction=True)
async def test_one_of_an_agent_who_has_the_call_no_more_is_over_with_the_next_look(
    scene: tuple[Exchange, LiveCall, Enquiry],
) -> None:
    exchange, live, enquiry = scene
    await look(exchange, live)
    await in_thread(enquiring.came, enquiry.pk)
    await exchange.refresh(live)
    expert = bring(live, enquiry)

    await in_thread(_disable, enquiry.agent_id)
    await look(exchange, live)

    assert await in_thread(now_is, enquiry) == (Enquired.OVER, Parted.BY_US)
    assert expert.outlet.ended  # type: ignore[attr-defined]  # a Recorded


def _disable(user_id: int) -> None:
    User.objects.filter(pk=user_id).update(is_active=False)


TOLD = ["CallConnected", "MediaStreamingStarted", "ParticipantsUpdated", "CallDisconnected"]
MOVES = ["finish", "hand over", "customer"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    order=st.permutations(TOLD),
    more=st.lists(st.tuples(st.integers(0, 4), st.sampled_from(TOLD + MOVES)), max_size=4),
)
def test_whatever_is_told_and_done_in_any_order_it_ends_with_nobody_on_hold_and_the_time_known(
    order: list[str], more: list[tuple[int, str]], transactional: Any
) -> None:
    with transactional():
        enquiry = asked()
        acts: list[str] = list(order)
        for place, act in more:
            acts.insert(place, act)
        for act in acts:
            _do(act, enquiry)

        enquiry.refresh_from_db()
        made = Call.objects.get()
        assert (enquiry.state, made.held_by, standing(made.pk).advice) == (Enquired.OVER, None, None)
        assert enquiry.answered_at is not None
        assert enquiry.ended_at is not None
        assert enquiry.answered_at <= enquiry.ended_at
        assert standing(made.pk).over == (enquiry.handed_at is not None or "customer" in acts)
        assert _hung_up(enquiry) <= 1


def _do(act: str, enquiry: Enquiry) -> None:
    found = Enquiry.objects.get(pk=enquiry.pk)
    try:
        if act == "finish":
            enquiring.finish(enquiry=found, user=found.agent)
        elif act == "hand over":
            enquiring.hand_over(enquiry=found, user=found.agent)
        elif act == "customer":
            ended(found.call_id, CallEnd.CUSTOMER)
        else:
            enquiring.heard(found, type_=act, data={"callConnectionId": "named"})
    except Refused:
        pass  # as the page would say


def _hung_up(enquiry: Enquiry) -> int:
    with database.cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_jobs where task_name = %s and args->>'enquiry_id' = %s",
            [enquiring.HANG_UP, str(enquiry.pk)],
        )
        return int(cursor.fetchone()[0])

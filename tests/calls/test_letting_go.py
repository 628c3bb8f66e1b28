"""What browsers are told when the hub lets go of a call."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.utils.timezone import now
from pytest_django import Settings

from calling import call, node
from centrala.calls import actions
from centrala.calls.browsers import Agent
from centrala.calls.exchange import Exchange
from centrala.calls.models import Call, CallEnd, CallState
from centrala.calls.outlet import Outlet
from centrala.calls.threads import in_thread
from centrala.conversations.models import Direction
from hub import ala, connected

pytestmark = pytest.mark.django_db(transaction=True)
HERE, THERE = "https://here.example.org", "https://there.example.org"


class Told(Outlet):
    def __init__(self) -> None:
        super().__init__(self._never)
        self.words: list[dict[str, Any]] = []
        self.ended = False

    async def _never(self, _packet: bytes | str) -> None:
        raise AssertionError

    def say(self, words: str) -> None:
        self.words.append(msgspec.json.decode(words))

    def end(self) -> None:
        self.ended = True


def test_agent_is_told_that_nobody_answered(tmp_path: Path, settings: Settings) -> None:
    person, outlet = ala(), Told()
    made = call(connected(), agent=person, at=node(HERE))
    rang = {"state": CallState.ANSWERING, "connected_at": None, "rang_at": now() - timedelta(seconds=50)}
    Call.objects.update(direction=Direction.OUTBOUND, call_connection_id="", **rang)

    async def give_up() -> None:
        exchange = Exchange(dsn="", cloud=settings.CLOUD, address=HERE, folder=tmp_path)
        live = exchange.live(made.pk)
        await exchange.refresh(live)
        live.join(Agent(person.pk, outlet))
        await exchange._be_patient(live)
        await asyncio.gather(*exchange._tasks)

    asyncio.run(give_up())

    assert (Call.objects.get().ending, outlet.words[-1]["ending"]) == (CallEnd.NO_ANSWER, CallEnd.NO_ANSWER)


def test_end_of_a_call_that_was_answered_has_no_word_of_one_that_was_not(tmp_path: Path, settings: Settings) -> None:
    person, outlet = ala(), Told()
    made = call(connected(), agent=person, at=node(HERE))
    Call.objects.update(
        direction=Direction.OUTBOUND, call_connection_id="", connected_at=now() - timedelta(hours=1), longest_seconds=60
    )

    async def cut_off() -> None:
        exchange = Exchange(dsn="", cloud=settings.CLOUD, address=HERE, folder=tmp_path)
        live = exchange.live(made.pk)
        await exchange.refresh(live)
        live.join(Agent(person.pk, outlet))
        await exchange._be_patient(live)
        await asyncio.gather(*exchange._tasks)

    asyncio.run(cut_off())

    assert (Call.objects.get().ending, outlet.words[-1]) == (CallEnd.TOO_LONG, {"kind": "mode", "mode": "over"})


def test_browser_asks_anew_where_a_call_is_that_another_process_has(tmp_path: Path, settings: Settings) -> None:
    person, other, outlet = ala(), node(THERE), Told()
    made = call(connected(), agent=person, at=node(HERE))

    async def move() -> bool:
        exchange = Exchange(dsn="", cloud=settings.CLOUD, address=HERE, folder=tmp_path)
        await in_thread(actions.alive, exchange.node)
        await in_thread(actions.carried, made.pk, node=exchange.node)
        live = exchange.live(made.pk)
        await exchange.refresh(live)
        live.join(Agent(person.pk, outlet))
        await in_thread(actions.carried, made.pk, node=other)
        await exchange.refresh(live)
        return made.pk in exchange.calls

    assert (asyncio.run(move()), outlet.ended) == (False, True)

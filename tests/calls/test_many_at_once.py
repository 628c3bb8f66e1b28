"""Many calls at once: none of them waits for what is done for another one."""

import asyncio
import threading
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from pytest_django import Settings

from calling import answering, call
from centrala.calls import actions, prompts
from centrala.calls.exchange import Exchange
from centrala.calls.frames import BYTES
from centrala.calls.models import Call, CallState
from centrala.calls.outlet import Outlet
from centrala.calls.threads import in_thread
from hub import connected

HERE = "https://here.example.org"
CUSTOMERS = [f"+1425555030{number}" for number in range(3)]
PATIENCE = 20  # seconds


@pytest.mark.django_db(transaction=True)
def test_greeting_that_takes_long_keeps_no_other_call_waiting(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = connected()
    slow, other, ringing = (make(hub, customer=to) for make, to in zip((call, call, answering), CUSTOMERS, strict=True))
    Call.objects.filter(pk=ringing.pk).update(state=CallState.RINGING, call_connection_id="")
    go_on = threading.Event()

    def greeting(id_: UUID) -> list[bytes]:
        if id_ == slow.pk:
            go_on.wait(PATIENCE)
        return [bytes(BYTES)]

    monkeypatch.setattr(prompts, "greeting", greeting)

    async def attended() -> tuple[bool, bool, bool]:
        exchange = Exchange(dsn="", cloud=settings.CLOUD, address=HERE, folder=tmp_path)
        await in_thread(actions.alive, exchange.node)
        for one in (slow, other):
            exchange.live(one.pk).found(Outlet(_nowhere))
            exchange.look(one.pk)
        looking = asyncio.create_task(exchange._look_once())
        exchange._told(str(ringing.pk))
        await exchange._take_once()
        async with asyncio.timeout(PATIENCE):
            while not exchange.calls[other.pk].is_told:
                await asyncio.sleep(0.01)
        seen = exchange.calls[slow.pk].is_told, exchange.calls[other.pk].is_told, exchange.calls[ringing.pk].answering
        go_on.set()
        await looking
        await exchange.stop()
        return seen

    assert asyncio.run(attended()) == (False, True, True)


@pytest.mark.django_db
def test_what_was_known_is_kept_once_and_the_call_is_not_locked_for_it() -> None:
    made = call(connected())

    with CaptureQueriesContext(database) as asked:
        for _ in range(2):
            actions.heard(made, id_="one", type_="ParticipantsUpdated", at=now(), data={})

    assert [query["sql"] for query in asked if "FOR UPDATE" in query["sql"]] == []
    assert list(made.told.values_list("type", flat=True)) == ["ParticipantsUpdated"]


async def _nowhere(_packet: bytes | str) -> None:
    raise AssertionError

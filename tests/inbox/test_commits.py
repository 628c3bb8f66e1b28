"""How a batch is committed: one that somebody waits for does not wait for the disk, on which its events are already."""

from collections.abc import Sequence

import pytest
from django.db import connection

from centrala.inbox.drain import drain
from centrala.inbox.waiting import FULL, Waiting
from hub import arrive, connected, text

pytestmark = pytest.mark.django_db


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("show synchronous_commit")
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize(("events", "expected"), [(1, "off"), (FULL - 1, "off"), (FULL, "on")])
def test_small_batch_does_not_wait_for_the_disk_and_a_large_one_does(events: int, expected: str) -> None:
    connected()
    for _ in range(events):
        arrive(text("Where is my parcel?"))
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit = on")  # as an installation has it; the tests' server does without
    seen: list[str] = []

    def handler(_events: Sequence[Waiting]) -> None:
        seen.append(setting())

    drain({"Microsoft.Communication.SMSReceived": handler})

    assert seen == [expected]

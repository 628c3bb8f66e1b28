"""Telling every open desk that conversations have changed."""

import json
from collections.abc import Iterable
from uuid import UUID

from django.db import connection

CHANNEL = "desk"
ROUTER = "routing"
IDS_PER_NOTICE = 150  # about 40 bytes each, and PostgreSQL takes at most 8,000 in one notice


def announce(conversations: Iterable[UUID]) -> None:
    """Sends the ids, and nothing else, to every web process when the transaction commits."""
    ids = sorted(str(conversation) for conversation in set(conversations))
    with connection.cursor() as cursor:
        for start in range(0, len(ids), IDS_PER_NOTICE):
            payload = json.dumps({"conversations": ids[start : start + IDS_PER_NOTICE]})
            cursor.execute("select pg_notify(%s, %s)", [CHANNEL, payload])


def announce_work() -> None:
    """Wakes the router when the transaction commits: something waits in a queue, or somebody has become free."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, '')", [ROUTER])

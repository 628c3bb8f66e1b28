"""Telling every open desk that conversations have changed."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from centrala.database import run

CHANNEL = "desk"
HERE = "here"  # in a notice: somebody looks at a conversation, or writes in it
ROUTER = "routing"
IDS_PER_NOTICE = 150  # about 40 bytes each, and PostgreSQL takes at most 8,000 in one notice


def announce(conversations: Iterable[UUID]) -> None:
    """Sends the ids, and nothing else, to every web process when the transaction commits."""
    ids = list(set(conversations))
    parts = [ids[start : start + IDS_PER_NOTICE] for start in range(0, len(ids), IDS_PER_NOTICE)]
    if parts:
        notices = [msgspec.json.encode({"conversations": part}).decode() for part in parts]
        run("select pg_notify(%s, notice) from unnest(%b::text[]) as notice", CHANNEL, notices)


def announce_people() -> None:
    """Tells the desks that somebody is seen in another way now, when the transaction commits."""
    run("select pg_notify(%s, %s)", CHANNEL, '{"conversations": []}')


def announce_company(conversation: UUID, *, person: int, name: str, doing: str) -> None:
    """Tells the desks who looks at a conversation or writes in it. Nothing of it is kept anywhere."""
    told = {"conversation": conversation, "person": person, "name": name, "doing": doing}
    run("select pg_notify(%s, %s)", CHANNEL, msgspec.json.encode({HERE: told}).decode())


def announce_work() -> None:
    """Wakes the router when the transaction commits: something waits in a queue, or somebody has become free."""
    run("select pg_notify(%s, '')", ROUTER)

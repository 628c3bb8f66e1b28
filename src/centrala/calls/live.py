"""Telling the web processes that something happened to calls. `conversations.live` tells the desks."""

from uuid import UUID

from centrala.database import run

CHANNEL = "calls"


def tell(call: UUID) -> None:
    """When the transaction commits; the id and nothing else."""
    run("select pg_notify(%s, %s)", CHANNEL, str(call))

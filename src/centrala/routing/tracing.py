"""Writing down why a conversation went where it went."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from centrala.routing.models import Step, Trace
from centrala.workstreams.models import Queue


def trace(step: Step, moved: Iterable[tuple[UUID, int | None]], *, queue: Queue | None, at: datetime) -> None:
    """The same step of several (conversation, agent)."""
    Trace.objects.bulk_create(
        [
            Trace(conversation_id=conversation, agent_id=agent, queue=queue, step=step, at=at)
            for conversation, agent in moved
        ]
    )

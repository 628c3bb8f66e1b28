"""Writing down why a conversation went where it went."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from centrala.routing.models import Step, Trace

Moved = tuple[UUID, int | None, int | None]  # conversation, agent, queue


def trace(step: Step, moved: Iterable[Moved], *, at: datetime) -> None:
    """The same step of several conversations."""
    Trace.objects.bulk_create(
        [
            Trace(conversation_id=conversation, agent_id=agent, queue_id=queue, step=step, at=at)
            for conversation, agent, queue in moved
        ]
    )

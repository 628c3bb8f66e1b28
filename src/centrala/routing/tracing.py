"""Writing down why a conversation went where it went."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from centrala.routing.models import Step, Trace

Moved = tuple[UUID, int | None, int | None]  # conversation, agent, queue
Rule = tuple[str, int | None, int | None]  # its condition and threshold, and what it found


def trace(step: Step, moved: Iterable[Moved], *, at: datetime, rule: Rule | None = None, words: str = "") -> None:
    """The same step of several conversations; `rule` of those that overflow moved, `words` where the step has them."""
    Trace.objects.bulk_create(
        [
            Trace(
                conversation_id=conversation, agent_id=agent, queue_id=queue, step=step, at=at, rule=rule, words=words
            )
            for conversation, agent, queue in moved
        ]
    )

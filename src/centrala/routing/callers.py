"""A call that is over by itself, and what it leaves behind for its agent or its queue."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import now

from centrala.conversations.happenings import happened
from centrala.conversations.live import announce, announce_work
from centrala.conversations.locking import locked_conversation
from centrala.conversations.models import ClosingReason, Conversation
from centrala.conversations.states import ACTIVE, CLOSED, OPEN, WRAP_UP
from centrala.routing import duty
from centrala.routing.models import Agent, Offer, Outcome, Step
from centrala.routing.settling import released, settle
from centrala.routing.tracing import trace
from centrala.subscribers.models import Kind

FIELDS = ["state", "ended_at", "closed_at", "closing_reason"]


def caller_left(*, conversation: Conversation, reason: ClosingReason) -> None:
    """What an agent has is wrapped up, what waits in its queue is closed for this reason; nothing where it is over."""
    while not _caller_left(conversation, reason):
        conversation.refresh_from_db()  # whoever has it by now is locked first, as everywhere


@transaction.atomic
def _caller_left(conversation: Conversation, reason: ClosingReason) -> bool:
    """False where it has changed hands since it was read."""
    pending = Offer.objects.filter(conversation=conversation, outcome=Outcome.PENDING)
    offered = pending.select_related("agent").first()
    whose = offered.agent if offered else conversation.agent
    agents = duty.lock(whose) if whose else {}
    locked, at = locked_conversation(conversation.pk), now()
    offers = list(pending.select_for_update(of=("self",)))
    if locked.state not in (OPEN, ACTIVE):
        return True
    if {one.agent_id for one in offers} - agents.keys() or (locked.state == ACTIVE and locked.agent_id not in agents):
        return False
    for one in offers:
        settle(one, Outcome.WITHDRAWN)
    _over(locked, agents, reason, at)
    locked.save(update_fields=FIELDS)
    trace(Step.CALLER_LEFT, [(locked.pk, locked.agent_id, locked.queue_id)], at=at)
    announce([locked.pk])
    announce_work()
    return True


def _over(locked: Conversation, agents: dict[int, Agent], reason: ClosingReason, at: datetime) -> None:
    if locked.state == ACTIVE:
        locked.state, locked.ended_at = WRAP_UP, at
        released(agents[locked.agent_id or 0])
        happened({Kind.ENDED: [locked.pk]}, at=at)
    else:
        locked.state, locked.closed_at, locked.closing_reason = CLOSED, at, reason
        happened({Kind.CLOSED: [locked.pk]}, at=at)

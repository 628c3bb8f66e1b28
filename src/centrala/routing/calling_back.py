"""Customers who want to be called back: whoever calls has the conversation meanwhile, and it is done once the customer
was reached."""

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from centrala.conversations.happenings import happened
from centrala.conversations.live import announce, announce_work
from centrala.conversations.locking import locked_contact, locked_conversation
from centrala.conversations.models import ClosingReason, Contact, Conversation
from centrala.conversations.states import ACTIVE, CLOSED, OPEN, WRAP_UP
from centrala.organization.models import User
from centrala.routing import duty
from centrala.routing.actions import pick
from centrala.routing.models import Instead, Overflowed, Step
from centrala.routing.settling import released
from centrala.routing.tracing import trace
from centrala.subscribers.models import Kind
from centrala.workstreams.models import USUAL_UNITS


def wish_of(contact: Contact, *, user: User) -> Conversation | None:
    """The customer waits to be called back, by anybody or by this person."""
    whose = Q(state=OPEN) | Q(state=ACTIVE, agent=user)
    wishes = Conversation.objects.filter(
        whose, contact=contact, overflowed__instead=Instead.CALL_BACK, overflowed__settled_at__isnull=False
    )
    return wishes.order_by("queued_at", "pk").first()


def taken_up(conversation: Conversation, *, user: User) -> int:
    """A wish or a voicemail that waits is the person's who calls for it. Returns the units that it, or the wrap-up of
    their call, takes of them: the call for it may take these in its place. Raises Refused where a colleague has it."""
    locked = locked_conversation(conversation.pk, "workstream")
    theirs = locked.agent_id == user.pk
    waits = Overflowed.objects.filter(conversation=locked, settled_at__isnull=False).exists()
    if waits and (locked.state == OPEN or (locked.state == ACTIVE and not theirs)):
        pick(conversation=locked, user=user)
    elif not theirs or locked.state != (ACTIVE if waits else WRAP_UP):
        return 0
    return locked.workstream.units if locked.workstream else USUAL_UNITS


@transaction.atomic
def reached(conversation: Conversation, *, user: User) -> None:
    """The customer answered the call of this person: a wish to be called back that is theirs is done."""
    agents = duty.lock(user)
    locked_contact(conversation.contact_id)
    locked, at = locked_conversation(conversation.pk), now()
    wishes = Overflowed.objects.filter(conversation=locked, instead=Instead.CALL_BACK, settled_at__isnull=False)
    if locked.state != ACTIVE or locked.agent_id != user.pk or not wishes.exists():
        return
    locked.state, locked.ended_at = WRAP_UP, at
    locked.save(update_fields=["state", "ended_at"])
    locked.state, locked.closed_at, locked.closing_reason = CLOSED, at, ClosingReason.CALLED_BACK
    locked.save(update_fields=["state", "closed_at", "closing_reason"])
    released(agents[user.pk])
    trace(Step.CALLED_BACK, [(locked.pk, user.pk, locked.queue_id)], at=at)
    happened({Kind.ENDED: [locked.pk], Kind.CLOSED: [locked.pk]}, at=at)
    announce([locked.pk])
    announce_work()

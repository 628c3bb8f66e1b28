"""What agents do with offers and with conversations as work. Locks are taken in one order: agents, the customer, the
conversation, its offers."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.conversations import wrapping
from centrala.conversations.actions import reply
from centrala.conversations.customers import number_to_write_to
from centrala.conversations.happenings import happened
from centrala.conversations.lines import places
from centrala.conversations.live import announce, announce_people, announce_work
from centrala.conversations.locking import locked_contact, locked_conversation
from centrala.conversations.models import ENDED, ClosingReason, Contact, Conversation, ConversationState, Message
from centrala.conversations.queries import answered_since
from centrala.conversations.states import ACTIVE, CLOSED, MOVES, OPEN, WAITING, WRAP_UP
from centrala.database import run
from centrala.errors import Refused
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.routing import duty
from centrala.routing.models import Agent, Offer, Outcome, Overflowed, Step
from centrala.routing.settling import impose, released, settle
from centrala.routing.tracing import trace
from centrala.subscribers import notes
from centrala.subscribers.models import Kind
from centrala.workstreams.models import Channel, Presence, Queue

# Asked many times a second, mostly for nothing.
LATE = "select 1 from routing_offer where outcome = 'pending' and expires_at <= %s limit 1"
CHOICES = set(Presence) - {Presence.INACTIVE}
FIELDS = [
    "state",
    "agent",
    "former_agent",
    "queue",
    "queued_at",
    "assigned_at",
    "ended_at",
    "closed_at",
    "closing_reason",
]


@transaction.atomic
def choose_presence(*, user: User, presence: Presence) -> None:
    """What the person wants to be; ends what the hub imposed. Raises Refused for a presence that nobody chooses."""
    if presence not in CHOICES:
        raise Refused(_("This presence is set by the hub alone."))
    agent = duty.lock(user)[user.pk]
    agent.chosen, agent.imposed, agent.changed_at = presence, "", now()
    agent.save(update_fields=["chosen", "imposed", "changed_at"])
    announce_people()
    announce_work()


@transaction.atomic
def seen(*, user: User, at: datetime | None = None) -> None:
    """An event stream of the person lives. Back after too long, what was not chosen to last is Available again."""
    at = at or now()
    agent = duty.lock(user)[user.pk]
    if agent.last_seen_at is None or at - agent.last_seen_at > duty.GONE_AFTER:
        agent.imposed = ""
        if agent.chosen not in duty.KEPT:
            agent.chosen = Presence.AVAILABLE
        agent.changed_at = at
        announce_work()
    agent.last_seen_at = at
    agent.save(update_fields=["imposed", "chosen", "changed_at", "last_seen_at"])


@transaction.atomic
def leave(*, user: User) -> None:
    """The person signed out: nothing more is offered from now on. What they work on stays theirs for as long as that
    of somebody whose browser went away."""
    agent = duty.lock(user)[user.pk]
    offered = Offer.objects.filter(agent=user, outcome=Outcome.PENDING)
    work = Conversation.objects.select_for_update().filter(pk__in=offered.values("conversation")).order_by("pk")
    for offer in offered.select_for_update(of=("self",)).filter(conversation__in=list(work)):
        settle(offer, Outcome.WITHDRAWN)
        _tell(offer.conversation, Step.LEFT, user)
    if agent.last_seen_at is not None:
        agent.last_seen_at = min(agent.last_seen_at, now() - duty.HERE_WITHIN)
        agent.save(update_fields=["last_seen_at"])


@transaction.atomic
def accept(*, offer: Offer, user: User) -> Conversation:
    """Raises Refused when the offer is somebody else's, or no longer good."""
    duty.lock(user)
    conversation = _locked(offer.conversation_id)
    offer = Offer.objects.select_for_update().get(pk=offer.pk)
    if offer.agent_id != user.pk or offer.outcome != Outcome.PENDING or offer.expires_at <= now():
        raise Refused(_("This offer is no longer good: the conversation went back to its queue."))
    settle(offer, Outcome.ACCEPTED)
    return _take(conversation, user, Step.ACCEPTED)


@transaction.atomic
def decline(*, offer: Offer, user: User) -> None:
    """The conversation waits for somebody else, and its agent is not to be disturbed until choosing otherwise."""
    agent = duty.lock(user)[user.pk]
    conversation = _locked(offer.conversation_id)
    offer = Offer.objects.select_for_update().get(pk=offer.pk)
    if offer.agent_id != user.pk or offer.outcome != Outcome.PENDING:
        raise Refused(_("This offer is no longer good: the conversation went back to its queue."))
    settle(offer, Outcome.DECLINED)
    impose(agent, Presence.DO_NOT_DISTURB)
    _tell(conversation, Step.DECLINED, user)


def expire_offers(*, at: datetime | None = None) -> int:
    """Offers that nobody answered in time: back to the queue, the agent Inactive. Returns how many; a conversation that
    somebody else has in hand is left to the next round."""
    at = at or now()
    return _expire(at) if run(LATE, at).fetchone() else 0


@transaction.atomic
def _expire(at: datetime) -> int:
    late = Offer.objects.filter(outcome=Outcome.PENDING, expires_at__lte=at)
    agents = duty.lock(*User.objects.filter(pk__in=late.values("agent")))
    work = Conversation.objects.select_for_update(skip_locked=True).filter(pk__in=late.values("conversation"))
    offers = late.filter(agent__in=agents, conversation__in=list(work.values_list("pk", flat=True)))
    missed = list(offers.select_for_update(of=("self",)).select_related("conversation__queue", "agent").order_by("pk"))
    for offer in missed:
        settle(offer, Outcome.MISSED)
        impose(agents[offer.agent_id], Presence.INACTIVE)
        _tell(offer.conversation, Step.MISSED, offer.agent)
    return len(missed)


@transaction.atomic
def pick(*, conversation: Conversation, user: User) -> Conversation:
    """By hand, from the queue or from what waits for the customer; may take more than the capacity, as the original."""
    duty.lock(user)
    conversation = _locked(conversation.pk)
    if conversation.state not in (OPEN, WAITING):
        raise Refused(_("Somebody works on this conversation already, or it is over."))
    over = Overflowed.objects.filter(conversation=conversation, withheld=True).first()
    if over is not None and over.is_sent_out:
        raise Refused(
            _("A number outside is being called for the customer: it can be picked when nobody answers there.")
        )
    if over is not None:
        raise Refused(_("The customer is leaving a voicemail: it can be picked when it is complete."))
    step = Step.PICKED if conversation.state == OPEN else Step.REOPENED
    for offer in Offer.objects.select_for_update().filter(conversation=conversation, outcome=Outcome.PENDING):
        settle(offer, Outcome.ACCEPTED if offer.agent_id == user.pk else Outcome.WITHDRAWN)
    return _take(conversation, user, step)


@transaction.atomic
def answer(*, conversation: Conversation, author: User, text: str, known: datetime | None = None) -> Message:
    """Queues an answer to the customer; what nobody works on is picked with it. Raises Refused as `reply` does, and
    where somebody else answered after `known`, when the author last looked."""
    duty.lock(author)
    locked = _locked(conversation.pk)
    if known is not None and (other := answered_since(locked, known, other_than=author)):
        raise Refused(
            _("%(name)s answered while you were writing. Read it above, and send again if yours still fits.")
            % {"name": other.display_name}
        )
    if locked.state in (OPEN, WAITING):
        pick(conversation=conversation, user=author)
    return reply(conversation=conversation, author=author, text=text)


@transaction.atomic
def start(*, customer: str, number: PhoneNumber, author: User, text: str) -> Message:
    """Writes to a customer first: in the live conversation with the number if there is one, else in a new one that is
    the author's. Raises Refused as `reply` does, and for what is no number."""
    contact, _made = Contact.objects.get_or_create(number=number_to_write_to(customer))
    if contact.number == number.number:
        raise Refused(_("This is one of our own numbers."), field="customer")
    duty.lock(author)
    contact = locked_contact(contact.pk)
    live = Conversation.objects.filter(channel=Channel.SMS, contact=contact, number=number).exclude(state__in=ENDED)
    conversation = live.first() or _started(contact, number, author) or live.get()
    return answer(conversation=conversation, author=author, text=text)


def _started(contact: Contact, number: PhoneNumber, author: User) -> Conversation | None:
    """None where the customer wrote at the same moment."""
    workstream, queue = places({number.pk})[number.pk]
    at = now()
    conversation = Conversation(
        contact=contact,
        number=number,
        workstream_id=workstream,
        queue_id=queue,
        agent=author,
        state=ACTIVE,
        opened_at=at,
        last_message_at=at,
        assigned_at=at,
    )
    try:
        with transaction.atomic():
            conversation.save(force_insert=True)
    except IntegrityError:
        return None
    # To other programs alone: whom an agent writes to first is neither greeted nor told that there is an agent.
    notes.note({Kind.OPENED: [conversation.pk], Kind.ASSIGNED: [conversation.pk]}, at=at)
    _tell(conversation, Step.STARTED, author)
    return conversation


@transaction.atomic
def transfer_to_agent(*, conversation: Conversation, user: User, to: User) -> Conversation:
    """It stays active; the first agent is released at once."""
    if not to.works_here:
        raise Refused(_("“%(name)s” does not work here.") % {"name": to.username})
    agents = duty.lock(user, to)
    conversation = _held(conversation, user, ACTIVE)
    released(agents[user.pk])
    conversation.former_agent, conversation.agent, conversation.assigned_at = None, to, now()
    happened({Kind.ASSIGNED: [conversation.pk]}, at=conversation.assigned_at)
    return _saved(conversation, Step.TO_AGENT, to)


@transaction.atomic
def transfer_to_queue(*, conversation: Conversation, user: User, queue: Queue) -> Conversation:
    """Raises Refused for a queue of another kind."""
    agents = duty.lock(user)
    conversation = _held(conversation, user, ACTIVE)
    if conversation.queue is not None and conversation.queue.kind != queue.kind:
        raise Refused(_("A conversation cannot go to a queue of another kind."))
    conversation.queue = queue
    return _back(conversation, agents[user.pk], Step.TO_QUEUE)


@transaction.atomic
def release(*, conversation: Conversation, user: User) -> Conversation:
    agents = duty.lock(user)
    return _back(_held(conversation, user, ACTIVE), agents[user.pk], Step.RELEASED)


@transaction.atomic
def set_aside(*, conversation: Conversation, user: User) -> Conversation:
    """Until the customer writes; takes no capacity meanwhile. Raises Refused for a call."""
    if conversation.channel == Channel.VOICE:
        raise Refused(_("A call cannot wait for the customer to write. Put it on hold, or transfer it."))
    return _leave(conversation, user, ACTIVE, WAITING, Step.SET_ASIDE)


@transaction.atomic
def end(*, conversation: Conversation, user: User) -> Conversation:
    """Over for the customer; the wrap-up begins."""
    return _leave(conversation, user, ACTIVE, WRAP_UP, Step.ENDED)


@transaction.atomic
def close(*, conversation: Conversation, user: User, ending: wrapping.Ending | None = None) -> Conversation:
    """Ends the wrap-up. Final. Raises Refused while the workstream asks for a wrap-up code."""
    duty.lock(user)
    if ending is not None:
        wrapping.save(conversation=conversation, user=user, ending=ending)
    return _leave(conversation, user, WRAP_UP, CLOSED, Step.CLOSED)


def _locked(id_: UUID) -> Conversation:
    return locked_conversation(id_, "queue", "agent")


def _held(conversation: Conversation, user: User, state: ConversationState) -> Conversation:
    conversation = _locked(conversation.pk)
    if conversation.agent_id != user.pk or conversation.state != state:
        raise Refused(_("This conversation has moved on meanwhile. Open it again to see who has it."))
    return conversation


def _take(conversation: Conversation, user: User, step: Step) -> Conversation:
    _move(conversation, ACTIVE)
    conversation.agent, conversation.assigned_at = user, now()
    Agent.objects.filter(pk=user.pk).update(given_at=now())
    taken = _saved(conversation, step, user)
    happened({Kind.ASSIGNED: [taken.pk]}, at=conversation.assigned_at)
    return taken


def _back(conversation: Conversation, agent: Agent, step: Step) -> Conversation:
    user = agent.user
    _move(conversation, OPEN)
    released(agent)
    conversation.former_agent, conversation.agent, conversation.queued_at = None, None, now()
    return _saved(conversation, step, user)


def _leave(
    conversation: Conversation, user: User, state: ConversationState, to: ConversationState, step: Step
) -> Conversation:
    agents = duty.lock(user)
    conversation = _held(conversation, user, state)
    _move(conversation, to)
    released(agents[user.pk])
    if to == WRAP_UP:
        conversation.ended_at = now()
        happened({Kind.ENDED: [conversation.pk]}, at=conversation.ended_at)
    if to == CLOSED:
        wrapping.check(conversation)
        conversation.closed_at, conversation.closing_reason = now(), ClosingReason.AGENT
        happened({Kind.CLOSED: [conversation.pk]}, at=conversation.closed_at)
    return _saved(conversation, step, user)


def _move(conversation: Conversation, to: ConversationState) -> None:
    assert to in MOVES[ConversationState(conversation.state)]
    conversation.state = to


def _saved(conversation: Conversation, step: Step, user: User) -> Conversation:
    conversation.save(update_fields=FIELDS)
    _tell(conversation, step, user)
    return conversation


def _tell(conversation: Conversation, step: Step, user: User) -> None:
    trace(step, [(conversation.pk, user.pk, conversation.queue_id)], at=now())
    announce([conversation.pk])
    announce_work()

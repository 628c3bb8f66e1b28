"""What happens to a call, each in one transaction. Any of it may come twice, late, or from two processes at once."""

import logging
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.timezone import now

from centrala.azure.calls import Answered
from centrala.calls import consulting, enquiring, leases, taping, transcript, waits
from centrala.calls.context import is_same_customer
from centrala.calls.live import tell
from centrala.calls.models import Call, CallEnd, CallState, Consultation, Consulted, Node, Recorded, Told
from centrala.calls.sending_on import ACCEPTED, FAILED, came_back
from centrala.calls.states import REACHED, UNANSWERED, ending_told, further
from centrala.characters import storable, storable_json
from centrala.conversations.happenings import happened
from centrala.conversations.live import announce, announce_work
from centrala.conversations.models import ENDED, ClosingReason, Contact, Conversation, ConversationState, Direction
from centrala.errors import Refused
from centrala.hidden import ANONYMOUS, is_hidden
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.routing import calling_back, instead, outside, overflow
from centrala.routing.actions import release, transfer_to_agent
from centrala.routing.callers import caller_left
from centrala.routing.models import Instead, Step
from centrala.routing.tracing import trace
from centrala.subscribers.models import Kind
from centrala.workstreams import hours
from centrala.workstreams.actions import default_queue
from centrala.workstreams.choosing import chosen, rules_of
from centrala.workstreams.context import RoutingRule
from centrala.workstreams.models import Channel, HiddenCallers, Line, QueueKind, Workstream

REASONS = {
    CallEnd.OUT_OF_HOURS: ClosingReason.OUT_OF_HOURS,
    CallEnd.CUSTOMER: ClosingReason.CUSTOMER_LEFT,
    CallEnd.TRANSFERRED: ClosingReason.SENT_ON,
    CallEnd.HIDDEN: ClosingReason.HIDDEN,
}
ENDED_BY = {
    ClosingReason.OUT_OF_HOURS: CallEnd.OUT_OF_HOURS,
    ClosingReason.OVERFLOW: CallEnd.OVERFLOW,
    ClosingReason.HIDDEN: CallEnd.HIDDEN,
}
log = logging.getLogger(__name__)
ALIVE = timedelta(seconds=8)  # since a node last said so, by the database's clock
CONNECTED = ("state", "connected_at", "conversation", "ending", "recorded", "transcribed", "agreed")
RESTARTED = timedelta(seconds=20)  # so long a node's own successor, at its address, may take to come


def alive(node: Node) -> None:
    """The node lives: it may take calls, and keeps those it has."""
    Node.objects.update_or_create(pk=node.pk, defaults={"address": node.address, "seen_at": Now()})


def goodbye(node: Node) -> None:
    """The node ends: whoever comes after it at its address need not wait until it has been silent for long."""
    Node.objects.filter(pk=node.pk).update(seen_at=Now() - ALIVE)


@transaction.atomic
def claim(*, node: Node, most: int = 20) -> list[Call]:
    """Calls that ring and that no node has taken are this node's now; at most so many."""
    waiting = Call.objects.select_for_update(skip_locked=True, of=("self",)).select_related("connection")
    calls = list(waiting.filter(state=CallState.RINGING, node=None).order_by("rang_at")[:most])
    for call in calls:
        call.node, call.state = node, CallState.ANSWERING
        if call.direction == Direction.OUTBOUND:
            call.context = sound_address(call, node)
        call.save(update_fields=["node", "state", "context"])
    return calls


def sound_address(call: Call, node: Node) -> str:
    """Where the service brings the call's sound."""
    return f"{node.address.replace('https', 'wss', 1)}/calls/{call.secret}/media"


@transaction.atomic
def adopt(*, node: Node, known: Collection[UUID] = (), others: bool = True, most: int = 20) -> list[tuple[Call, bool]]:
    """Calls of nodes that are no more are this node's now, and those that are its own without its knowing; with each
    whether its sound comes to where this one is. Without `others` none of nodes that were elsewhere."""
    gone = Q(node=node) & ~Q(pk__in=known)
    gone |= Q(node__address=node.address, node__seen_at__lte=Now() - ALIVE) & ~Q(node=node)
    if others:
        gone |= Q(node=None) | Q(node__seen_at__lt=Now() - RESTARTED)
    orphans = Call.objects.select_for_update(skip_locked=True, of=("self",)).select_related("connection", "node")
    found = orphans.filter(gone, state__in=[CallState.ANSWERING, CallState.CONNECTED]).order_by("rang_at")[:most]
    adopted = [(call, call.node is not None and call.node.address == node.address) for call in found]
    for call, _reachable in adopted:
        call.node = node
        call.save(update_fields=["node"])
    return adopted


def carried(call_id: UUID, *, node: Node) -> None:
    """The call's sound comes to this node: whichever had it, it is this one's."""
    Call.objects.filter(pk=call_id).exclude(node=node).update(node=node)


def agent_gone(call_id: UUID, *, heir: int | None) -> None:
    """The agent's browser did not come back: somebody else shall talk to the customer, `heir` if there is one: the
    colleague who is in the call already."""
    call = Call.objects.select_related("conversation__agent").get(pk=call_id)
    talk = call.conversation
    if talk is not None and talk.agent is not None and talk.state == ConversationState.ACTIVE:
        with suppress(Refused):  # it has moved on by itself
            to = User.objects.working().filter(pk=heir).first() if heir is not None else None
            if to is not None:
                transfer_to_agent(conversation=talk, user=talk.agent, to=to)
            else:
                release(conversation=talk, user=talk.agent)


def hold(call_id: UUID, *, by: int, on: bool) -> None:
    """Whether the customer is on hold; of an agent whose call it is not it means nothing."""
    Call.objects.filter(pk=call_id).update(held_by=by if on else None)


def why_over(call: Call) -> CallEnd:
    """Of a call whose conversation is over."""
    settled = instead.of(call.conversation) if call.conversation is not None else None
    if settled is not None and settled.instead == Instead.VOICEMAIL:
        return CallEnd.LOST  # it was kept while it was being spoken: the process that had it died
    if settled is not None:
        return CallEnd.CALL_BACK
    if call.rings_out:
        return CallEnd.GIVEN_UP
    if call.enquiries.filter(handed_at__isnull=False).exists():
        return CallEnd.TRANSFERRED  # and whoever got it has hung up
    reason = call.conversation.closing_reason if call.conversation else ""
    return ENDED_BY.get(ClosingReason(reason), CallEnd.AGENT) if reason else CallEnd.AGENT


@transaction.atomic
def answered(call_id: UUID, answer: Answered) -> Call:
    """The service took the answer; that the call is connected comes later, or came already. One that has ended
    meanwhile is to be hung up."""
    call = Call.objects.select_for_update().get(pk=call_id)
    call.call_connection_id, call.context = call.call_connection_id or answer.connection_id, ""
    call.server_call_id = answer.server_call_id or call.server_call_id
    call.save(update_fields=["call_connection_id", "server_call_id", "context"])
    _followed(call)  # nothing could be asked of the call before
    return call


def connected(call_id: UUID) -> Call:
    """The call stands: it is a conversation now, and waits in its queue, or is closed where nobody is there. One whose
    end was told first has been a conversation. A customer who wanted to be called back was."""
    call = _connected(call_id)
    if call.returns is not None and call.conversation is not None and call.conversation.agent is not None:
        calling_back.reached(call.returns, user=call.conversation.agent)
    return call


@transaction.atomic
def _connected(call_id: UUID) -> Call:
    call = _locked(call_id)
    if call.connected_at is None:
        call.connected_at = call.ended_at or now()
        if call.conversation is None:
            call.conversation = _conversation(call, call.connected_at)
        else:
            announce([call.conversation.pk])
        call.state = further(call.state, CallState.CONNECTED)
        if call.ending in UNANSWERED:
            call.ending = CallEnd.CUSTOMER
        taping.begin(call, call.conversation.workstream)
        if call.state != CallState.ENDED:
            leases.begin(call)
        call.save(update_fields=[*CONNECTED, "leased_seconds"])
        tell(call.pk)
    return call


def ended(call_id: UUID, ending: CallEnd, *, detail: str = "") -> None:
    """The call is over; what is left of it as work is wrapped up or closed. The first ending that is told counts; of a
    caller who was sent on the reason may come after the end."""
    with transaction.atomic():
        call = _locked(call_id)
        if call.state != CallState.ENDED:
            call.state, call.ended_at, call.context = CallState.ENDED, now(), ""
            call.ending, call.detail = ending, detail
            call.save(update_fields=["state", "ended_at", "context", "ending", "detail"])
            leases.end(call)
            Consultation.objects.filter(call=call, state__in=consulting.UNDER_WAY).update(state=Consulted.OVER)
            enquiring.end_with(call)
            tell(call.pk)
            announce([call.conversation_id] if call.conversation_id else [])  # its page says how the call ended
        elif ending == CallEnd.TRANSFERRED and call.ending == CallEnd.CUSTOMER:  # the end was told before its reason
            call.ending, call.detail = ending, ""
            call.save(update_fields=["ending", "detail"])
    if call.conversation is not None and instead.of(call.conversation) is None:
        caller_left(conversation=call.conversation, reason=REASONS.get(CallEnd(call.ending), ClosingReason.FAILED))


def heard(call: Call, *, id_: str, type_: str, at: datetime, data: Mapping[str, Any]) -> None:
    """An event of the service about the call. That it was told is written last: where something fails before, the
    service comes again and all is done again. One that was told before changes nothing."""
    id_, type_, told = storable(id_), storable(type_), storable_json(dict(data))
    if not _is_known(call, type_):
        if Told.objects.filter(pk=id_).exists():
            return
        named = _named(call.pk, told)
        if not _of_another(named, told):
            _moved(named, type_, told)
            transcript.told(named, type_, told, at=at)
    Told.objects.bulk_create([Told(pk=id_, call=call, type=type_, at=at, data=told)], ignore_conflicts=True)


def _is_known(call: Call, type_: str) -> bool:
    """That a call stands is told three times; whoever read the call a while ago may say so: it never moves back."""
    stands = call.connected_at is not None and bool(call.call_connection_id) and call.returns_id is None
    return stands and REACHED.get(type_) == CallState.CONNECTED


def _moved(call: Call, type_: str, data: Mapping[str, Any]) -> None:
    if type_ == FAILED:
        came_back(call, detail=_words(data))
    reached = REACHED.get(type_)
    if reached is None:
        return
    if reached == CallState.CONNECTED:
        connected(call.pk)
    else:
        how = ending_told(type_, data, direction=call.direction, connected=call.connected_at is not None)
        if how == CallEnd.NO_ANSWER and call.conversation is not None and call.conversation.state in ENDED:
            how = CallEnd.GIVEN_UP  # the service tells that we hung up
        ended(call.pk, how, detail=_words(data))
        if type_ == ACCEPTED and call.conversation is not None:
            outside.taken(call.conversation)


def _of_another(call: Call, data: Mapping[str, Any]) -> bool:
    """Told of another connection than the call's: two processes may have answered, where the first seemed to be dead,
    and that one of them failed ends nothing. Nor does what names a call that we know nothing of."""
    name = _name(data)
    if not name or name == call.call_connection_id:
        return False
    log.warning("An event at the address of call %s is of another call, and changes nothing.", call.pk)
    return True


@transaction.atomic
def _named(call_id: UUID, data: Mapping[str, Any]) -> Call:
    """The call as it is now, with the service's name for it where the process that answered died before it could write
    that down: only then can anything be asked of it."""
    call, name = _locked(call_id), _name(data)
    if name and not call.call_connection_id:
        call.call_connection_id, call.context = name, ""
        call.save(update_fields=["call_connection_id", "context"])
        _followed(call)
    return call


def _followed(call: Call) -> None:
    for what in (taping.SOUND, taping.WORDS):
        if getattr(call, what) != Recorded.NO:
            taping.follow(call.pk, what)


def _name(data: Mapping[str, Any]) -> str:
    return str(data.get("callConnectionId") or "")[:100]


def _locked(call_id: UUID) -> Call:
    """Its conversation is read after it: joined, it would be as it was before the wait for the lock."""
    return Call.objects.select_for_update(of=("self",)).select_related("connection").get(pk=call_id)


def _conversation(call: Call, at: datetime) -> Conversation:
    number, _made = PhoneNumber.objects.get_or_create(
        connection_id=call.connection_id, number=call.number, defaults={"receives_calls": True}
    )
    contact = _contact(call)
    line = Line.objects.filter(number=number, channel=Channel.VOICE).select_related("workstream__hours").first()
    workstream = line.workstream if line else None
    rules = rules_of(workstream) if workstream else []
    rule = chosen(rules, call.variables)
    queue = _queue(workstream, rule)
    closed = workstream is not None and hours.at(at, workstream.hours) != hours.Open.YES
    closing = _closing(call, workstream, closed=closed and not overflow.has_rule_for_closed(queue))
    made = Conversation.objects.create(
        channel=Channel.VOICE,
        contact=contact,
        number=number,
        workstream=workstream,
        queue_id=queue,
        state=ConversationState.CLOSED if closing else ConversationState.OPEN,
        closing_reason=closing,
        opened_at=at,
        queued_at=at,
        last_message_at=at,
        closed_at=at if closing else None,
    )
    trace(Step.CALLED, [(made.pk, None, made.queue_id)], at=at)
    if rules:
        step = Step.BY_RULE if rule else Step.BY_NO_RULE
        trace(step, [(made.pk, None, made.queue_id)], at=at, words=rule.name if rule else "")
    happened({Kind.OPENED: [made.pk]}, at=at)
    overflow.enter(made, closed=closed, average=waits.average, at=at)
    announce([made.pk])
    announce_work()
    return made


def _queue(workstream: Workstream | None, rule: RoutingRule | None) -> int:
    """Where a rule sends the call, or else the workstream does."""
    if rule is not None:
        return rule.queue_id
    return workstream.queue_id if workstream else default_queue(QueueKind.VOICE).pk


def _contact(call: Call) -> Contact:
    if call.resumes_id:
        earlier = Call.objects.select_related("conversation__contact").filter(conversation=call.resumes_id).first()
        if earlier is not None and earlier.conversation is not None and is_same_customer(call.customer, earlier):
            return earlier.conversation.contact
    return Contact.objects.get_or_create(number=_known_as(call))[0]


def _known_as(call: Call) -> str:
    """Of those who hide their number nobody knows who is who: each call has a contact of its own."""
    return f"{ANONYMOUS}-{call.pk.hex[:16]}" if is_hidden(call.customer) else call.customer


def _closing(call: Call, workstream: Workstream | None, *, closed: bool) -> str:
    """Why the conversation is over as it begins; "" where it waits for an agent."""
    if call.state == CallState.ENDED:
        return ClosingReason.CUSTOMER_LEFT
    if is_hidden(call.customer) and workstream is not None and workstream.hidden_callers != HiddenCallers.TAKEN:
        return ClosingReason.HIDDEN  # also where they were to be rejected since it rang
    return ClosingReason.OUT_OF_HOURS if closed else ""


def _words(data: Mapping[str, Any]) -> str:
    """The service's own about how it ended."""
    information = data.get("resultInformation")
    return str(information.get("message") or "")[:500] if isinstance(information, dict) else ""

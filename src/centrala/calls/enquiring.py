"""What happens to a call to a number outside that an agent consults: see `enquiry`. Any of it may come twice, late, or
from two processes at once, and it only moves on.

Rows are locked in one order: agents, the conversation, the customer's call, the enquiry.
"""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from centrala.azure.calls import Calls
from centrala.azure.errors import AzureError
from centrala.calls import leases, taping
from centrala.calls.enquiry import UNDER_WAY, Enquired, Enquiry, Parted
from centrala.calls.live import tell
from centrala.calls.models import Call, CallEnd, CallState, Consultation, Consulted
from centrala.calls.sending_on import is_under_way
from centrala.calls.states import ending_told
from centrala.conversations.live import announce
from centrala.conversations.locking import locked_conversation
from centrala.conversations.models import ClosingReason, Conversation, ConversationState, Direction
from centrala.errors import Refused
from centrala.organization.models import User
from centrala.routing import duty
from centrala.routing.callers import caller_left
from centrala.routing.models import Step
from centrala.routing.tracing import trace

HANG_UP = "calls.hang_up_outside"
PARTED = {
    CallEnd.CUSTOMER: Parted.HUNG_UP,
    CallEnd.BUSY: Parted.BUSY,
    CallEnd.NO_ANSWER: Parted.NO_ANSWER,
    CallEnd.DECLINED: Parted.DECLINED,
    CallEnd.INVALID: Parted.INVALID,
}
EXPLAINED = {Parted.FAILED, Parted.INVALID}  # by the service's own words besides
log = logging.getLogger(__name__)


@transaction.atomic
def begin(*, conversation: Conversation, user: User, to: str, number: str, longest_seconds: int) -> Enquiry:
    """The node of the call has Azure call `to` soon, which sees `number`; both in E.164. Raises Refused. Who may call
    what, and how long, is `dialling`'s to say."""
    talk = locked_conversation(conversation.pk)
    call = Call.objects.select_for_update(of=("self",)).filter(conversation=talk, state=CallState.CONNECTED).first()
    if call is None or not _is_theirs(talk, user.pk):
        raise Refused(_("The call is not yours any more, or it is over."))
    if is_under_way(call):
        raise Refused(_("The caller is being transferred already. Fix: wait until somebody answers there."))
    if to in {call.number, call.customer}:
        raise Refused(_("This number is in the call already."), field="number")
    if call.enquiries.filter(state__in=UNDER_WAY).exists():
        raise Refused(_("A number outside is asked already. Fix: go on without it first."), field="number")
    made = Enquiry(call=call, agent=user, to=to, number=number, longest_seconds=longest_seconds, asked_at=now())
    leases.begin_enquiry(made, call.connection)
    made.save(force_insert=True)
    trace(Step.OUTSIDE_ASKED, [(talk.pk, user.pk, None)], at=made.asked_at, words=to)
    _tell(call)
    return made


@transaction.atomic
def dialled(enquiry_id: UUID, *, media_url: str) -> Enquiry | None:
    """Azure is asked to call it; whoever asks again does so in the same words. None where nobody is to be called."""
    found = _locked(enquiry_id)
    if found.state != Enquired.CALLED or found.call_connection_id:
        return None
    if not found.media_url:
        found.media_url = media_url
        found.save(update_fields=["media_url"])
    return found


@transaction.atomic
def named(enquiry_id: UUID, connection_id: str) -> bool:
    """The service's name for the call to it, without which nothing can be asked of it. One that is over meanwhile is
    hung up. False where it goes by another name already."""
    found, name = _locked(enquiry_id), connection_id[:100]
    if name and not found.call_connection_id:
        found.call_connection_id = name
        found.save(update_fields=["call_connection_id"])
        if found.state == Enquired.OVER:
            _hang_up(found)
    return name in {"", found.call_connection_id}


@transaction.atomic
def came(enquiry_id: UUID) -> None:
    """Somebody answered there: the customer is on hold from now on. What was over before, or is not wanted any more, is
    hung up."""
    if (talk_id := Enquiry.objects.values_list("call__conversation", flat=True).get(pk=enquiry_id)) is not None:
        talk = locked_conversation(talk_id)
    found = _locked(enquiry_id)
    if found.state == Enquired.OVER and found.answered_at is None:
        found.answered_at = found.ended_at  # told in the wrong order
        found.save(update_fields=["answered_at"])
    if found.state != Enquired.CALLED:
        return
    found.state, found.answered_at = Enquired.CAME, now()
    found.save(update_fields=["state", "answered_at"])
    if talk_id is not None and _is_theirs(talk, found.agent_id):
        Call.objects.filter(pk=found.call_id).update(held_by=found.agent_id)
        _tell(found.call)
    else:
        _part(found, Parted.BY_US)


@transaction.atomic
def over(enquiry_id: UUID, how: Parted, *, detail: str = "") -> None:
    """The first ending that is told counts. The customer comes back to the agent."""
    found = _locked(enquiry_id)
    if found.state != Enquired.OVER:
        _part(found, how, detail)


@transaction.atomic
def refused(enquiry_id: UUID, detail: str) -> None:
    """Azure does not call it; nothing where it does, and only its word was lost."""
    found = _locked(enquiry_id)
    if found.state == Enquired.CALLED and not found.call_connection_id:
        _part(found, Parted.FAILED, detail)


@transaction.atomic
def finish(*, enquiry: Enquiry, user: User) -> Conversation:
    """The agent goes on without it. Raises Refused for one that does not hold any more."""
    talk, found = _theirs(enquiry, user)
    if found.state == Enquired.OVER:
        raise Refused(_gone())
    _part(found, Parted.BY_US)
    return talk


@transaction.atomic
def hand_over(*, enquiry: Enquiry, user: User) -> Conversation:
    """Customer and number outside go on talking, through the hub; the agent wraps up, and nothing is recorded nor
    written down any more. Raises Refused where nobody is there."""
    duty.lock(user)
    talk, found = _theirs(enquiry, user)
    if found.state != Enquired.CAME:
        raise Refused(_gone())
    at = now()
    found.state, found.handed_at = Enquired.HANDED, at
    found.save(update_fields=["state", "handed_at"])
    call = found.call
    Call.objects.filter(pk=call.pk).update(held_by=None, sent_to=found.to, sent_at=None, detail="")
    asked = Consultation.objects.filter(call=call, state__in=[Consulted.ASKED, Consulted.CAME])
    asked.update(state=Consulted.OVER)
    taping.handed_on(call.pk)
    trace(Step.OUTSIDE_GIVEN, [(talk.pk, user.pk, None)], at=at, words=found.to)
    caller_left(conversation=talk, reason=ClosingReason.SENT_ON)
    _tell(call)
    return talk


def end_with(call: Call) -> None:
    """The customer's call is over; in the transaction that says so, under the lock of its row."""
    for one in call.enquiries.select_for_update(of=("self",)).filter(state__in=UNDER_WAY):
        _part(one, Parted.BY_US)


def heard(enquiry: Enquiry, *, type_: str, data: Mapping[str, Any]) -> None:
    """What the service tells of the call to it; what is of another call changes nothing."""
    if not named(enquiry.pk, str(data.get("callConnectionId") or "")):
        log.warning("An event at the address of enquiry %s is of another call, and changes nothing.", enquiry.pk)
    elif type_ in {"CallConnected", "MediaStreamingStarted"}:
        came(enquiry.pk)
    elif type_ in {"CallDisconnected", "CreateCallFailed"}:
        answered = Enquiry.objects.filter(pk=enquiry.pk, answered_at__isnull=False).exists()
        how = ending_told(type_, data, direction=Direction.OUTBOUND, connected=answered)
        told = data.get("resultInformation")
        words = str(told.get("message") or "")[:500] if isinstance(told, dict) else ""
        over(enquiry.pk, PARTED.get(how, Parted.FAILED), detail=words)


def hang_up(enquiry_id: UUID) -> None:
    """Raises AzureError where it may succeed later."""
    found = Enquiry.objects.select_related("call__connection").filter(pk=enquiry_id).first()
    if found is None or not found.call_connection_id:
        return
    try:
        client = Calls(connection=found.call.connection.connection_string, cloud=settings.CLOUD)
        client.hang_up(found.call_connection_id)
    except AzureError as error:
        if not error.permanent:
            raise
        log.warning("The call to a number outside of call %s could not be hung up (%s).", found.call_id, error.status)


def last_of(call: Call, *, agent: User) -> Enquiry | None:
    """The one that this agent has, or the last one where the agent is to know how it ended; for everybody one that was
    handed the call."""
    found = call.enquiries.filter(Q(agent=agent) | Q(handed_at__isnull=False)).order_by("-asked_at").first()
    return None if found is None or (found.parted == Parted.BY_US and found.handed_at is None) else found


def _part(enquiry: Enquiry, how: Parted, detail: str = "") -> None:
    """Under its lock. The customer comes back, unless somebody else is asked meanwhile."""
    before = Enquired(enquiry.state)
    enquiry.state, enquiry.parted, enquiry.ended_at = Enquired.OVER, how, now()
    enquiry.detail = detail if how in EXPLAINED else ""
    enquiry.save(update_fields=["state", "parted", "ended_at", "detail"])
    leases.end_enquiry(enquiry)
    others = Consultation.objects.filter(call=enquiry.call_id, agent=enquiry.agent_id, state=Consulted.CAME)
    if before == Enquired.CAME and not others.exists():
        Call.objects.filter(pk=enquiry.call_id, held_by=enquiry.agent_id).update(held_by=None)
    _hang_up(enquiry)
    _tell(enquiry.call)


def _hang_up(enquiry: Enquiry) -> None:
    """In its own time; nothing where nobody was called, or where it is over already."""
    if enquiry.call_connection_id:
        app.configure_task(HANG_UP, queue="calls").defer(enquiry_id=str(enquiry.pk))


def _tell(call: Call) -> None:
    tell(call.pk)
    announce([call.conversation_id] if call.conversation_id else [])


def _locked(enquiry_id: UUID) -> Enquiry:
    """As it stands now, after the customer's call."""
    call_id = Enquiry.objects.values_list("call", flat=True).get(pk=enquiry_id)
    Call.objects.select_for_update(of=("self",)).get(pk=call_id)
    return Enquiry.objects.select_for_update(of=("self",)).select_related("call__connection").get(pk=enquiry_id)


def _theirs(enquiry: Enquiry, user: User) -> tuple[Conversation, Enquiry]:
    """Raises Refused for one of a call that is not the person's any more."""
    talk = locked_conversation(enquiry.call.conversation_id) if enquiry.call.conversation_id else None
    found = _locked(enquiry.pk)
    if talk is None or found.agent_id != user.pk or not _is_theirs(talk, user.pk):
        raise Refused(_gone())
    return talk, found


def _is_theirs(talk: Conversation, user_id: int) -> bool:
    return talk.state == ConversationState.ACTIVE and talk.agent_id == user_id


def _gone() -> str:
    return _("This is settled already: the number outside is not in the call any more, or the call is not yours.")

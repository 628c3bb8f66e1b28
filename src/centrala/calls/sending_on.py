"""A caller is sent on to a number outside: Azure calls it, and once somebody answers there, the hub has the call no
more. Until then the agent talks on. Nobody answers, and the agent keeps the caller.
"""

from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.azure.calls import Calls
from centrala.azure.errors import AzureError
from centrala.calls.blocking import blocked_among
from centrala.calls.context import sent_along
from centrala.calls.enquiry import UNDER_WAY
from centrala.calls.models import Call, CallState
from centrala.calls.sent_on import count
from centrala.connection.azure_words import in_words
from centrala.conversations.live import announce
from centrala.conversations.models import Conversation, ConversationState
from centrala.errors import Refused
from centrala.organization.models import User
from centrala.routing import outside
from centrala.routing.models import Step
from centrala.workstreams.models import Workstream
from centrala.workstreams.overflowing import number_outside

RINGS = timedelta(minutes=2)  # Azure gives up a little before
ACCEPTED, FAILED = "CallTransferAccepted", "CallTransferFailed"


def send_on(*, conversation: Conversation, user: User, number: str) -> Conversation:
    """Raises Refused for a number that may not be called, and with Azure's words where it says no."""
    id_ = uuid4()
    call, to = _begun(conversation, user, number, id_)
    client = Calls(connection=call.connection.connection_string, cloud=settings.CLOUD)
    assert call.sent_at is not None
    try:
        client.transfer(
            call.call_connection_id,
            to=to,
            id_=id_,
            first_attempt_at=call.sent_at,
            user_to_user=sent_along(call, conversation.workstream),
        )
    except AzureError as error:
        came_back(call, detail="")
        raise Refused(
            _("Azure does not transfer the call: %(reason)s") % {"reason": in_words(error)}, field="number"
        ) from error
    return conversation


@transaction.atomic
def _begun(conversation: Conversation, user: User, number: str, id_: UUID) -> tuple[Call, str]:
    """That it is under way is written before Azure is asked: whatever Azure then tells comes after it."""
    call = (
        Call.objects.select_for_update(of=("self",))
        .select_related("connection")
        .filter(conversation=conversation, state=CallState.CONNECTED)
        .first()
    )
    talk = Conversation.objects.select_related("workstream").get(pk=conversation.pk)
    if call is None or talk.state != ConversationState.ACTIVE or talk.agent_id != user.pk:
        raise Refused(_("The call is not yours any more, or it is over."))
    if is_under_way(call):
        raise Refused(_("The caller is being transferred already. Fix: wait until somebody answers there."))
    if call.enquiries.filter(state__in=UNDER_WAY).exists():
        raise Refused(_("A number outside is asked already. Fix: go on without it first."), field="number")
    to = checked(number, call, talk.workstream)
    assert talk.workstream is not None  # it allows a country
    count(id_, talk.workstream)
    call.sent_to, call.sent_at, call.detail = to, now(), ""
    call.save(update_fields=["sent_to", "sent_at", "detail"])
    announce([talk.pk])
    return call, to


def checked(number: str, call: Call, workstream: Workstream | None) -> str:
    """E.164. Raises Refused for a number that the caller of a workstream may not be sent on to."""
    if call.connection.is_trial:
        raise Refused(
            _("Calls of a trial's number are not transferred to other numbers: nobody could count their minutes."),
            field="number",
        )
    to = number_outside(number, countries=workstream.transfer_countries if workstream else [])
    if blocked_among([to]):
        raise Refused(_("This number is blocked. Fix: an administrator takes it off the list."), field="number")
    if to in {call.number, call.customer}:
        raise Refused(_("This number is in the call already."), field="number")
    return to


def is_under_way(call: Call) -> bool:
    """A process may have been killed before Azure was asked: then nothing of it is ever told."""
    return call.sent_at is not None and now() - call.sent_at < RINGS and call.ended_at is None


def came_back(call: Call, *, detail: str) -> None:
    """Nobody answered there: the agent keeps the caller, or whom overflow sent there waits on."""
    Call.objects.filter(pk=call.pk, ended_at=None).update(sent_at=None, detail=detail)
    if call.conversation is not None:
        outside.back(call.conversation, Step.OUTSIDE_FAILED, words=detail)
        announce([call.conversation.pk])

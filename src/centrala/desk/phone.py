"""The telephone in the browser: what lets it into a call."""

import re
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from centrala.azure.calls import Calls
from centrala.azure.errors import AzureError
from centrala.calls import tickets
from centrala.calls.access import ACTS, overheard_by, visited
from centrala.calls.consulting import holding
from centrala.calls.enquiry import Enquired, Enquiry
from centrala.calls.mixing import Role
from centrala.calls.models import Call, CallState, Consulted, Node
from centrala.calls.queries import call_of
from centrala.calls.tickets import Ticket
from centrala.connection.azure_words import in_words
from centrala.conversations.models import ENDED, Conversation
from centrala.desk.sockets import socket_of
from centrala.desk.views import NO_CONTENT, UNPROCESSABLE, find
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, staff_only
from centrala.organization.posting import post_only
from centrala.organization.sessions import mark

KEYS = re.compile(r"[0-9*#A-D]{1,20}")


@staff_only
@post_only
def talk(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    """The address of the call's socket, with a ticket in it that is good for moments; 422 with the reason for whoever
    has no part in the call."""
    found = find(request, conversation_id)
    if found.agent_id != request.user.pk and _under_way(found):
        return _refused(_("The call is not yours: whoever accepts or picks it talks to the customer."))
    return _let_in(request, found, Role.AGENT)


@staff_only
@post_only
def hear(request: StaffRequest, conversation_id: UUID, role: str) -> HttpResponse:
    """The same for a supervisor, who listens, coaches the agent or joins them: each stands in the audit log."""
    if role not in ACTS:
        raise Http404
    found = find(request, conversation_id)
    if not overheard_by(request.user, found) and _under_way(found):
        return _refused(_("You may keep company in calls of others that go on, in the queues that you supervise."))
    return _let_in(request, found, Role(role))


@staff_only
@post_only
def consulted(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    """The same for a colleague who is asked in."""
    found = find(request, conversation_id)
    came = holding().filter(call__conversation=found, colleague=request.user, state=Consulted.CAME)
    if not came.exists() and _under_way(found):
        return _refused(_("You are not asked into this call any more. Fix: have its agent ask you again."))
    return _let_in(request, found, Role.CONSULTED)


@staff_only
@post_only
def keys(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    """Keys that the agent presses, for whoever answers by a menu; 204 once Azure plays them, 422 with the reason."""
    found = find(request, conversation_id)
    pressed = request.POST.get("keys", "")
    if not KEYS.fullmatch(pressed):
        return _refused(_("These are no keys of a telephone."))
    call = call_of(found)
    if call is None or found.agent_id != request.user.pk or call.state != CallState.CONNECTED:
        return _refused(_("The call is not yours any more, or it is over."))
    client = Calls(connection=call.connection.connection_string, cloud=settings.CLOUD)
    connection_id, whose = _listener(call)
    try:
        client.press(connection_id, keys=pressed, customer=whose)
    except AzureError as error:
        return _refused(_("Azure does not play the keys: %(reason)s") % {"reason": in_words(error)})
    return HttpResponse(status=NO_CONTENT)


def _listener(call: Call) -> tuple[str, str]:
    """Whom keys are for: while the customer is on hold, a number outside that is consulted, which may have a menu."""
    asked = Enquiry.objects.filter(call=call, state=Enquired.CAME).first()
    if asked is not None and call.held_by_id == asked.agent_id:
        return asked.call_connection_id, asked.to
    return call.call_connection_id, call.customer


def _let_in(request: StaffRequest, conversation: Conversation, role: Role) -> HttpResponse:
    if _not_yet_taken(conversation):
        return JsonResponse({})
    try:
        call, node = _call(conversation)
    except Refused as refused:
        return _refused(str(refused.message))
    if role in ACTS:
        visited(user=request.user, call=call, role=role)
    session = mark(request.session.session_key or "")
    ticket = tickets.issue(Ticket(call.pk, request.user.pk, role, request.user.display_name, session))
    return JsonResponse({"address": f"{socket_of(request, node)}?ticket={ticket}"})


def _refused(reason: str) -> HttpResponse:
    return JsonResponse({"refused": reason}, status=UNPROCESSABLE)


def _under_way(conversation: Conversation) -> bool:
    call = call_of(conversation)
    return call is not None and call.ended_at is None and conversation.state not in ENDED


def _not_yet_taken(conversation: Conversation) -> bool:
    """A call to a customer that no process has yet: the browser asks again in a moment."""
    call = call_of(conversation)
    return call is not None and call.rings_out and call.node is None


def _call(conversation: Conversation) -> tuple[Call, Node]:
    call = call_of(conversation)
    if call is None:
        raise Refused(_("This conversation is no call."))
    if call.ended_at is not None or conversation.state in ENDED:
        raise Refused(_("The call is over."))
    if call.node is None:
        raise Refused(_("The process that had the call ended; another takes it over. Fix: try again in a few seconds."))
    return call, call.node

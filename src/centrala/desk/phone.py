"""The telephone in the browser: what lets it into a call."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from centrala.calls import tickets
from centrala.calls.models import Call, Node
from centrala.calls.queries import call_of
from centrala.conversations.models import ENDED, Conversation
from centrala.desk.sockets import socket_of
from centrala.desk.views import UNPROCESSABLE, find
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, staff_only
from centrala.organization.models import User
from centrala.organization.posting import post_only


@staff_only
@post_only
def talk(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    """The address of the call's socket, with a ticket in it that is good for moments; 422 with the reason for whoever
    has no part in the call."""
    found = find(request, conversation_id)
    try:
        call, node = _own_call(found, request.user)
    except Refused as refused:
        return JsonResponse({"refused": str(refused.message)}, status=UNPROCESSABLE)
    ticket = tickets.issue(call=call.pk, person=request.user.pk)
    return JsonResponse({"address": f"{socket_of(request, node)}?ticket={ticket}"})


def _own_call(conversation: Conversation, user: User) -> tuple[Call, Node]:
    call = call_of(conversation)
    if call is None:
        raise Refused(_("This conversation is no call."))
    if call.ended_at is not None or conversation.state in ENDED:
        raise Refused(_("The call is over."))
    if conversation.agent_id != user.pk:
        raise Refused(_("The call is not yours: whoever accepts or picks it talks to the customer."))
    if call.node is None:
        raise Refused(_("The process that had the call ended; another takes it over. Fix: try again in a few seconds."))
    return call, call.node

"""The recording on the page of its conversation, and its sound."""

from typing import cast
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from centrala.calls import taping
from centrala.conversations.access import conversations_of
from centrala.conversations.models import Conversation
from centrala.organization.access import StaffRequest, staff_only
from centrala.organization.posting import post_only
from centrala.recordings import ranges
from centrala.recordings.access import joined_heard_by, listened
from centrala.recordings.showing import shown


@staff_only
@require_safe
def part(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    return _part(request, _find(request, conversation_id))


@staff_only
@post_only
def tell(request: StaffRequest, conversation_id: UUID, act: str) -> HttpResponse:
    """Start, pause or resume, by the agent who has the call."""
    if act not in taping.TOLD_BY_AGENT:
        raise Http404
    found = get_object_or_404(conversations_of(request.user), pk=conversation_id, agent=request.user)
    taping.told(act, conversation=found)
    return _part(request, found) if request.htmx else redirect("desk:conversation", conversation_id)


@staff_only
@require_safe
def sound(request: StaffRequest, call_id: UUID) -> HttpResponse:
    joined = get_object_or_404(joined_heard_by(request.user), call=call_id)
    asked = request.headers.get("Range", "")
    listened(user=request.user, call=joined.call, from_the_start=ranges.from_the_start(asked))
    as_name = f"{joined.began_at:%Y-%m-%d-%H-%M}-{call_id}.wav"
    found = ranges.answer(joined.name, size=joined.size, asked=asked, as_name=as_name)
    return cast("HttpResponse", found)  # what guards the view wants headers alone, which every response has


@staff_only
@require_safe
def peaks(request: StaffRequest, call_id: UUID) -> HttpResponse:
    joined = get_object_or_404(joined_heard_by(request.user), call=call_id)
    left, right = joined.peaks
    return JsonResponse({"milliseconds": joined.milliseconds, "left": left, "right": right})


def _find(request: StaffRequest, conversation_id: UUID) -> Conversation:
    return get_object_or_404(conversations_of(request.user), pk=conversation_id)


def _part(request: StaffRequest, found: Conversation) -> HttpResponse:
    return render(request, "recordings/_part.html", {"shown": shown(request.user, found), "conversation": found})

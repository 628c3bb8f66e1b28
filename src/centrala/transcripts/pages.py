"""The transcript on the page of its conversation, and as a file."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from centrala.calls import taping
from centrala.conversations.access import conversations_of
from centrala.conversations.models import Conversation
from centrala.organization.access import StaffRequest, staff_only
from centrala.organization.posting import post_only
from centrala.transcripts import texts
from centrala.transcripts.access import was_read
from centrala.transcripts.showing import Shown, shown

ACTS = ("transcribe", "pause", "resume")
FILES = {"txt": (texts.plain, "text/plain"), "vtt": (texts.web_vtt, "text/vtt")}


@staff_only
@require_safe
def part(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    """What stands above the lines."""
    found = _find(request, conversation_id)
    return _part(request, found)


@staff_only
@require_safe
def lines(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    found = shown(request.user, _find(request, conversation_id))
    _note(request, found)
    return render(request, "transcripts/_lines.html", {"shown": found})


@staff_only
@post_only
def tell(request: StaffRequest, conversation_id: UUID, act: str) -> HttpResponse:
    """Transcribe, pause or resume, by the agent who has the call."""
    if act not in ACTS:
        raise Http404
    found = get_object_or_404(conversations_of(request.user), pk=conversation_id, agent=request.user)
    taping.told(act, conversation=found)
    return _part(request, found) if request.htmx else redirect("desk:conversation", conversation_id)


@staff_only
@require_safe
def file(request: StaffRequest, conversation_id: UUID, kind: str) -> HttpResponse:
    found = shown(request.user, _find(request, conversation_id))
    if found is None or not found.lines or kind not in FILES:
        raise Http404
    _note(request, found)
    write, type_ = FILES[kind]
    answer = HttpResponse(write(found.lines), content_type=f"{type_}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.call.rang_at:%Y-%m-%d-%H-%M}-{found.call.pk}.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _note(request: StaffRequest, found: Shown | None) -> None:
    """Reading what is said in one's own call, as it is said, is no act."""
    if found is not None and found.lines and found.over:
        was_read(user=request.user, call=found.call)


def _find(request: StaffRequest, conversation_id: UUID) -> Conversation:
    return get_object_or_404(conversations_of(request.user), pk=conversation_id)


def _part(request: StaffRequest, found: Conversation) -> HttpResponse:
    return render(request, "transcripts/_part.html", {"shown": shown(request.user, found), "conversation": found})

"""The desk: the list of conversations, one conversation, and the answer to the customer.

Each address answers a browser with the whole page and htmx with the part that changes.
"""

from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from centrala.calls.access import is_unnoticed
from centrala.campaigns.results import recent
from centrala.connection.access import active_connection
from centrala.conversations import actions
from centrala.conversations.access import conversations_of
from centrala.conversations.live import announce_company
from centrala.conversations.models import Conversation, Message
from centrala.conversations.noting import write_note
from centrala.conversations.queries import with_endings
from centrala.conversations.tagging import known_tags
from centrala.desk.ending import wrap_up_form
from centrala.desk.forms import HereForm, ListForm, NoteForm, ReplyForm, ThreadForm
from centrala.desk.lists import ConversationList, query, read_list
from centrala.desk.sockets import policy
from centrala.desk.standing import Standing
from centrala.desk.threads import earlier_conversations, read_thread
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, staff_only
from centrala.organization.posting import post_only
from centrala.routing.actions import answer

NO_CONTENT = 204
UNPROCESSABLE = 422


@staff_only
@require_safe
def desk(request: StaffRequest) -> HttpResponse:
    return page(request, None)


@staff_only
@require_safe
def conversation_list(request: StaffRequest) -> HttpResponse:
    """With it goes how the reader stands: both change together."""
    return render(request, "desk/_list.html", _list_context(request))


@staff_only
@require_safe
def conversation(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    return page(request, find(request, conversation_id))


@staff_only
@require_safe
def messages(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    """The last messages, or the ones above `before`, to be merged into those shown."""
    found = find(request, conversation_id)
    form = ThreadForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    before = asked.get("before")
    context = {"thread": read_thread(found, user=request.user, before=before), "older": before is not None}
    context["wrap_up"] = wrap_up_form(request.user, found)
    return render(request, "desk/_messages.html", context)


@staff_only
@post_only
def reply(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    found = find(request, conversation_id)
    form = ReplyForm(request.POST)
    sent = _send(request, found, form)
    if sent is not None and request.htmx:
        return render(request, "desk/_replied.html", {"thread": read_thread(sent.conversation, user=request.user)})
    if sent is not None:
        return redirect("desk:conversation", conversation_id)
    if request.htmx:
        context = {"error": form.problem, "thread": read_thread(found, user=request.user)}  # what the reason may lie in
        return render(request, "desk/_reply_refused.html", context, status=UNPROCESSABLE)
    return page(request, found, status=UNPROCESSABLE, error=form.problem, text=form["text"].value() or "")


@staff_only
@post_only
def note(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    """Something for colleagues, whatever the state of the conversation."""
    found = find(request, conversation_id)
    form = NoteForm(request.POST)
    if _noted(request, found, form):
        if request.htmx:
            written = {"thread": read_thread(found, user=request.user), "note_id": uuid4()}
            return render(request, "desk/_replied.html", written)
        return redirect("desk:conversation", conversation_id)
    if request.htmx:
        return render(request, "desk/_reply_error.html", {"error": form.problem}, status=UNPROCESSABLE)
    said = {"note_error": form.problem, "note_text": form["text"].value() or ""}
    return page(request, found, status=UNPROCESSABLE, **said)


@staff_only
@post_only
def here(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    """Told by the open page every few seconds, and passed on to the others that show the conversation; not of whoever
    may listen to its call, which neither side notices."""
    found, form = find(request, conversation_id), HereForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=UNPROCESSABLE)
    name, doing = request.user.display_name, form.cleaned_data["doing"]
    if not is_unnoticed(request.user, found):
        announce_company(found.pk, person=request.user.pk, name=name, doing=doing)
    return HttpResponse(status=NO_CONTENT)


@staff_only
@post_only
def seen(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    """Somebody is looking at the thread. Said by the page itself: a link fetched ahead or by a robot reads nothing."""
    actions.mark_read(conversation=find(request, conversation_id))
    return HttpResponse(status=NO_CONTENT)


def _send(request: StaffRequest, found: Conversation, form: ReplyForm) -> Message | None:
    """None where it cannot be sent: the form then says why."""
    if not form.is_valid():
        return None
    try:
        asked = form.cleaned_data
        known = asked["known"].at if asked["known"] else None
        return answer(conversation=found, author=request.user, text=asked["text"], known=known)
    except Refused as refused:
        form.add_error("text", refused.message)
        return None


def _noted(request: StaffRequest, found: Conversation, form: NoteForm) -> bool:
    """Where it is not, the form says why."""
    if not form.is_valid():
        return False
    try:
        asked = form.cleaned_data
        write_note(conversation=found, author=request.user, text=asked["text"], id_=asked["key"])
    except Refused as refused:
        form.add_error("text", refused.message)
        return False
    return True


def find(request: StaffRequest, conversation_id: UUID) -> Conversation:
    return get_object_or_404(with_endings(conversations_of(request.user)), pk=conversation_id)


def page(
    request: StaffRequest, found: Conversation | None, *, part: str = "", status: int = 200, **extra: object
) -> HttpResponse:
    """The whole desk, or for htmx its part beside the list: the conversation, or what stands in its place."""
    listed = query(*(request.GET.get(name, "") for name in ("show", "search", "tag")))
    context: dict[str, object] = {"part": part or "desk/_work.html", "query": listed, **extra}
    if found is not None:
        context |= {"thread": read_thread(found, user=request.user), "note_id": uuid4()}
        context.setdefault("wrap_up", wrap_up_form(request.user, found))
        context["earlier"] = earlier_conversations(request.user, found)
        context["campaigns"] = recent(found.contact, found.number, at=now())
    if request.htmx.target == "work":
        response = render(request, str(context["part"]), context, status=status)
        # The row that was pressed may have been replaced meanwhile, and what it inherited from the list went with it.
        response["HX-Reswap"] = "outerHTML show:none"
        return response
    context |= _list_context(request) | {"tags": known_tags()}
    response = render(request, "desk/desk.html", context, status=status)
    response._csp_update = policy(request)  # type: ignore[attr-defined]  # what django-csp's own decorator sets
    return response


def _list_context(request: StaffRequest) -> dict[str, object]:
    listed: ConversationList = read_list(request.user, ListForm(request.GET))
    # Only a list without a row says what is missing, so only then is it looked up.
    unconnected = not listed.rows and active_connection() is None
    standing = Standing(request.user)
    return {
        "list": listed,
        "standing": standing,
        "unconnected": unconnected,
        "current": request.htmx.current_url_abs_path or request.path,
    }

"""Quick replies: the list in the reply box, and the pages on which administrators and agents keep them."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centrala.conversations.filling import values
from centrala.desk.forms import TextField
from centrala.desk.views import UNPROCESSABLE, find
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only, staff_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.models import User
from centrala.organization.posting import post_only
from centrala.workstreams import slugs
from centrala.workstreams.access import workstreams_of
from centrala.workstreams.models import QuickReply
from centrala.workstreams.quick_replies import offered, own_replies_of, remove_reply, save_reply, shared_replies_of


class QuickReplyForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    text = TextField(
        label=gettext_lazy("Text"),
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=gettext_lazy(
            "{CustomerName}, {AgentName}, {QueueName} and {OrganizationName} are filled when it is inserted."
        ),
    )

    class Meta:
        model = QuickReply
        fields = ("shortcut", "workstream", "text")
        labels = {"shortcut": gettext_lazy("Shortcut"), "workstream": gettext_lazy("Workstream")}
        help_texts = {
            "shortcut": gettext_lazy("One word, which is typed after a slash: hours for /hours."),
            "workstream": gettext_lazy("Whose agents are offered it."),
        }
        widgets = {"shortcut": forms.TextInput(WORDS | {"autocomplete": "off", "autocapitalize": "none"})}

    def __init__(self, data: QueryDict | None, *, user: User, instance: QuickReply) -> None:
        super().__init__(data, instance=instance)
        if instance.owner is not None:
            del self.fields["workstream"]
            return
        self.fields["workstream"].queryset = workstreams_of(user)  # type: ignore[attr-defined]
        self.fields["workstream"].empty_label = _("All workstreams")  # type: ignore[attr-defined]

    def clean_shortcut(self) -> str:
        return str(self.cleaned_data["shortcut"]).removeprefix("/").lower()


@staff_only
@require_safe
def choices(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    """For the reply box, with the slugs filled as for this customer."""
    found = find(request, conversation_id)
    known = values(found, request.user)
    replies = [(reply, slugs.fill(reply.text, known).strip()) for reply in offered(request.user, found.workstream)]
    return render(request, "desk/_quick_replies.html", {"replies": replies})


@administrators_only
@require_safe
def everybodys(request: StaffRequest) -> HttpResponse:
    return render(request, "desk/shared_quick_replies.html", {"replies": shared_replies_of(request.user)})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    return _form(request, QuickReply(), "quick-replies:quick-replies")


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, reply_id: int) -> HttpResponse:
    return _form(
        request, get_object_or_404(shared_replies_of(request.user), pk=reply_id), "quick-replies:quick-replies"
    )


@administrators_only
@post_only
def remove(request: StaffRequest, reply_id: int) -> HttpResponse:
    return _remove(
        request, get_object_or_404(shared_replies_of(request.user), pk=reply_id), "quick-replies:quick-replies"
    )


@staff_only
@require_safe
def mine(request: StaffRequest) -> HttpResponse:
    return render(request, "desk/own_quick_replies.html", {"replies": own_replies_of(request.user)})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def add_mine(request: StaffRequest) -> HttpResponse:
    return _form(request, QuickReply(owner=request.user), "own-quick-replies:my-quick-replies")


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def change_mine(request: StaffRequest, reply_id: int) -> HttpResponse:
    return _form(
        request, get_object_or_404(own_replies_of(request.user), pk=reply_id), "own-quick-replies:my-quick-replies"
    )


@staff_only
@post_only
def remove_mine(request: StaffRequest, reply_id: int) -> HttpResponse:
    return _remove(
        request, get_object_or_404(own_replies_of(request.user), pk=reply_id), "own-quick-replies:my-quick-replies"
    )


def _remove(request: StaffRequest, reply: QuickReply, back: str) -> HttpResponse:
    remove_reply(reply=reply, actor=request.user)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": reply})
    return redirect(back)


def _form(request: StaffRequest, reply: QuickReply, back: str) -> HttpResponse:
    known = str(reply) if reply.pk else ""
    form = QuickReplyForm(request.POST or None, user=request.user, instance=reply)
    if form.is_valid():
        try:
            save_reply(reply=form.instance, actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": form.instance})
            return redirect(back)
    template = f"desk/{'own' if reply.owner else 'shared'}_quick_reply.html"
    context = {"form": form, "reply": reply if reply.pk else None, "known": known}
    return render(request, template, context, status=UNPROCESSABLE if form.errors else 200)

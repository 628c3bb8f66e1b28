"""Queues: where conversations wait, who is asked for them, and in which order."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centrala.center.forms import People
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.models import User
from centrala.organization.posting import post_only
from centrala.workstreams.access import queues_of
from centrala.workstreams.changes import remove_queue, save_queue
from centrala.workstreams.models import Queue

UNPROCESSABLE = 422


class QueueForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    members = People(
        label=gettext_lazy("Members"),
        queryset=User.objects.working(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("They are offered what waits here. Without members it waits until somebody picks it."),
    )

    class Meta:
        model = Queue
        fields = ("name", "kind", "priority", "method", "members")
        labels = {
            "name": gettext_lazy("Name"),
            "kind": gettext_lazy("Type"),
            "priority": gettext_lazy("Queue priority"),
            "method": gettext_lazy("Assignment method"),
        }
        help_texts = {
            "priority": gettext_lazy("A group: what waits in queues of a smaller number is given out first."),
            "method": gettext_lazy(
                "Who of those that are free is asked next: who has most capacity left, whose capacity was released "
                "longest ago, or who was given something longest ago."
            ),
        }
        widgets = {"name": forms.TextInput(WORDS | {"autocomplete": "off"})}

    def __init__(self, data: QueryDict | None, *, instance: Queue | None = None) -> None:
        super().__init__(data, instance=instance)
        if instance is not None:
            del self.fields["kind"]  # for good
        if instance is not None and instance.is_default:
            for name in ("name", "priority", "members"):
                del self.fields[name]


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    queues = queues_of(request.user).prefetch_related("workstreams", "members")
    return render(request, "center/queues.html", {"queues": queues})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    return _form(request, QueueForm(request.POST or None))


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, queue_id: int) -> HttpResponse:
    queue = get_object_or_404(queues_of(request.user), pk=queue_id)
    return _form(request, QueueForm(request.POST or None, instance=queue))


@administrators_only
@post_only
def remove(request: StaffRequest, queue_id: int) -> HttpResponse:
    queue = get_object_or_404(queues_of(request.user), pk=queue_id)
    try:
        remove_queue(queue=queue, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("center:queue", queue_id)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": queue.name})
    return redirect("center:queues")


def _form(request: StaffRequest, form: QueueForm) -> HttpResponse:
    if form.is_valid():
        try:
            queue = save_queue(queue=form.instance, members=form.cleaned_data.get("members", ()), actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": queue})
            return redirect("center:queues")
    known = Queue.objects.filter(pk=form.instance.pk).first()
    context = {"form": form, "queue": known}
    return render(request, "center/queue.html", context, status=UNPROCESSABLE if form.errors else 200)

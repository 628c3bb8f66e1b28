"""Reading dead letters back from the page Events, where they are then replayed; and where they lie."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from centrala.center.forms import PLAIN
from centrala.connection.dead_letters import read_back
from centrala.connection.letter_box import forget_container, name_container, named, read_container
from centrala.connection.letters import ReadBack
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.posting import post_only

UNPROCESSABLE = 422


class ContainerForm(forms.Form):
    url = forms.CharField(
        label=gettext_lazy("Address of the container"),
        help_text=gettext_lazy(
            "Azure portal: Storage account > Containers, open the container, Settings > Properties, copy URL."
        ),
        max_length=500,
        widget=forms.TextInput(PLAIN),
    )
    secret = forms.CharField(
        label=gettext_lazy("What opens it"),
        help_text=gettext_lazy(
            "A shared access signature with Read and List (the narrowest), or a connection string or key of the "
            "storage account. It is stored encrypted and never shown again."
        ),
        max_length=2000,
        widget=forms.PasswordInput(PLAIN, render_value=False),
    )


@administrators_only
@post_only
def read(request: StaffRequest) -> HttpResponse:
    """From the folder and from the container, as far as there are such: the page does not offer it otherwise."""
    container = named()
    if settings.DEAD_LETTERS is None and container is None:
        raise Http404
    found = ReadBack()
    try:
        if settings.DEAD_LETTERS is not None:
            found += read_back(folder=settings.DEAD_LETTERS, actor=request.user)
        if container is not None:
            found += read_container(container, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        if not found.new:
            return redirect("center:events")
    worth_a_look = found.foreign or found.unreadable or found.more
    (messages.warning if worth_a_look else messages.success)(request, " ".join(_told(found)))
    return redirect("center:events")


@sensitive_post_parameters("secret")
@sensitive_variables("form")
@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def container(request: StaffRequest) -> HttpResponse:
    known = named()
    form = ContainerForm(request.POST or None, initial={"url": known.url if known else ""})
    if form.is_valid():
        try:
            name_container(**form.cleaned_data, actor=request.user)
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            messages.success(request, _("Dead letters are read from this container from now on."))
            return redirect("center:events")
    context = {"form": form, "container": known}
    return render(request, "center/dead_letters.html", context, status=UNPROCESSABLE if form.errors else 200)


@administrators_only
@post_only
def forget(request: StaffRequest) -> HttpResponse:
    forget_container(actor=request.user)
    messages.success(request, _("The container is not read any more. Its blobs stay."))
    return redirect("center:events")


def _told(found: ReadBack) -> list[str]:
    told = [
        ngettext("%(count)s dead letter was read back.", "%(count)s dead letters were read back.", found.new)
        % {"count": found.new}
    ]
    if found.known:
        told.append(_("Here already: %(count)s.") % {"count": found.known})
    if found.before:
        told.append(_("Blobs that were read before: %(count)s.") % {"count": found.before})
    if found.foreign:
        told.append(_("Of a resource that was never connected here: %(count)s.") % {"count": found.foreign})
    if found.unreadable:
        told.append(_("Files that cannot be read: %(count)s; the log names them.") % {"count": found.unreadable})
    if found.more:
        told.append(_("There are more: read once again."))
    return told

"""Disconnect from Azure: what it does, what it leaves in Azure, and removing that."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from centrala.azure.errors import AzureError
from centrala.connection import actions, leftovers
from centrala.connection.access import connections_of
from centrala.connection.azure_words import in_words
from centrala.connection.models import Connection
from centrala.connection.sign_in import azure_credential_of
from centrala.numbers.access import numbers_of
from centrala.organization.access import StaffRequest, administrators_only


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: StaffRequest) -> HttpResponse:
    connection = connections_of(request.user).filter(disconnected_at=None).first()
    if connection is None:
        return redirect("center:phone-numbers")  # pressed twice, or somebody was faster
    if request.method != "POST":
        context = {"connection": connection, "numbers": numbers_of(request.user).count()}
        return render(request, "center/disconnect.html", context | _left(request, connection))
    if request.POST.get("connection") != str(connection.pk):
        text = _(
            "Nothing was disconnected: “%(name)s” has been connected since that page was opened. Look at it first."
        )
        messages.warning(request, text % {"name": connection.resource_name})
        return redirect("center:disconnect")
    actions.disconnect(connection=connection, actor=request.user)
    messages.success(
        request, _("“%(name)s” is disconnected, its endpoints answer no more.") % {"name": connection.resource_name}
    )
    if names := request.POST.getlist("remove"):
        _remove(request, connection, names)
    return redirect("center:leftovers", connection.pk)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def left(request: StaffRequest, connection_id: UUID) -> HttpResponse:
    """What a disconnected resource has left in Azure."""
    connection = get_object_or_404(connections_of(request.user), pk=connection_id, disconnected_at__isnull=False)
    if request.method == "POST":
        _remove(request, connection, request.POST.getlist("remove"))
        return redirect("center:leftovers", connection.pk)
    return render(request, "center/leftovers.html", {"connection": connection} | _left(request, connection))


def _remove(request: StaffRequest, connection: Connection, names: list[str]) -> None:
    credential = azure_credential_of(request)
    if credential is None:
        messages.warning(
            request,
            _("Nothing was deleted in Azure: your sign-in there has ended. Sign in to Azure and delete once more."),
        )
        return
    try:
        gone = leftovers.remove(connection, names=names, credential=credential, actor=request.user)
    except AzureError as error:
        messages.warning(request, _("Azure does not delete them all: %(reason)s") % {"reason": in_words(error)})
        return
    text = ngettext(
        "%(count)s event subscription is deleted in Azure.",
        "%(count)s event subscriptions are deleted in Azure.",
        len(gone),
    )
    messages.success(request, text % {"count": len(gone)})


def _left(request: StaffRequest, connection: Connection) -> dict[str, object]:
    """What Azure tells whoever is signed in there; else what to look for."""
    told: dict[str, object] = {
        "names": leftovers.names_seen(connection),
        "application_id": leftovers.application_of(connection),
    }
    credential = azure_credential_of(request)
    if credential is None:
        return told
    try:
        return told | {"found": leftovers.find(connection, credential)}
    except AzureError as error:
        return told | {"trouble": in_words(error)}

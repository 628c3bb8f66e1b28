"""Manage Azure Communication Services: ids, endpoints and their state, repair, new endpoints, sync, disconnect."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_safe

from centrala.azure.errors import AzureError
from centrala.center.endpoints import endpoint_rows
from centrala.center.forms import RepairForm
from centrala.center.next_steps import next_steps
from centrala.connection import keys, rotation
from centrala.connection.access import connections_of
from centrala.connection.azure_words import in_words
from centrala.connection.models import Connection, EntryKey
from centrala.connection.sign_in import azure_credential_of
from centrala.errors import Misconfigured, Refused
from centrala.keyset import serial
from centrala.numbers import actions as numbers
from centrala.numbers.access import numbers_of
from centrala.numbers.models import PhoneNumber
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.posting import post_only
from centrala.workstreams.actions import put_to_work

UNPROCESSABLE = 422


@administrators_only
@require_safe
def advanced(request: StaffRequest) -> HttpResponse:
    return _page(request, _connected(request), RepairForm())


@sensitive_post_parameters("connection_string")
@sensitive_variables("text")
@administrators_only
@post_only
def repair(request: StaffRequest) -> HttpResponse:
    """Another connection string; left empty by whoever is signed in to Azure, it is read there."""
    connection, form, person = _connected(request), RepairForm(request.POST), azure_credential_of(request)
    if not form.is_valid():
        return _page(request, connection, form)
    try:
        text = form.cleaned_data["connection_string"]
        if person is not None and not text:
            text = keys.read_in_azure(connection.resource, person)
        keys.repair(
            connection=connection,
            connection_string=text,
            actor=request.user,
            credential=person or settings.INSTALLATION.own_credential(),
        )
    except Refused as refused:
        form.add_error("connection_string", refused.message)
        return _page(request, connection, form)
    messages.success(request, _("The connection string is repaired. Nothing else has changed."))
    return redirect("center:advanced")


@administrators_only
@post_only
def rotate(request: StaffRequest) -> HttpResponse:
    try:
        until = rotation.rotate(
            connection=_connected(request), actor=request.user, seen=request.POST.get("version", "")
        )
        when = date_format(localtime(until), "j E Y, H:i")
        messages.success(
            request,
            _("There are new endpoints. Enter them in the event subscriptions: the old ones answer until %(when)s.")
            % {"when": when},
        )
    except Refused as refused:
        messages.warning(request, refused.message)
    return redirect("center:advanced")


@administrators_only
@post_only
def sync(request: StaffRequest) -> HttpResponse:
    try:
        found = numbers.sync(connection=_connected(request))
    except AzureError as error:
        messages.warning(request, _("The phone numbers could not be fetched: %(reason)s") % {"reason": in_words(error)})
        return redirect("center:advanced")
    except Misconfigured as lost:
        messages.warning(request, _("The phone numbers could not be fetched: %(reason)s") % {"reason": lost})
        return redirect("center:advanced")
    put_to_work(numbers=found)
    text = ngettext("%(count)s number is fetched from Azure.", "%(count)s numbers are fetched from Azure.", len(found))
    messages.success(request, text % {"count": len(found)})
    return redirect("center:phone-numbers")


def _page(request: StaffRequest, connection: Connection, form: RepairForm) -> HttpResponse:
    """Reachable with a number selected and without: with one, the page says which."""
    entries = dict(connection.entries.values_list("key", "value"))
    app_id, tenant_id = entries.get(EntryKey.APP_ID, ""), entries.get(EntryKey.TENANT_ID, "")
    rows = endpoint_rows(connection, app_id=app_id, tenant_id=tenant_id)
    context = {
        "connection": connection,
        "form": form,
        "signed_in": azure_credential_of(request) is not None,
        "app_id": app_id,
        "tenant_id": tenant_id,
        "endpoints": rows,
        "retiring": rotation.retiring(connection),
        "now": now(),
        "version": rotation.version(connection),
        "steps": next_steps(request.user, rows),
        "selected": selected_number(request),
    }
    return render(request, "center/advanced.html", context, status=UNPROCESSABLE if form.errors else 200)


def selected_number(request: StaffRequest) -> PhoneNumber | None:
    try:
        return numbers_of(request.user).filter(pk=serial(request.GET.get("number", ""))).first()
    except ValueError:
        return None


def _connected(request: StaffRequest) -> Connection:
    return get_object_or_404(connections_of(request.user), disconnected_at=None)

"""Connect to Azure Communication Services, by "Use existing resource"."""

import secrets
from dataclasses import replace

from azure.core.credentials import TokenCredential
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from centrala.azure.errors import AzureError
from centrala.center.forms import ConnectForm
from centrala.center.prerequisites import panel_of
from centrala.center.progress import RUNS, Run
from centrala.center.views import numbers_page
from centrala.connection import actions, audience, keys
from centrala.connection.access import connections_of
from centrala.connection.actions import ConnectFields, FieldsRefused
from centrala.connection.azure_words import in_words
from centrala.connection.models import Connection
from centrala.connection.sign_in import azure_credential_of
from centrala.connection.steps import Step
from centrala.errors import Refused
from centrala.numbers import actions as numbers
from centrala.organization.access import StaffRequest, administrators_only
from centrala.workstreams.actions import put_to_work

UNPROCESSABLE, FORBIDDEN = 422, 403


@administrators_only
@require_safe
def choose(request: StaffRequest) -> HttpResponse:
    if _connected(request):
        return redirect("center:advanced")
    if not panel_of(request).found.enabled:
        return _closed(request)
    return render(request, "center/connect.html", {"signed_in": azure_credential_of(request) is not None})


@sensitive_post_parameters("connection_string")
@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def existing(request: StaffRequest) -> HttpResponse:
    if _connected(request):
        return _came_late(request)
    if not panel_of(request).found.enabled:
        return _closed(request)
    if request.method != "POST":
        return _shown(request, ConnectForm(initial=ConnectForm.initial_from(request.GET)))
    form = ConnectForm(request.POST)
    if not form.is_valid():
        return _shown(request, form)
    with RUNS.begun(request.POST.get("run", ""), request.user.pk) as run:
        try:
            connection = _connect(request, form.connect_fields, run)
        except Refused as refused:
            _explain(form, refused)
            return _shown(request, form)
        _fetch_numbers(request, connection, run)
        if text := audience.warning_of(connection, _credential(request)):
            messages.warning(request, text)
    messages.success(request, _("“%(name)s” is connected.") % {"name": connection.resource_name})
    return _led(request, "center:advanced")


def _closed(request: StaffRequest) -> HttpResponse:
    """What is missing, unless somebody else has connected at this very moment."""
    if _connected(request):
        return _came_late(request)
    return _led(request, "center:phone-numbers") if request.htmx else numbers_page(request, status=FORBIDDEN)


def _came_late(request: StaffRequest) -> HttpResponse:
    """To what is connected. Whoever filled in the form is told that theirs is not it."""
    if request.method == "POST":
        messages.warning(request, _("A resource is connected already; what you entered was not stored."))
    return _led(request, "center:advanced")


def _led(request: StaffRequest, route: str) -> HttpResponse:
    return HttpResponseClientRedirect(reverse(route)) if request.htmx else redirect(route)


@sensitive_variables("fields")
def _connect(request: StaffRequest, fields: ConnectFields, run: Run) -> Connection:
    """As the administrator where they are signed in to Azure, else as the hub's own principal."""
    person = azure_credential_of(request)
    resource = fields.parsed_resource  # without one to ask for, the checks say what is missing
    if person is not None and resource is not None and not fields.connection_string.strip():
        fields = replace(fields, connection_string=keys.read_in_azure(resource, person))
    return actions.connect(
        fields=fields,
        actor=request.user,
        credential=_credential(request),
        tell=run.began.append,
        anew=True,
    )


def _credential(request: StaffRequest) -> TokenCredential | None:
    return azure_credential_of(request) or settings.INSTALLATION.own_credential()


def _fetch_numbers(request: StaffRequest, connection: Connection, run: Run) -> None:
    """The resource is connected by now, whether or not its numbers come."""
    run.began.append(Step.NUMBERS)
    try:
        put_to_work(numbers=numbers.sync(connection=connection))
    except AzureError as error:
        messages.warning(request, _("The phone numbers could not be fetched: %(reason)s") % {"reason": in_words(error)})


def _shown(request: StaffRequest, form: ConnectForm) -> HttpResponse:
    context = {
        "form": form,
        "signed_in": azure_credential_of(request) is not None,
        "run": secrets.token_urlsafe(12),
    }
    return render(request, "center/existing.html", context, status=UNPROCESSABLE if form.errors else 200)


def _connected(request: StaffRequest) -> bool:
    return connections_of(request.user).filter(disconnected_at=None).exists()


def _explain(form: ConnectForm, refused: Refused) -> None:
    if not isinstance(refused, FieldsRefused):
        form.add_error(None, refused.message)
        return
    for field, text in refused.errors.items():
        form.add_error(field, text)

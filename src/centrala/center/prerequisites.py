"""The panel of what connecting takes, on the page Phone numbers: looked at again, mended, and held against."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from centrala.azure.errors import AzureError
from centrala.azure.providers import COMMUNICATION, EVENT_GRID, providers
from centrala.center.reach import self_test
from centrala.connection.access import connections_of
from centrala.connection.azure_words import in_words
from centrala.connection.in_azure import InAzure, in_azure, look_again, look_again_at_providers
from centrala.connection.prerequisites import Prerequisites, prerequisites
from centrala.connection.sign_in import SIGN_INS, azure_credential_of
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.audit import record
from centrala.organization.posting import post_only
from centrala.organization.standing import Standing, standing


@dataclass(frozen=True, kw_only=True)
class Panel:
    standing: Standing
    found: Prerequisites
    azure: InAzure | None


def panel_of(request: StaffRequest) -> Panel:
    there, azure = standing(), None
    wanted = request.POST.get("subscription") or request.GET.get("subscription") or ""
    azure = (
        in_azure(request, tenant_id=str(there.organization.tenant_id), wanted=wanted) if there.organization else None
    )
    connected = connections_of(request.user).filter(disconnected_at=None).first()
    return Panel(standing=there, found=prerequisites(there, connected=connected, azure=azure), azure=azure)


@administrators_only
@require_safe
def panel(request: StaffRequest) -> HttpResponse:
    """Asks Azure anew: while a provider is being registered the page looks every three seconds."""
    if not request.htmx:
        _forget(request)
        return _back(request)
    if (found := SIGN_INS.of(request)) is not None:
        look_again_at_providers(found, wanted=request.GET.get("subscription", ""))
    return render(request, "center/_prerequisites.html", {"panel": panel_of(request)})


@administrators_only
@post_only
def register(request: StaffRequest) -> HttpResponse:
    """Begins to register a provider in the subscription that the panel shows, as the administrator."""
    namespace, credential = request.POST.get("provider"), azure_credential_of(request)
    shown = panel_of(request).azure
    if namespace in {COMMUNICATION, EVENT_GRID} and credential is not None and shown is not None and shown.chosen:
        try:
            with providers(shown.chosen.id, credential=credential, cloud=settings.CLOUD) as found:
                found.register(namespace)
            record(actor=request.user, act="register provider", target=f"{namespace} in {shown.chosen.id}")
        except AzureError as error:
            messages.warning(request, _("Azure does not register it: %(reason)s") % {"reason": in_words(error)})
    _forget(request)
    return _back(request)


@administrators_only
@post_only
def test_reach(request: StaffRequest) -> HttpResponse:
    """Calls the hub's own public address."""
    failure = self_test(settings.PUBLIC_URL, cloud=settings.CLOUD)
    if failure:
        messages.warning(request, failure)
    else:
        messages.success(request, _("The hub answers at %(address)s.") % {"address": settings.PUBLIC_URL})
    return _back(request)


def _forget(request: StaffRequest) -> None:
    found = SIGN_INS.of(request)
    if found is not None:
        look_again(found)


def _back(request: StaffRequest) -> HttpResponse:
    chosen = request.POST.get("subscription") or request.GET.get("subscription")
    return redirect(reverse("center:phone-numbers", query={"subscription": chosen} if chosen else None))

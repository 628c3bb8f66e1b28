"""Where somebody is led who cannot connect a resource yet, or any more: for every page that does it with Azure."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from centrala.center.prerequisites import panel_of
from centrala.center.views import numbers_page
from centrala.connection.access import connections_of
from centrala.connection.sign_in import azure_credential_of
from centrala.organization.access import StaffRequest

FORBIDDEN = 403


def led_away(request: StaffRequest, *, back: str) -> HttpResponse | None:
    """To what is connected, to what is missing, or to the sign-in to Azure and from there `back`; None: nowhere."""
    if connections_of(request.user).filter(disconnected_at=None).exists():
        return redirect("center:advanced")
    if not panel_of(request).found.enabled:
        return numbers_page(request, status=FORBIDDEN)
    if azure_credential_of(request) is None:
        return redirect(reverse("center:azure", query={"next": reverse(back)}))
    return None

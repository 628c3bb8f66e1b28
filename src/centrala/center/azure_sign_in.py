"""Sign in to Azure: the page with the code, and what it says until somebody has entered it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from centrala.azure.errors import AzureError
from centrala.azure.sign_in import AZURE_CLI
from centrala.connection.azure_words import in_words
from centrala.connection.sign_in import SIGN_INS, SignIn
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.posting import post_only

BAD_GATEWAY = 502
NO_CONTENT = 204


@administrators_only
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """Whoever looks while a code waits asks Azure by that; the page looks every two seconds."""
    before = SIGN_INS.of(request)
    waited = before is not None and before.waiting
    if before is not None and request.GET.get("next"):
        before.leads_to = _leads_to(request)  # sent here anew, by another page
    failure = ""
    try:
        found = SIGN_INS.ask(request)
    except AzureError as error:
        found, failure = before, in_words(error)
    if found is not None and found.person is not None and (waited or request.htmx):
        return _arrived(request, found, news=waited)
    if request.htmx and found is not None and found.waiting and not failure:
        return HttpResponse(status=NO_CONTENT)
    return _shown(request, found, failure)


@administrators_only
@post_only
def begin(request: StaffRequest) -> HttpResponse:
    try:
        SIGN_INS.begin(request, leads_to=_leads_to(request))
    except (AzureError, Refused) as error:
        return _shown(request, None, in_words(error), status=BAD_GATEWAY)
    return redirect("center:azure")


@administrators_only
@post_only
def end(request: StaffRequest) -> HttpResponse:
    """Cancels a sign-in that waits, or signs out of Azure."""
    SIGN_INS.end(request)
    return redirect(_leads_to(request))


def _arrived(request: StaffRequest, found: SignIn, *, news: bool) -> HttpResponse:
    """The page goes on asking while the next one loads; it is told once."""
    assert found.person is not None
    if news:
        messages.success(request, _("You are signed in to Azure as %(name)s.") % {"name": found.person.user_name})
    return HttpResponseClientRedirect(found.leads_to) if request.htmx else redirect(found.leads_to)


def _shown(request: StaffRequest, found: SignIn | None, failure: str, *, status: int = 200) -> HttpResponse:
    context = {
        "sign_in": found,
        "failure": failure,
        "leads_to": found.leads_to if found else _leads_to(request),
        "is_azure_cli": settings.AZURE_SIGN_IN_CLIENT_ID == AZURE_CLI,
    }
    template = "center/_azure_sign_in.html" if request.htmx else "center/azure_sign_in.html"
    return render(request, template, context, status=status)


def _leads_to(request: StaffRequest) -> str:
    """The page of the admin center that sent somebody here; never elsewhere."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    home = reverse("center:azure")
    if not url_has_allowed_host_and_scheme(target, None) or not target.startswith(reverse("center:home")):
        return home
    return target

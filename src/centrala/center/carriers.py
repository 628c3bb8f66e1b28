"""Bring your own carrier: carriers, border controllers and voice routes on one page, and which route a number takes."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from centrala.azure.errors import AzureError
from centrala.carriers import controllers, sip
from centrala.carriers.access import carriers_of
from centrala.carriers.actions import remove_carrier, save_carrier
from centrala.carriers.trying import try_out
from centrala.carriers.words import controller_words
from centrala.connection.access import connections_of
from centrala.connection.azure_words import in_words
from centrala.connection.models import Connection
from centrala.errors import Misconfigured, Refused
from centrala.numbers.models import Carrier
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.posting import post_only

UNPROCESSABLE, BAD_GATEWAY = 422, 502
HOST = WORDS | {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}


class CarrierForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the carrier"),
        max_length=100,
        widget=forms.TextInput(WORDS | {"autocomplete": "off"}),
    )


class ControllerForm(forms.Form):
    fqdn = forms.CharField(
        label=gettext_lazy("Full name (FQDN)"),
        max_length=controllers.LONGEST_FQDN,
        help_text=gettext_lazy("As sbc1.contoso.example, by which its certificate is made. Not one that Teams uses."),
        widget=forms.TextInput(HOST),
    )
    port = forms.IntegerField(
        label=gettext_lazy("SIP signalling port"),
        min_value=1,
        max_value=controllers.HIGHEST_PORT,
        initial=controllers.USUAL_PORT,
    )


class TryForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Number that is called"),
        max_length=40,
        help_text=gettext_lazy("With its country code, as +48 600 100 200."),
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    """With POST a number is tried out; it is in no address, and nothing is kept of it."""
    form = TryForm(request.POST if request.method == "POST" else None)
    return overview(request, trying=form)


@administrators_only
@post_only
def add(request: StaffRequest) -> HttpResponse:
    form = CarrierForm(request.POST)
    return _saved(request, form, Carrier()) or overview(request, carrier=form)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, carrier_id: int) -> HttpResponse:
    carrier = get_object_or_404(carriers_of(request.user), pk=carrier_id)
    known = carrier.name
    form = CarrierForm(request.POST if request.method == "POST" else None, initial={"name": known})
    if saved := _saved(request, form, carrier):
        return saved
    context = {"form": form, "carrier": carrier, "known": known}
    return render(request, "center/carrier.html", context, status=UNPROCESSABLE if form.errors else 200)


def _saved(request: StaffRequest, form: CarrierForm, carrier: Carrier) -> HttpResponse | None:
    """None where the form has something to say."""
    if not form.is_valid():
        return None
    carrier.name = form.cleaned_data["name"]
    try:
        save_carrier(carrier=carrier, actor=request.user)
    except Refused as refused:
        explain(form, refused)
        return None
    messages.success(request, _("“%(name)s” is saved.") % {"name": carrier})
    return redirect("center:carriers")


@administrators_only
@post_only
def remove(request: StaffRequest, carrier_id: int) -> HttpResponse:
    carrier = get_object_or_404(carriers_of(request.user), pk=carrier_id)
    try:
        remove_carrier(carrier=carrier, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("center:carrier", carrier_id)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": carrier.name})
    return redirect("center:carriers")


@administrators_only
@post_only
def add_controller(request: StaffRequest) -> HttpResponse:
    form = ControllerForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            controllers.add_controller(
                connection=connected(request), fqdn=told["fqdn"], port=told["port"], actor=request.user
            )
        except (Refused, AzureError, Misconfigured) as error:
            explain(form, as_refused(error))
        else:
            messages.success(request, _("“%(name)s” is saved in Azure.") % {"name": told["fqdn"]})
            return redirect("center:carriers")
    return overview(request, controller=form)


@administrators_only
@post_only
def remove_controller(request: StaffRequest) -> HttpResponse:
    fqdn, version = request.POST.get("fqdn", ""), request.POST.get("version", "")
    try:
        gone = controllers.remove_controller(
            connection=connected(request), fqdn=fqdn, version=version, actor=request.user
        )
    except (Refused, AzureError, Misconfigured) as error:
        messages.warning(request, as_refused(error).message)
        return redirect("center:carriers")
    messages.success(request, _("“%(name)s” is deleted.") % {"name": fqdn})
    if gone:
        text = ngettext("With it went the route %(names)s.", "With it went the routes %(names)s.", len(gone))
        messages.warning(request, text % {"names": ", ".join(gone)})
    return redirect("center:carriers")


def overview(
    request: StaffRequest,
    *,
    carrier: CarrierForm | None = None,
    controller: ControllerForm | None = None,
    trying: TryForm | None = None,
) -> HttpResponse:
    connection, trying = connected(request), trying or TryForm()
    context: dict[str, object] = {
        "carriers": carriers_of(request.user),
        "carrier_form": carrier or CarrierForm(),
        "controller_form": controller or ControllerForm(),
        "try_form": trying,
    }
    try:
        routing = sip.of(connection)
        context |= {"routing": routing, "controllers": [(one, controller_words(one)) for one in routing.controllers]}
        if trying.is_bound and trying.is_valid():
            context["outcome"] = try_out(trying.cleaned_data["number"], routing)
    except Refused as refused:
        explain(trying, refused)
    except (AzureError, Misconfigured) as error:
        context["reason"] = as_refused(error).message
    wrong = any(form is not None and form.errors for form in (carrier, controller, trying))
    status = UNPROCESSABLE if wrong else BAD_GATEWAY if "reason" in context else 200
    return render(request, "center/carriers.html", context, status=status)


def connected(request: StaffRequest) -> Connection:
    return get_object_or_404(connections_of(request.user), disconnected_at=None)


def as_refused(error: Refused | AzureError | Misconfigured) -> Refused:
    """What Azure said, or that nothing could be asked, in words for a page."""
    if isinstance(error, AzureError):
        return Refused(in_words(error))
    return error if isinstance(error, Refused) else Refused(str(error))

"""The organisation: its tenant, kind and licences, voice and its terms, and the trial's clock."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from centrala.center.forms import PLAIN
from centrala.connection.access import own_connection
from centrala.errors import Refused
from centrala.organization import actions
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import changes
from centrala.organization.models import KEPT_DAYS, Kind, Organization
from centrala.organization.posting import post_only
from centrala.organization.standing import Standing, standing
from centrala.trial import actions as trial

UNPROCESSABLE = 422
PAGES = {"phone-numbers": "center:phone-numbers"}  # where else a trial is ended


class OrganizationForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        show_hidden_initial=True,
        widget=forms.TextInput({"autocomplete": "organization", "class": "words"}),
    )
    tenant_id = forms.UUIDField(
        label=gettext_lazy("Directory (tenant) ID"),
        help_text=gettext_lazy(
            "The organisation's Microsoft Entra directory: Azure portal, Microsoft Entra ID, Overview. "
            "Subscription and application of the connected resource belong to it."
        ),
        error_messages={"invalid": gettext_lazy("This is no ID. Fix: copy it from the portal.")},
        show_hidden_initial=True,
        widget=forms.TextInput(PLAIN),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=Kind.choices,
        show_hidden_initial=True,
        help_text=gettext_lazy("A trial connects no resource of its own while its clock runs."),
    )
    trial_days = forms.IntegerField(
        label=gettext_lazy("Days from now until the trial ends"),
        help_text=gettext_lazy("Empty: 30 days for a new trial, no change for one that runs."),
        min_value=0,
        max_value=actions.LONGEST_TRIAL_DAYS,
        required=False,
    )
    licensed = forms.BooleanField(
        label=gettext_lazy("Digital messaging licence (Omnichannel)"), required=False, show_hidden_initial=True
    )
    voice = forms.BooleanField(label=gettext_lazy("Add voice"), required=False, show_hidden_initial=True)
    terms = forms.BooleanField(
        label=gettext_lazy("The organisation accepts the Voice and SMS Terms"), required=False, show_hidden_initial=True
    )

    keep_events_days = forms.IntegerField(
        label=gettext_lazy("Days that a processed event is kept"),
        help_text=gettext_lazy("0: for ever. What waits, has failed or is unknown stays until it is dealt with."),
        min_value=0,
        max_value=actions.LONGEST_KEPT_DAYS,
        required=False,
        show_hidden_initial=True,
    )

    @property
    def wanted(self) -> actions.Wanted:
        asked = changes(self)
        days = asked.pop("trial_days")
        if "kind" in asked:
            asked["kind"] = Kind(asked["kind"])
        if days is not None and self.cleaned_data["kind"] == Kind.TRIAL:
            asked["trial"] = timedelta(days=days)
        return actions.Wanted(**asked)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def organization(request: StaffRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, OrganizationForm(initial=_initial(standing().organization)))
    form = OrganizationForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        actions.change(wanted=form.wanted, actor=request.user, connected=own_connection)
    except Refused as refused:
        form.add_error(refused.field, refused.message)
        return _page(request, form)
    messages.success(request, _("The organisation is saved."))
    return redirect("center:organization")


@administrators_only
@post_only
def end_trial(request: StaffRequest) -> HttpResponse:
    """Leads back to the page that asked for it."""
    try:
        trial.end(actor=request.user)
        messages.success(request, _("The trial has ended. A resource of your own can be connected now."))
    except Refused as refused:
        messages.warning(request, refused.message)
    return redirect(PAGES.get(request.POST.get("page", ""), "center:organization"))


def time_left(there: Standing) -> str:
    """The trial's remaining time in its largest unit, rounded down."""
    minutes = int(there.trial_left.total_seconds() // 60)
    if days := minutes // (24 * 60):
        return ngettext("%(count)s day left", "%(count)s days left", days) % {"count": days}
    if hours := minutes // 60:
        return ngettext("%(count)s hour left", "%(count)s hours left", hours) % {"count": hours}
    return ngettext("%(count)s minute left", "%(count)s minutes left", minutes) % {"count": minutes}


def _page(request: StaffRequest, form: OrganizationForm) -> HttpResponse:
    there = standing()
    context = {"form": form, "standing": there, "left": time_left(there), "connection": own_connection()}
    return render(request, "center/organization.html", context, status=UNPROCESSABLE if form.errors else 200)


def _initial(found: Organization | None) -> dict[str, Any]:  # what the form's fields begin with
    if found is None:
        return {"kind": Kind.PRODUCTION, "keep_events_days": KEPT_DAYS}
    names = ("name", "tenant_id", "kind", "licensed", "voice", "keep_events_days")
    return {name: getattr(found, name) for name in names} | {"terms": found.terms_accepted_at is not None}

"""The pages of campaigns, for administrators and supervisors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from centrala.campaigns import actions, results
from centrala.campaigns.access import campaigns_of
from centrala.campaigns.forms import CampaignForm, RowsForm
from centrala.campaigns.models import Campaign, Place, Recipient, State
from centrala.connection.access import active_connection
from centrala.conversations.models import MessageState
from centrala.errors import Refused
from centrala.keyset import CursorField, page, serial
from centrala.organization.access import StaffRequest, supervisors_only
from centrala.organization.audit import record
from centrala.organization.forms import explain
from centrala.organization.posting import post_only

PAGE, SAMPLES = 50, 3
UNPROCESSABLE = 422
SEPARATOR = {"pl": ";"}  # by which Excel parts the columns where commas part whole numbers from fractions
Act = Callable[..., Campaign]  # of actions, by keyword


class PlaceForm(forms.Form):
    after = CursorField(key=serial)


@dataclass(frozen=True)
class Shown:
    """A row as the page tells of it."""

    row: Recipient
    label: str
    explanation: str
    state: str  # of its message; empty: there is none


@supervisors_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    form = PlaceForm(request.GET)
    form.is_valid()
    after = form.cleaned_data.get("after")
    shown, following = page(campaigns_of(request.user), by="created_at", after=after, limit=PAGE)
    context = {"campaigns": shown, "following": following, "later": after is not None}
    return render(request, "campaigns/campaigns.html", context)


@supervisors_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    posted = request.method == "POST"
    form = CampaignForm(request.POST if posted else None, request.FILES if posted else None, user=request.user)
    if form.is_valid():
        told = form.cleaned_data | {"file": form.cleaned_data["file"].read()}
        try:
            campaign = actions.draft(author=request.user, **told)
        except Refused as refused:
            explain(form, refused)
        else:
            return redirect("campaigns:campaign", campaign.pk)
    context = {"form": form, "unconnected": active_connection() is None}
    return render(request, "campaigns/new.html", context, status=UNPROCESSABLE if form.errors else 200)


@supervisors_only
@require_safe
def campaign(request: StaffRequest, campaign_id: int) -> HttpResponse:
    """Of a draft what would happen, else what has happened and how far it is."""
    found = _found(request, campaign_id)
    form = RowsForm(request.GET)
    form.is_valid()
    show = form.cleaned_data.get("show") or ("left_out" if found.state == State.DRAFT else "")
    rows, following = _rows(found, show, form.cleaned_data.get("after") or 0)
    context = _progress(found) | {
        "rows": rows,
        "following": following,
        "show": show,
        "reasons": results.reasons(found),
        "samples": found.recipients.filter(place=Place.WAITING).order_by("line")[:SAMPLES],
    }
    return render(request, "campaigns/campaign.html", context)


@supervisors_only
@require_safe
def progress(request: StaffRequest, campaign_id: int) -> HttpResponse:
    """The part that goes on by itself; the whole page anew where the campaign has moved to another state."""
    found = _found(request, campaign_id)
    if request.GET.get("state") != found.state:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return render(request, "campaigns/_progress.html", _progress(found))


@supervisors_only
@post_only
def act(request: StaffRequest, campaign_id: int, act: Act) -> HttpResponse:
    """Start, pause, resume or cancel: see page_urls."""
    found = _found(request, campaign_id)
    try:
        act(campaign=found, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
    return redirect("campaigns:campaign", found.pk)


@supervisors_only
@post_only
def discard(request: StaffRequest, campaign_id: int) -> HttpResponse:
    found = _found(request, campaign_id)
    try:
        actions.discard(campaign=found, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("campaigns:campaign", found.pk)
    messages.success(request, _("“%(name)s” is discarded.") % {"name": found.name})
    return redirect("campaigns:campaigns")


@supervisors_only
@post_only
def export(request: StaffRequest, campaign_id: int) -> HttpResponse:
    """By POST: it stands in the audit log, and no link fetched ahead should."""
    found = _found(request, campaign_id)
    record(actor=request.user, act="export campaign", target=found.name)
    lines = results.as_csv(found, separator=SEPARATOR.get(get_language() or "", ","))
    answer = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="campaign-{found.pk}.csv"'
    return answer


def _rows(found: Campaign, show: str, after: int) -> tuple[list[Shown], int | None]:
    rows = found.recipients.filter(line__gt=after)
    if show == "left_out":
        rows = rows.filter(place=Place.LEFT_OUT)
    if show == "failed":
        rows = results.failed(rows)
    chosen = list(results.with_messages(rows).order_by("line")[: PAGE + 1])
    shown = [Shown(row, results.label(row), results.explanation(row), row.state or "") for row in chosen[:PAGE]]  # type: ignore[attr-defined]
    return shown, shown[-1].row.line if len(chosen) > PAGE else None


def _progress(found: Campaign) -> dict[str, Any]:  # a template's context
    tally = results.tally(found)
    return {
        "campaign": found,
        "tally": tally,
        "states": [(state, MessageState(state).label, count) for state, count in tally.states.items()],
        "takes": duration(found.takes(tally.units).total_seconds()),
        "goes_on": found.state == State.RUNNING or tally.under_way > 0,
        "send_to": ngettext("Send to %(count)s customer", "Send to %(count)s customers", tally.waiting)
        % {"count": tally.waiting},
    }


def duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 60:
        return _("about %(minutes)s min") % {"minutes": minutes}
    return _("about %(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}


def _found(request: StaffRequest, campaign_id: int) -> Campaign:
    return get_object_or_404(campaigns_of(request.user), pk=campaign_id)

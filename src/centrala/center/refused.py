"""What the endpoints turned away, and why, counted by the hour."""

from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from centrala.center.endpoints import LABELS
from centrala.connection.sightings import REFUSALS_KEPT, refusals_of
from centrala.inbox.models import State
from centrala.keyset import Cursor, CursorField, page, serial
from centrala.organization.access import StaffRequest, administrators_only

PAGE = 50


class RefusalsForm(forms.Form):
    after = CursorField(key=serial)


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    form = RefusalsForm(request.GET)
    form.is_valid()
    after: Cursor | None = form.cleaned_data.get("after")
    counts = refusals_of(request.user).select_related("endpoint")
    rows, following = page(counts, by="hour", after=after, limit=PAGE)
    context = {
        "rows": [(row, LABELS.get(row.endpoint.service)) for row in rows],
        "following": urlencode({"after": following}) if following else "",
        "later": after is not None,
        "states": State.choices,
        "days": REFUSALS_KEPT.days,
    }
    return render(request, "center/refused.html", context)

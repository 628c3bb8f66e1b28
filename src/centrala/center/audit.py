"""The audit log: who did what to what, and what it changed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from centrala.center.audit_words import ACTS, Row, row
from centrala.characters import storable
from centrala.keyset import Cursor, CursorField, page
from centrala.organization.access import StaffRequest, administrators_only, audit_entries_of
from centrala.organization.models import User

PAGE = 50
YEARS = range(2000, 2200)  # beyond them a day's end falls out of what the database or the calendar holds


class AuditForm(forms.Form):
    """Every field may be left out; one that makes no sense is as if it were."""

    person = forms.CharField(label=gettext_lazy("Person"), required=False, max_length=150)
    act = forms.ChoiceField(
        label=gettext_lazy("Act"), required=False, choices=[("", gettext_lazy("All acts")), *ACTS.items()]
    )
    target = forms.CharField(label=gettext_lazy("Target contains"), required=False, max_length=200)
    day = forms.DateField(
        label=gettext_lazy("Day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    after = CursorField()

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day is not None and day.year not in YEARS:
            raise forms.ValidationError(_("There is no log of that day."))
        return day


@dataclass(frozen=True)
class AuditList:
    rows: list[Row]
    following: str  # the query of the page below, empty when there is none
    later: str | None  # the query of the first page, None when this is it
    filtered: bool


def read_audit(user: User, form: AuditForm, *, limit: int = PAGE) -> AuditList:
    """Newest first, paged by key. Days are those of the reader's time zone."""
    form.is_valid()
    asked = {name: value for name, value in form.cleaned_data.items() if value and name != "after"}
    after: Cursor | None = form.cleaned_data.get("after")
    entries = audit_entries_of(user)
    if person := asked.get("person"):
        entries = entries.filter(actor_name__iexact=storable(person))
    if act := asked.get("act"):
        entries = entries.filter(act=act)
    if target := asked.get("target"):
        entries = entries.filter(target__icontains=storable(target))
    if day := asked.get("day"):
        entries = entries.filter(at__gte=_midnight(day), at__lt=_midnight(day + timedelta(days=1)))
    shown, following = page(entries, by="at", after=after, limit=limit)
    query = urlencode(asked)
    return AuditList(
        rows=[row(entry) for entry in shown],
        following=urlencode(asked | {"after": following}) if following else "",
        later=query if after else None,
        filtered=bool(asked),
    )


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    form = AuditForm(request.GET)
    return render(request, "center/audit.html", {"form": form, "log": read_audit(request.user, form)})


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))

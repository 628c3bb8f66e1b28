"""Operating hours: when somebody is there."""

import re
from collections.abc import Iterator
from datetime import date, time
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.posting import post_only
from centrala.workstreams.access import hours_of
from centrala.workstreams.changes import remove_hours, save_hours
from centrala.workstreams.hours import countries
from centrala.workstreams.models import Opening, OperatingHours

UNPROCESSABLE = 422
MOST_DAYS, MOST_SPANS = 366, 10
SPAN = re.compile(r"\s*(\d{1,2})(?:[:.](\d{2}))?\s*[-–]\s*(\d{1,2})(?:[:.](\d{2}))?\s*")
A_DAY = 24  # hours


class Spans(forms.CharField):
    """`8:00-16:00, 17:00-20:00`: pairs of times; one that ends before it begins ends on the next day."""

    def to_python(self, value: Any) -> list[tuple[time, time]]:  # type: ignore[override]  # a list, not the text
        parts = [part for part in (super().to_python(value) or "").split(",") if part.strip()]
        if len(parts) > MOST_SPANS:
            raise forms.ValidationError(_("These are more spans than a day needs."))
        return [_span(part) for part in parts]

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else ", ".join(f"{a:%H:%M}-{b:%H:%M}" for a, b in value or [])


class Days(forms.CharField):
    """A date a line, as 2026-12-24."""

    def to_python(self, value: Any) -> list[date]:  # type: ignore[override]
        days: set[date] = set()
        for line in (super().to_python(value) or "").split():
            try:
                days.add(date.fromisoformat(line))
            except ValueError:
                raise forms.ValidationError(
                    _("“%(line)s” is no date. Write it as 2026-12-24.") % {"line": line[:40]}
                ) from None
        if len(days) > MOST_DAYS:
            raise forms.ValidationError(_("These are more days than a year has."))
        return sorted(days)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else "\n".join(day.isoformat() for day in value or [])


class HoursForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    closed_on = Days(
        label=gettext_lazy("Days off besides"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("One date in a line, for example 2026-12-24."),
    )

    class Meta:
        model = OperatingHours
        fields = ("name", "time_zone", "holidays", "closed_on")
        labels = {
            "name": gettext_lazy("Name"),
            "time_zone": gettext_lazy("Time zone"),
            "holidays": gettext_lazy("Public holidays of"),
        }
        widgets = {
            "name": forms.TextInput(WORDS | {"autocomplete": "off"}),
            "time_zone": forms.TextInput(WORDS | {"autocomplete": "off", "list": "time-zones", "spellcheck": "false"}),
        }

    def __init__(self, data: QueryDict | None, *, instance: OperatingHours | None = None) -> None:
        super().__init__(data, instance=instance)
        self.fields["holidays"] = forms.ChoiceField(
            label=self.fields["holidays"].label,
            choices=[("", _("No country: open on holidays, too")), *_named_countries()],
            required=False,
        )
        openings = list(instance.openings.all()) if instance and instance.pk else []
        for weekday, name in WEEKDAYS.items():
            self.fields[f"day_{weekday}"] = Spans(
                label=str(name).capitalize(),
                required=False,
                initial=[(one.opens, one.closes) for one in openings if one.weekday == weekday],
                widget=forms.TextInput(WORDS | {"autocomplete": "off"}),
            )

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[f"day_{weekday}"] for weekday in WEEKDAYS]

    @property
    def openings(self) -> Iterator[Opening]:
        for weekday in WEEKDAYS:
            for opens, closes in self.cleaned_data[f"day_{weekday}"]:
                yield Opening(weekday=weekday, opens=opens, closes=closes)

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"].strip()
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone. Choose one of the list, as Europe/Warsaw."))
        return zone


def _span(part: str) -> tuple[time, time]:
    found = SPAN.fullmatch(part)
    try:
        hour, minute, until, past = (int(number or 0) for number in (found.groups() if found else ()))
        return time(hour, minute), time(0 if (until, past) == (A_DAY, 0) else until, past)
    except ValueError:
        raise forms.ValidationError(
            _("“%(part)s” is not understood. Write it as 8:00-16:00, several with commas between.")
            % {"part": part.strip()[:40]}
        ) from None


def _named_countries() -> list[tuple[str, str]]:
    names = Locale.parse(get_language() or "en").territories
    return sorted(((code, names.get(code, code)) for code in countries()), key=lambda one: one[1].casefold())


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    return render(request, "center/hours.html", {"all": hours_of(request.user)})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    return _form(request, HoursForm(request.POST or None), known="")


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, hours_id: int) -> HttpResponse:
    hours = get_object_or_404(hours_of(request.user), pk=hours_id)
    return _form(request, HoursForm(request.POST or None, instance=hours), known=hours.name)


@administrators_only
@post_only
def remove(request: StaffRequest, hours_id: int) -> HttpResponse:
    hours = get_object_or_404(hours_of(request.user), pk=hours_id)
    try:
        remove_hours(hours=hours, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("center:change-hours", hours_id)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": hours.name})
    return redirect("center:hours")


def _form(request: StaffRequest, form: HoursForm, *, known: str) -> HttpResponse:
    if form.is_valid():
        try:
            save_hours(hours=form.instance, openings=form.openings, actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": form.instance})
            return redirect("center:hours")
    context = {"form": form, "known": known, "zones": sorted(available_timezones())}
    return render(request, "center/change_hours.html", context, status=UNPROCESSABLE if form.errors else 200)

"""Import multiple numbers: a template, a file that is checked line by line, the import, and how far it is."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from centrala.carriers import importing, number_sheets, own_numbers
from centrala.carriers.access import carriers_of, imports_of
from centrala.carriers.models import NumberImport
from centrala.carriers.own_numbers import TYPES
from centrala.center.carriers import connected
from centrala.dialling.countries import names
from centrala.errors import Refused
from centrala.numbers.models import Carrier, NumberType
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import explain
from centrala.organization.models import User
from centrala.organization.posting import post_only

UNPROCESSABLE = 422
MOST_SHOWN = 100  # lines that are wrong, or were skipped
LATEST = 10
FILE_NAME = "PhoneNumber.csv"


class ImportForm(forms.Form):
    carrier = forms.ModelChoiceField(
        label=gettext_lazy("Carrier"), queryset=Carrier.objects.none(), empty_label=gettext_lazy("Choose…")
    )
    country = forms.ChoiceField(label=gettext_lazy("Country/Region"))
    type = forms.ChoiceField(
        label=gettext_lazy("Number type"), choices=[(one, one.label) for one in TYPES], initial=NumberType.GEOGRAPHIC
    )
    file = forms.FileField(
        label=gettext_lazy("CSV file of numbers"),
        help_text=gettext_lazy("At most 10,000 lines below the heading. The plus of a number may be missing."),
        widget=forms.ClearableFileInput({"accept": ".csv,.txt,text/csv"}),
    )

    def __init__(
        self, data: QueryDict | None = None, files: MultiValueDict[str, Any] | None = None, *, user: User
    ) -> None:
        super().__init__(data, files)
        self.fields["carrier"].queryset = carriers_of(user)  # type: ignore[attr-defined]
        choices = [("", _("Choose…")), *names(get_language() or "en").items()]
        self.fields["country"].choices = choices  # type: ignore[attr-defined]


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: StaffRequest) -> HttpResponse:
    connection = connected(request)
    form = ImportForm(request.POST or None, request.FILES or None, user=request.user)
    wrong: list[number_sheets.Wrong] = []
    if form.is_valid():
        told = form.cleaned_data
        try:
            checked = number_sheets.check(
                told["file"].read(), connection=connection, country=told["country"], kind=NumberType(told["type"])
            )
            wrong = checked.wrong
            if not wrong:
                kept = importing.keep(
                    connection=connection,
                    carrier=told["carrier"],
                    checked=checked,
                    file_name=told["file"].name,
                    actor=request.user,
                )
                return redirect("center:number-import", kept.pk)
        except Refused as refused:
            explain(form, refused)
    context = {
        "form": form,
        "wrong": wrong[:MOST_SHOWN],
        "more": max(0, len(wrong) - MOST_SHOWN),
        "total": len(wrong),
        "carriers": carriers_of(request.user).exists(),
        "imports": imports_of(request.user)[:LATEST],
    }
    return render(request, "center/import_numbers.html", context, status=UNPROCESSABLE if form.errors or wrong else 200)


@administrators_only
@require_safe
def template(_request: StaffRequest) -> HttpResponse:
    """With the mark by which Excel knows UTF-8."""
    response = HttpResponse(number_sheets.TEMPLATE.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


@administrators_only
@require_safe
def detail(request: StaffRequest, import_id: UUID) -> HttpResponse:
    return render(request, "center/number_import.html", _context(_found(request, import_id)))


@administrators_only
@require_safe
def progress(request: StaffRequest, import_id: UUID) -> HttpResponse:
    """The page's part that changes while the import is under way."""
    return render(request, "center/_number_import.html", _context(_found(request, import_id)))


@administrators_only
@post_only
def begin(request: StaffRequest, import_id: UUID) -> HttpResponse:
    importing.begin(number_import=_found(request, import_id), actor=request.user)
    return redirect("center:number-import", import_id)


@administrators_only
@post_only
def discard(request: StaffRequest, import_id: UUID) -> HttpResponse:
    found = _found(request, import_id)
    try:
        importing.discard(number_import=found)
    except Refused:
        return redirect("center:number-import", import_id)
    return redirect("center:import-numbers")


@administrators_only
@post_only
def stop(request: StaffRequest, import_id: UUID) -> HttpResponse:
    importing.stop(number_import=_found(request, import_id), actor=request.user)
    return redirect("center:number-import", import_id)


def _found(request: StaffRequest, import_id: UUID) -> NumberImport:
    return get_object_or_404(imports_of(request.user), pk=import_id)


def _context(found: NumberImport) -> dict[str, object]:
    rows = list(found.rows.filter(skipped=True)[:MOST_SHOWN])
    reasons = own_numbers.why_not(connection=found.connection, numbers=[row.number for row in rows])
    skipped = [(row, reasons.get(row.number, "")) for row in rows]  # "": it has gone again since
    return {"import": found, "skipped": skipped, "more": max(0, found.skipped - MOST_SHOWN)}

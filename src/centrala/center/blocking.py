"""Blocked numbers: what agents marked as spam waits for a decision here."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from centrala.calls.blocking import block, blocked_numbers_of, unblock
from centrala.errors import Refused
from centrala.look.tags import phone
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.posting import post_only

UNPROCESSABLE = 422


class BlockForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Number to block"),
        max_length=40,
        help_text=gettext_lazy("With its country code, as +48 600 100 200."),
        widget=forms.TextInput(WORDS | {"inputmode": "tel", "autocomplete": "off"}),
    )


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: StaffRequest) -> HttpResponse:
    form = BlockForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            block(number=form.cleaned_data["number"], actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("The number is blocked."))
            return redirect("center:blocked-numbers")
    shown = {"form": form, "numbers": blocked_numbers_of(request.user)[:500]}
    return render(request, "center/blocked_numbers.html", shown, status=UNPROCESSABLE if form.errors else 200)


@administrators_only
@post_only
def decide(request: StaffRequest, number_id: int, act: str) -> HttpResponse:
    """`act`: block, or remove."""
    kept = get_object_or_404(blocked_numbers_of(request.user), pk=number_id)
    if act != "block":
        unblock(number=kept.number, actor=request.user)
    elif not kept.is_erased:  # that one is blocked
        block(number=kept.number, actor=request.user)
    said = _("%(number)s is blocked.") if act == "block" else _("%(number)s is not blocked.")
    shown = _("The number of an erased customer") if kept.is_erased else phone(kept.number)
    messages.success(request, said % {"number": shown})
    return redirect("center:blocked-numbers")

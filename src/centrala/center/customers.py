"""One customer's data: found by the number, named, exported, held for the law, erased."""

import json

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centrala.conversations.access import contacts_of, conversations_of
from centrala.conversations.customers import contact_of
from centrala.conversations.models import Contact, Message
from centrala.conversations.queries import newest_first
from centrala.customers import dossier, erasing, linking
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.posting import post_only

UNPROCESSABLE = 422
HISTORY = 20  # conversations on the page


class SearchForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Customer's number"),
        max_length=200,
        help_text=gettext_lazy("With its country code, as +48 600 100 200."),
        widget=forms.TextInput(WORDS | {"autocomplete": "off", "inputmode": "tel"}),
    )


class NameForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("person", "Name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(WORDS | {"autocomplete": "off"}),
    )


@administrators_only
@require_safe
def search(request: StaffRequest) -> HttpResponse:
    form = SearchForm(request.GET or None)
    if form.is_valid():
        try:
            return redirect("center:customer", contact_of(form.cleaned_data["number"]).pk)
        except Refused as refused:
            form.add_error("number", refused.message)
    return render(request, "center/customers.html", {"form": form})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: StaffRequest, contact_id: int) -> HttpResponse:
    contact = _found(request, contact_id)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": contact.name})
    if form.is_valid():
        try:
            erasing.name(contact=contact, name=form.cleaned_data["name"], actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": form.cleaned_data["name"] or contact.number})
            return redirect("center:customer", contact.pk)
    return _page(request, contact, form, SearchForm())


def _page(request: StaffRequest, contact: Contact, form: NameForm, link_form: SearchForm) -> HttpResponse:
    linked = list(contact.linked)
    history = conversations_of(request.user).filter(contact__in=[contact, *linked])
    context = {
        "form": form,
        "link_form": link_form,
        "contact": contact,
        "linked": linked,
        "history": newest_first(history, limit=HISTORY)[0],
        "conversations": contact.conversations.count(),
        "messages_kept": Message.objects.filter(conversation__contact=contact).count(),
        "opt_outs": contact.opt_outs.filter(opted_out=True).select_related("number"),
    }
    wrong = form.errors or link_form.errors
    return render(request, "center/customer.html", context, status=UNPROCESSABLE if wrong else 200)


@administrators_only
@post_only
def link(request: StaffRequest, contact_id: int) -> HttpResponse:
    contact, form = _found(request, contact_id), SearchForm(request.POST)
    if form.is_valid():
        try:
            linking.link(contact=contact, other=contact_of(form.cleaned_data["number"]), actor=request.user)
        except Refused as refused:
            form.add_error("number", refused.message)
        else:
            messages.success(request, _("The numbers are linked."))
            return redirect("center:customer", contact.pk)
    return _page(request, contact, NameForm(initial={"name": contact.name}), form)


@administrators_only
@post_only
def unlink(request: StaffRequest, contact_id: int) -> HttpResponse:
    """This number from the others; `back` is the customer whose page it was."""
    contact = _found(request, contact_id)
    try:
        linking.unlink(contact=contact, actor=request.user)
        messages.success(request, _("The number stands alone again."))
    except Refused as refused:
        messages.warning(request, refused.message)
    back = request.POST.get("back", "")
    return redirect(
        "center:customer", int(back) if back.isascii() and back.isdigit() and len(back) < 10 else contact.pk
    )


@administrators_only
@post_only
def export(request: StaffRequest, contact_id: int) -> HttpResponse:
    """By POST: it stands in the audit log, and no link fetched ahead should."""
    act = dossier.export_person if request.POST.get("whole") else dossier.export
    try:
        told = act(contact=_found(request, contact_id), actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("center:customers")
    answer = HttpResponse(json.dumps(told, ensure_ascii=False, indent=2), content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="customer.json"'
    return answer


@administrators_only
@post_only
def hold(request: StaffRequest, contact_id: int) -> HttpResponse:
    contact, reason = _found(request, contact_id), request.POST.get("reason", "")
    try:
        erasing.hold(contact=contact, reason=reason, actor=request.user)
        messages.success(request, _("The data is held.") if reason.strip() else _("The hold is lifted."))
    except Refused as refused:
        messages.warning(request, refused.message)
    return redirect("center:customer", contact.pk)


@administrators_only
@post_only
def erase(request: StaffRequest, contact_id: int) -> HttpResponse:
    contact = _found(request, contact_id)
    try:
        act = erasing.erase_person if request.POST.get("whole") else erasing.erase
        erased = act(contact=contact, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("center:customer", contact.pk)
    messages.success(
        request,
        _("Erased: conversations %(conversations)s, messages %(messages)s, raw events %(events)s.") % erased,
    )
    return redirect("center:customers")


def _found(request: StaffRequest, contact_id: int) -> Contact:
    return get_object_or_404(contacts_of(request.user), pk=contact_id)

"""Wrap-up codes: the words by which agents say how a conversation ended."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.models import User
from centrala.organization.posting import post_only
from centrala.workstreams.access import codes_of, workstreams_of
from centrala.workstreams.codes import remove_code, save_code
from centrala.workstreams.models import WrapUpCode

UNPROCESSABLE = 422


class CodeForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    class Meta:
        model = WrapUpCode
        fields = ("name", "workstream", "place", "is_active")
        labels = {
            "name": gettext_lazy("Name"),
            "workstream": gettext_lazy("Workstream"),
            "place": gettext_lazy("Place in the list"),
            "is_active": pgettext_lazy("wrap-up code", "Active: agents may choose it"),
        }
        help_texts = {
            "name": gettext_lazy("A new name counts from now on: what was said before stays as it is."),
            "workstream": gettext_lazy("Whose agents choose from it."),
            "place": gettext_lazy("Smaller numbers stand first."),
        }
        widgets = {"name": forms.TextInput(WORDS | {"autocomplete": "off"})}

    def __init__(self, data: QueryDict | None, *, user: User, instance: WrapUpCode | None = None) -> None:
        super().__init__(data, instance=instance)
        self.fields["workstream"].queryset = workstreams_of(user)  # type: ignore[attr-defined]
        self.fields["workstream"].empty_label = _("All workstreams")  # type: ignore[attr-defined]


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    return render(request, "center/wrap_up_codes.html", {"codes": codes_of(request.user)})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    return _form(request, CodeForm(request.POST or None, user=request.user))


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, code_id: int) -> HttpResponse:
    code = get_object_or_404(codes_of(request.user), pk=code_id)
    return _form(request, CodeForm(request.POST or None, user=request.user, instance=code))


@administrators_only
@post_only
def remove(request: StaffRequest, code_id: int) -> HttpResponse:
    code = get_object_or_404(codes_of(request.user), pk=code_id)
    try:
        remove_code(code=code, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("center:wrap-up-code", code_id)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": code.name})
    return redirect("center:wrap-up-codes")


def _form(request: StaffRequest, form: CodeForm) -> HttpResponse:
    if form.is_valid():
        try:
            code = save_code(code=form.instance, actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": code})
            return redirect("center:wrap-up-codes")
    known = codes_of(request.user).filter(pk=form.instance.pk).first()
    context = {"form": form, "code": known}
    return render(request, "center/wrap_up_code.html", context, status=UNPROCESSABLE if form.errors else 200)

"""The context variables of a voice workstream: what an IVR's headers fill, under the same names."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.posting import post_only
from centrala.workstreams.access import variables_of, voice_workstreams_of
from centrala.workstreams.context import ContextVariable
from centrala.workstreams.context_changes import add_variable, remove_variable

UNPROCESSABLE = 422


class VariableForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    class Meta:
        model = ContextVariable
        fields = ("name", "description")
        labels = {"name": gettext_lazy("Name"), "description": gettext_lazy("What it says")}
        help_texts = {
            "name": gettext_lazy(
                "As the other system writes it, capital letters and all: letters from A to Z, digits, _."
            ),
            "description": gettext_lazy("For whoever sets up the other system. It may stay empty."),
        }
        widgets = {
            "name": forms.TextInput(WORDS | {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
            "description": forms.TextInput(WORDS | {"autocomplete": "off"}),
        }


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: StaffRequest, workstream_id: int) -> HttpResponse:
    workstream = get_object_or_404(voice_workstreams_of(request.user), pk=workstream_id)
    data = request.POST if request.method == "POST" else None
    form = VariableForm(data, instance=ContextVariable(workstream=workstream))
    if form.is_valid():
        try:
            add_variable(variable=form.instance, actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("“%(name)s” is added.") % {"name": form.instance})
            return redirect("center:context-variables", workstream.pk)
    variables = variables_of(request.user).filter(workstream=workstream)
    context = {"form": form, "workstream": workstream, "variables": variables}
    return render(request, "center/context_variables.html", context, status=UNPROCESSABLE if form.errors else 200)


@administrators_only
@post_only
def remove(request: StaffRequest, variable_id: int) -> HttpResponse:
    variable = get_object_or_404(variables_of(request.user), pk=variable_id)
    try:
        remove_variable(variable=variable, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, _("“%(name)s” is deleted.") % {"name": variable.name})
    return redirect("center:context-variables", variable.workstream_id)

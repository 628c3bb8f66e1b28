"""The pages of templates, for administrators."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from centrala.campaigns import actions
from centrala.campaigns.access import templates_of
from centrala.campaigns.forms import TemplateForm
from centrala.campaigns.models import Template
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import explain
from centrala.organization.posting import post_only

UNPROCESSABLE = 422


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    return render(request, "campaigns/templates.html", {"templates": templates_of(request.user)})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    return _form(request, Template())


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, template_id: int) -> HttpResponse:
    return _form(request, _found(request, template_id))


@administrators_only
@post_only
def remove(request: StaffRequest, template_id: int) -> HttpResponse:
    found = _found(request, template_id)
    name = found.name
    actions.remove_template(template=found, actor=request.user)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": name})
    return redirect("templates:templates")


def _form(request: StaffRequest, template: Template) -> HttpResponse:
    known = template.name
    shown = {name: getattr(template, name) for name in TemplateForm.base_fields}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=shown)
    if form.is_valid():
        template.name, template.language, template.text = (form.cleaned_data[name] for name in shown)
        try:
            actions.save_template(template=template, actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": template.name})
            return redirect("templates:templates")
    context = {"form": form, "template": template if template.pk else None, "known": known}
    return render(request, "campaigns/template.html", context, status=UNPROCESSABLE if form.errors else 200)


def _found(request: StaffRequest, template_id: int) -> Template:
    return get_object_or_404(templates_of(request.user), pk=template_id)

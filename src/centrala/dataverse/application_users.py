"""The pages of application users: which programs may read the tables."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centrala.dataverse import actions
from centrala.dataverse.access import application_users_of
from centrala.dataverse.models import ApplicationRole, ApplicationUser
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.posting import post_only

UNPROCESSABLE = 422
LISTED = 200
PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}


class ApplicationUserForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("application user", "Name"),
        help_text=gettext_lazy("What the program is for."),
        max_length=100,
        widget=forms.TextInput(WORDS | {"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        help_text=gettext_lazy("The administrator reads all tables, the agent only phone numbers."),
        choices=ApplicationRole.choices,
    )


class NewApplicationUserForm(ApplicationUserForm):
    application_id = forms.UUIDField(
        label=gettext_lazy("Application (client) ID"),
        help_text=gettext_lazy("Azure portal: App registrations, open the program's own registration."),
        error_messages={
            "invalid": gettext_lazy(
                "This is no application id. Fix: copy Application (client) ID, five groups of digits."
            )
        },
        widget=forms.TextInput(PLAIN),
    )

    field_order = ["application_id", "name", "role"]


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    users = application_users_of(request.user)
    return render(request, "dataverse/application_users.html", {"users": users[:LISTED], "count": users.count()})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    form = NewApplicationUserForm(request.POST or None)
    if form.is_valid():
        if application_users_of(request.user).filter(application_id=form.cleaned_data["application_id"]).exists():
            form.add_error("application_id", _("This application is an application user already."))
        elif user := _register(request, form, form.cleaned_data["application_id"]):
            messages.success(request, _("“%(name)s” may read the tables.") % {"name": user.name})
            return redirect("dataverse:application-users")
    return _form(request, "dataverse/add_application_user.html", form)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, user_id: UUID) -> HttpResponse:
    user = get_object_or_404(application_users_of(request.user), pk=user_id)
    form = ApplicationUserForm(request.POST or None, initial={"name": user.name, "role": user.role})
    if form.is_valid() and _register(request, form, user.application_id, enabled=user.enabled):
        messages.success(request, _("Saved."))
        return redirect("dataverse:application-user", user.pk)
    return _form(request, "dataverse/application_user.html", form, application=user)


@administrators_only
@post_only
def act(request: StaffRequest, user_id: UUID, act: str) -> HttpResponse:
    """disable, enable or remove."""
    user = get_object_or_404(application_users_of(request.user), pk=user_id)
    if act == "remove":
        actions.remove(user=user, actor=request.user)
        messages.success(request, _("“%(name)s” is removed.") % {"name": user.name})
        return redirect("dataverse:application-users")
    if act not in {"disable", "enable"}:
        raise Http404
    actions.register(
        application_id=user.application_id,
        name=user.name,
        role=ApplicationRole(user.role),
        enabled=act == "enable",
        actor=request.user,
    )
    return redirect("dataverse:application-user", user.pk)


def _register(
    request: StaffRequest, form: ApplicationUserForm, application_id: UUID, *, enabled: bool = True
) -> ApplicationUser | None:
    try:
        return actions.register(
            application_id=application_id,
            name=form.cleaned_data["name"],
            role=ApplicationRole(form.cleaned_data["role"]),
            enabled=enabled,
            actor=request.user,
        )
    except Refused as refused:
        explain(form, refused)
        return None


def _form(request: StaffRequest, template: str, form: forms.Form, **context: object) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=UNPROCESSABLE if form.errors else None)

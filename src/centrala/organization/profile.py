"""Everybody's own page: name, language, password, and signing out everywhere."""

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from centrala.errors import Refused
from centrala.organization import lockout, people
from centrala.organization.forms import ChangePasswordForm, ProfileForm, changes, explain
from centrala.organization.joining import BACKEND, UNPROCESSABLE
from centrala.organization.models import User
from centrala.organization.posting import post_only
from centrala.organization.views import TOO_MANY, remember

FIELDS = ("first_name", "email", "language")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    form = ProfileForm(request.POST or None, initial={name: getattr(user, name) for name in FIELDS})
    if not form.is_valid():
        return _page(request, form=form)
    try:
        changed = people.change_user(user=user, actor=user, **changes(form))
    except Refused as refused:
        explain(form, refused)
        return _page(request, form=form)
    response = redirect("profile")
    if changed.language:
        remember(request, response, changed.language)
    else:
        request.session.pop("language", None)
    with override(changed.language or get_language()):
        messages.success(request, _("Your profile is saved."))
    return response


@never_cache
@sensitive_post_parameters()
@login_required
@post_only
def change_password(request: HttpRequest) -> HttpResponse:
    """Other browsers are signed out; this one stays."""
    user = _person(request)
    form = ChangePasswordForm(request.POST)
    if form.is_valid() and not lockout.proves(request, user, form.cleaned_data["current"]):
        form.add_error("current", _why_not(request))
    if form.is_valid():
        try:
            people.change_password(user=user, password=form.cleaned_data["password"])
        except Refused as refused:
            explain(form, refused)
    if form.errors:
        return _page(request, password=form)
    language = request.session.get("language")
    login(request, user, backend=BACKEND)  # into a new session: the password of the old one is gone, and so is it
    if language:
        request.session["language"] = language
    messages.success(request, _("Your password is changed. Every other browser is signed out."))
    return redirect("profile")


@login_required
@post_only
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    people.end_sessions(user=user, actor=user)
    logout(request)
    return redirect("sign-in")


def _page(
    request: HttpRequest, *, form: ProfileForm | None = None, password: ChangePasswordForm | None = None
) -> HttpResponse:
    user = _person(request)
    form = form or ProfileForm(initial={name: getattr(user, name) for name in FIELDS})
    password = password or ChangePasswordForm()
    status = UNPROCESSABLE if form.errors or password.errors else 200
    status = TOO_MANY if lockout.locked_out(request) else status
    return render(request, "organization/profile.html", {"form": form, "password": password}, status=status)


def _why_not(request: HttpRequest) -> str:
    if lockout.locked_out(request):
        return _("Too many attempts. Try again in 15 minutes, or ask an administrator to let you in.")
    return _("This is not your current password.")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user

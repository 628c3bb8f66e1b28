"""Signing in and out, the language, and where each role's work begins."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from centrala.organization import lockout
from centrala.organization.models import User
from centrala.organization.posting import post_only

TOO_MANY = 429


class SignIn(LoginView):
    template_name = "organization/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"mail": settings.SMTP is not None}

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:  # Django 5.2 gives none; its stubs do
        """Back to where somebody was sent here from, but never here again."""
        url = super().get_redirect_url()
        return "" if url.partition("?")[0] == self.request.path else url

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Too many failures are told the same way whether there is such an account or not."""
        if not lockout.locked_out(self.request):
            return super().form_invalid(form)
        lockout.record_new(self.request)
        return self.render_to_response(self.get_context_data(form=form, locked_out=True), status=TOO_MANY)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        user = form.get_user()
        if user.language:
            remember(self.request, response, user.language)
        return response


sign_in = SignIn.as_view()
sign_out = post_only(LogoutView.as_view())


@post_only
def choose_language(request: HttpRequest) -> HttpResponse:
    """Changes the language of this browser and, for somebody signed in, of the account."""
    target = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(target if here and target.startswith("/") else reverse("home"))
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES):
        remember(request, response, language)
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=language)
    return response


def remember(request: HttpRequest, response: HttpResponse, language: str) -> None:
    """In the session, which wins, and in the cookie, which stays when the session ends."""
    if request.user.is_authenticated:
        request.session["language"] = language
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    if request.user.is_administrator:
        return redirect("center:home")
    if request.user.works_here:
        return redirect("desk:home")
    return render(request, "organization/no_role.html")

"""A new password by mail, where a mail server is set up: Django's views and tokens.

Whether there is an account shows nowhere: the page answers the same, and who has one is looked up by a job, so that no
time tells it either.
"""

import hashlib
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from procrastinate.exceptions import AlreadyEnqueued

from centrala.errors import Refused
from centrala.organization import jobs, people
from centrala.organization.crypto import encrypt
from centrala.organization.forms import NewPasswordForm, explain
from centrala.organization.joining import UNPROCESSABLE, signed_in
from centrala.organization.models import User


class Forgot(views.PasswordResetView):
    template_name = "organization/forgot.html"
    success_url = reverse_lazy("forgot-sent")

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if settings.SMTP is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: forms.Form) -> HttpResponse:
        address = form.cleaned_data["email"]
        lock = f"reset {hashlib.sha256(address.lower().encode()).hexdigest()}"
        try:
            with transaction.atomic():
                reset = jobs.mail_reset.configure(queueing_lock=lock)
                reset.defer(sealed_address=encrypt(address), language=get_language() or "en")
        except AlreadyEnqueued:
            pass  # one mail is enough
        return redirect(self.success_url)


class Choose(views.PasswordResetConfirmView):
    """A link that leads nowhere is 404, as every one-time link."""

    template_name = "organization/link.html"
    form_class = None  # type: ignore[assignment]  # made below: ours takes no user

    def get_form(self, form_class: object = None) -> NewPasswordForm:  # type: ignore[override]
        return NewPasswordForm(self.request.POST or None)

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"person": self.user, "invited": False}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if not self.validlink:
            raise Http404
        status = UNPROCESSABLE if context["form"].errors else 200
        return super().render_to_response(context, **kwargs | {"status": status})

    def form_valid(self, form: forms.Form) -> HttpResponse:
        assert isinstance(self.user, User)
        try:
            people.reset_password(user=self.user, password=form.cleaned_data["password"])
        except Refused as refused:
            explain(form, refused)
            return self.form_invalid(form)  # type: ignore[arg-type]
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        return signed_in(self.request, self.user)


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    if settings.SMTP is None:
        raise Http404
    return render(request, "organization/forgot_sent.html")

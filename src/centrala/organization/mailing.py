"""The mail with a link for a new password."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.timezone import now
from django.utils.translation import get_language, override

from centrala.organization.models import User

PAUSE = timedelta(minutes=5)  # between two mails to one person, whoever asks for them


class MailForm(PasswordResetForm):
    """Django's, in the language of the person, and with a failure of the mail server left to the job."""

    def get_users(self, email: str) -> Iterable[User]:
        return [user for user in super().get_users(email) if isinstance(user, User) and _rested(user)]

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        user: User = context["user"]
        with override(user.language or get_language()):
            subject = " ".join(render_to_string(subject_template_name, context).split())
            text = render_to_string(email_template_name, context)
        send_mail(subject, text, from_email, [to_email])
        User.objects.filter(pk=user.pk).update(reset_mailed_at=now())


def mail_to(*, address: str, language: str) -> None:
    """Sends the link to whoever has an account with this address. Raises what the mail server's client raises."""
    form = MailForm({"email": address})
    if form.is_valid():
        with override(language):
            form.save(
                subject_template_name="organization/reset_subject.txt",
                email_template_name="organization/reset_mail.txt",
                domain_override=settings.PUBLIC_URL,  # there is no request whose host it could take
                extra_email_context={"base": settings.PUBLIC_URL},
            )


def _rested(user: User) -> bool:
    return user.reset_mailed_at is None or user.reset_mailed_at < now() - PAUSE

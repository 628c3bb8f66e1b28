"""Which language a page speaks: the person's own choice, else this browser's last choice, else what it asks for."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class LanguageMiddleware(LocaleMiddleware):
    """Django's own, with the choice kept on the account winning over the cookie.

    The choice travels in the session, written at sign-in, so that no page asks the database for it.
    """

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.session.get("language")
        if chosen in dict(settings.LANGUAGES):
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
            return
        super().process_request(request)

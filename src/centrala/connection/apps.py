from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest


class ConnectionConfig(AppConfig):
    name = "centrala.connection"

    def ready(self) -> None:
        # The one moment when a session's sign-in to Azure is still known by name: afterwards the session is empty.
        user_logged_out.connect(_end_sign_in, dispatch_uid="end the sign-in to Azure")


def _end_sign_in(request: HttpRequest | None, **_: object) -> None:
    from centrala.connection.sign_in import SIGN_INS  # models are ready by now

    if request is not None:
        SIGN_INS.end(request)

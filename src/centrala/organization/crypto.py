"""Secrets at rest: encrypted with the installation's Fernet keys; the newest encrypts, all of them decrypt."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

from centrala.errors import Misconfigured


def encrypt(secret: str) -> str:
    return _keys().encrypt(secret.encode()).decode()


def decrypt(token: str) -> str:
    """Raises Misconfigured when no key of this installation made the token."""
    try:
        return _keys().decrypt(token.encode()).decode()
    except InvalidToken:
        raise Misconfigured(
            _(
                "A stored secret cannot be decrypted with the keys of this installation. "
                "Fix: add the key that was in use when it was stored to CENTRALA_KEYS, or enter the secret again."
            )
        ) from None


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])

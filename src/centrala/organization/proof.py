"""By what an installation is told from another one that has the same program."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def proof_of(challenge: str) -> str:
    """What this installation alone answers to a challenge: its web processes share the secret key, and no answer tells
    anything of it."""
    return salted_hmac("centrala.proof", challenge, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()

"""Ids, keys and secrets as the services make them."""

import base64
import secrets
from uuid import uuid4


def new_id() -> str:
    return str(uuid4())


def new_access_key() -> str:
    """Base64 of 64 random bytes."""
    return base64.b64encode(secrets.token_bytes(64)).decode()


def new_secret() -> str:
    return "Loc8Q~" + secrets.token_urlsafe(25)


def new_password() -> str:
    return secrets.token_urlsafe(12)

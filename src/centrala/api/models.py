"""Keys with which programs call the REST API."""

import hashlib
import secrets
from uuid import uuid4

from django.db import models

from centrala.organization.models import User


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """256 random bits behind a prefix that secret scanners can know."""
    return f"centrala_{secrets.token_urlsafe(32)}"


class ApiToken(models.Model):
    """A bearer token. Only its hash is kept: the token itself is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    name = models.CharField(max_length=100)
    hash = models.CharField(max_length=64, unique=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    may_write = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

"""Tokens that were made, and what for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What a token is for. `principal_id` is its service principal, empty for Microsoft's own APIs."""

    audience: str
    version: int
    principal_id: str = ""


@dataclass(frozen=True)
class Minted:
    token: str
    expires_at: datetime

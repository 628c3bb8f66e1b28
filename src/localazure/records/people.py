"""Entra: people, and what their signing in leaves behind."""

from datetime import datetime
from enum import StrEnum

import msgspec


class DirectoryRole(StrEnum):
    """The ids of Entra's role templates: claim `wids` carries them.

    https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
    """

    GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
    APPLICATION_ADMINISTRATOR = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A user of the directory. A `guest` may sign in and see who they are, nothing else of the directory."""

    id: str
    user_name: str
    given_name: str
    display_name: str
    password: str
    made_at: datetime
    guest: bool = False
    directory_roles: tuple[DirectoryRole, ...] = ()


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asked for on a person's behalf. `person` is empty until somebody signed in."""

    client_id: str
    scope: str
    person: str = ""


class DeviceCode(msgspec.Struct, frozen=True, kw_only=True):
    """Waiting for somebody to type `user_code`. `interval` is in seconds and grows when the client polls too fast."""

    code: str
    user_code: str
    grant: Grant
    expires_at: datetime
    interval: int
    polled_at: datetime | None = None
    declined: bool = False


class AuthorizationCode(msgspec.Struct, frozen=True, kw_only=True):
    """May be redeemed once. `challenge` and `method` are PKCE's; `nonce` goes into the id_token."""

    code: str
    grant: Grant
    redirect_uri: str
    expires_at: datetime
    challenge: str = ""
    method: str = "plain"
    nonce: str = ""
    redeemed: bool = False


class RefreshToken(msgspec.Struct, frozen=True, kw_only=True):
    token: str
    grant: Grant
    expires_at: datetime


class TokenEpoch(msgspec.Struct, frozen=True, kw_only=True):
    """Access tokens of an earlier epoch than `number` have been expired by the control API, at `began_at`."""

    number: int
    began_at: datetime


class Propagation(msgspec.Struct, frozen=True, kw_only=True):
    """How long a new application takes until tokens can be had for it."""

    seconds: float

"""Guessing passwords: after five failures for one username from one address, a quarter of an hour of rest. The current
password on one's own page is one to guess, too.

django-axes counts. Its middleware is left out: it would send every request through another thread only to replace the
answer of one view, and that view can see for itself.
"""

import ipaddress
import unicodedata
from collections.abc import Iterable
from typing import Any

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest
from django.utils.timezone import now

from centrala.characters import storable
from centrala.organization.audit import record
from centrala.organization.models import User

LONGEST = 255  # axes' column


def username_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """For axes: the same however its letters are written."""
    typed = (credentials or {}).get("username") or request.POST.get("username") or ""
    return _key(str(typed))


def address_of(request: HttpRequest) -> str | None:
    """For axes: the client's address, which the server took from a trusted proxy or the connection. One IPv6 client
    has 2^64 of them, so there the network counts."""
    try:
        address = ipaddress.ip_address(str(request.META.get("REMOTE_ADDR", "")).partition("%")[0])
    except ValueError:
        return None
    address = getattr(address, "ipv4_mapped", None) or address  # as a socket for both kinds tells it
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)


def locked_out(request: HttpRequest) -> bool:
    """Whether this attempt to sign in was refused for the ones before it, or was the last that is borne."""
    return bool(getattr(request, "axes_locked_out", False))


def proves(request: HttpRequest, user: User, password: str) -> bool:
    """Whether this is the signed-in person's password; a failure counts like one to sign in. See `locked_out`."""
    found = authenticate(request, username=user.username, password=password)
    if locked_out(request):
        record_new(request, user.username)
    return found is not None and found.pk == user.pk


def record_new(request: HttpRequest, username: str = "") -> None:
    """Logs the failure that led to the rest, once. Only of who is known: a stranger must not fill the log, and a
    password typed as a name must not stand in it."""
    if getattr(request, "axes_failures_since_start", None) is None:
        return
    known = User.objects.filter(username__iexact=username or username_of(request)).first()
    if known is not None:
        minutes = settings.AXES_COOLOFF_TIME.total_seconds() // 60
        after = {"address": address_of(request), "minutes": int(minutes)}
        record(actor=None, act="lock out", target=known.username, after=after)


def locked(users: Iterable[User]) -> set[str]:
    """The usernames, as axes keeps them, among these that rest somewhere. One query."""
    names = [key_of(user) for user in users]
    recent = AccessAttempt.objects.filter(username__in=names, attempt_time__gt=now() - settings.AXES_COOLOFF_TIME)
    counted = recent.values("username", "ip_address").annotate(failures=Sum("failures_since_start"))
    return {row["username"] for row in counted if row["failures"] >= settings.AXES_FAILURE_LIMIT}


@transaction.atomic
def unlock(*, user: User, actor: User | None) -> None:
    """Forgets the failures, from wherever they came."""
    if reset(username=key_of(user)):
        record(actor=actor, act="unlock user", target=user.username)


def forget_expired() -> None:
    """Deletes the failures that count no more, and with them what was typed as a name."""
    AccessAttempt.objects.filter(attempt_time__lte=now() - settings.AXES_COOLOFF_TIME).delete()


def key_of(user: User) -> str:
    return _key(user.username)


def _key(username: str) -> str:
    """As the database compares names: by their capital letters, which the dotless i shares with the other."""
    return storable(unicodedata.normalize("NFKC", username).upper().casefold())[:LONGEST]

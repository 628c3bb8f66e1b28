"""One-time links: for the first administrator, for who is invited, for who forgot the password.

A token is 256 random bits, found by its hash: what a guess is compared with is the index, so no time tells how near it
was. Whoever may follow a link, may follow it once.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.timezone import now

from centrala.organization.models import Link, Purpose, User

LASTS = {Purpose.SET_UP: timedelta(days=1), Purpose.INVITE: timedelta(days=7), Purpose.RESET: timedelta(days=1)}


def make(*, purpose: Purpose, user: User | None = None) -> str:
    """Answers the token. The one before it, of this person or for the set-up, is void from now on."""
    token = secrets.token_urlsafe(32)
    values = {"purpose": purpose, "hash": _hash(token), "expires_at": now() + LASTS[purpose]}
    if user is None:
        Link.objects.update_or_create(purpose=Purpose.SET_UP, defaults=values)
    else:
        Link.objects.update_or_create(user=user, defaults=values)
    return token


def make_set_up_once() -> str | None:
    """Of several processes that ask one gets a token, and no other while that may be followed."""
    Link.objects.filter(purpose=Purpose.SET_UP, expires_at__lte=now()).delete()
    token = secrets.token_urlsafe(32)
    values = {"hash": _hash(token), "expires_at": now() + LASTS[Purpose.SET_UP]}
    _link, made = Link.objects.get_or_create(purpose=Purpose.SET_UP, defaults=values)
    return token if made else None


def find(token: str, *purposes: Purpose) -> Link | None:
    """The link, while it may be followed."""
    return _valid(token, *purposes).select_related("user").first()


def take(token: str, *purposes: Purpose) -> Link | None:
    """Uses the link up, in the caller's transaction; of several at once one gets it."""
    link = _valid(token, *purposes).select_for_update(of=("self",)).first()
    if link is not None:
        Link.objects.filter(pk=link.pk).delete()
    return link


def path(token: str, purpose: Purpose) -> str:
    """Where the link leads, below the hub's address."""
    return reverse("set-up" if purpose == Purpose.SET_UP else "link", args=[token])


def void(user: User) -> None:
    Link.objects.filter(user=user).delete()


def _valid(token: str, *purposes: Purpose) -> QuerySet[Link]:
    links = Link.objects.filter(hash=_hash(token), expires_at__gt=now(), purpose__in=purposes)
    return links.filter(Q(user=None) | Q(user__is_active=True))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

"""Who is signed in, for what Starlette answers: Django's session read through asyncpg.

Django's own way holds a database connection per stream and does not survive a database restart.
"""

from collections.abc import Collection
from dataclasses import dataclass

import asyncpg
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.timezone import now

from centrala.organization.models import Session
from centrala.organization.session_store import SessionStore

READ = """
select session_data, person.id, person.password, person.role
from organization_session join organization_user person on person.id = user_id
where session_key = $1 and expire_date > now() and person.is_active and person.role <> ''
"""
# The salt with which AbstractBaseUser.get_session_auth_hash binds a session to the password.
SALT = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
MARKED = "centrala.organization.sessions.mark"


@dataclass(frozen=True)
class Person:
    id: int
    role: str


async def signed_in(pool: asyncpg.Pool, cookies: str) -> Person | None:
    """The person behind a Cookie header: active, with a role, and with the password of when they signed in."""
    key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME)
    found = await pool.fetchrow(READ, key) if key and "\0" not in key else None
    if found is None:
        return None
    session = SessionStore().decode(found["session_data"])
    if BACKEND_SESSION_KEY not in session or not _same(found["password"], session.get(HASH_SESSION_KEY, "")):
        return None
    return Person(found["id"], found["role"])


def _same(password: str, kept: str) -> bool:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    hashes = (salted_hmac(SALT, password, secret=secret, algorithm="sha256").hexdigest() for secret in secrets)
    return any(constant_time_compare(hash_, kept) for hash_ in hashes)


def mark(session_key: str) -> str:
    """Tells a session from others, and lets nobody into it: for what stands in an address."""
    return salted_hmac(MARKED, session_key, algorithm="sha256").hexdigest()[:32]


def open_sessions(people: Collection[int]) -> set[str]:
    """The marks of those that these people have: whoever signs out, or is signed out, has one less."""
    keys = Session.objects.filter(user__in=people, expire_date__gt=now()).values_list("session_key", flat=True)
    return {mark(key) for key in keys}

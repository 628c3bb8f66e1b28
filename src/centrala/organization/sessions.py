"""Who is signed in, for what Starlette answers: Django's session read through asyncpg.

Django's own way holds a database connection per stream and does not survive a database restart.
"""

from dataclasses import dataclass

import asyncpg
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare, salted_hmac

READ_SESSION = "select session_data from django_session where session_key = $1 and expire_date > now()"
READ_USER = "select password, role from organization_user where id = $1 and is_active and role <> ''"
# The salt with which AbstractBaseUser.get_session_auth_hash binds a session to the password.
SALT = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"


@dataclass(frozen=True)
class Person:
    id: int
    role: str


async def signed_in(pool: asyncpg.Pool, cookies: str) -> Person | None:
    """The person behind a Cookie header: active, with a role, and with the password of when they signed in."""
    key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME)
    data = await pool.fetchval(READ_SESSION, key) if key and "\0" not in key else None
    session = SessionStore().decode(data) if data else {}
    if BACKEND_SESSION_KEY not in session:
        return None
    id_ = int(session[SESSION_KEY])
    user = await pool.fetchrow(READ_USER, id_)
    if user is None or not _same(user["password"], session.get(HASH_SESSION_KEY, "")):
        return None
    return Person(id_, user["role"])


def _same(password: str, kept: str) -> bool:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    hashes = (salted_hmac(SALT, password, secret=secret, algorithm="sha256").hexdigest() for secret in secrets)
    return any(constant_time_compare(hash_, kept) for hash_ in hashes)

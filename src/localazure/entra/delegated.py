"""Tokens on a person's behalf.

https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
"""

import base64
import hashlib
import json
import secrets
from datetime import timedelta
from random import SystemRandom

from localazure.clock import real_time
from localazure.entra.clients import Client
from localazure.entra.keys import base64url
from localazure.entra.scopes import Asked, asked
from localazure.entra.tokens import issuer, sign
from localazure.records.directory import Tenant
from localazure.records.people import Grant, Person, RefreshToken
from localazure.world import World

Json = dict[str, object]
REFRESH_LIFETIME = timedelta(days=90)
random = SystemRandom()


def answer(world: World, tenant: Tenant, client: Client, grant: Grant, *, nonce: str = "", info: bool = False) -> Json:
    """The token endpoint's answer. `info`: with client_info, which MSAL asks for."""
    person, wanted = world.people[grant.person], asked(world, tenant, grant.scope)
    seconds = random.randint(3600, 5400)
    claims = _access_claims(world, tenant, client, person, wanted)
    body: Json = {
        "token_type": "Bearer",
        "scope": " ".join([*_named(wanted), *sorted(wanted.open_id)]),
        "expires_in": seconds - 1,
        "ext_expires_in": seconds - 1,
        "access_token": sign(world, claims, timedelta(seconds=seconds)).token,
    }
    if "offline_access" in wanted.open_id:
        body["refresh_token"] = _refresh_token(world, grant)
    if "openid" in wanted.open_id:
        identity = _id_claims(world, tenant, client, person) | ({"nonce": nonce} if nonce else {})
        body["id_token"] = sign(world, identity, timedelta(hours=1)).token
    if info:
        told = json.dumps({"uid": person.id, "utid": tenant.id}).encode()
        body["client_info"] = base64.urlsafe_b64encode(told).rstrip(b"=").decode()
    return body


def _access_claims(world: World, tenant: Tenant, client: Client, person: Person, wanted: Asked) -> Json:
    version = wanted.resource.version
    issued_by = issuer(world, tenant.id, version)
    app, rank, name = ("azp", "azpacr", "preferred_username") if version == 2 else ("appid", "appidacr", "unique_name")
    claims: Json = {
        "aud": wanted.resource.audience,
        "iss": issued_by,
        "acr": "1",
        "amr": ["pwd"],
        app: client.id,
        rank: "0" if client.public else "1",
        "given_name": person.given_name,
        "ipaddr": "127.0.0.1",
        "name": person.display_name,
        "oid": person.id,
        "scp": " ".join(wanted.granted),
        "sub": _subject(wanted.resource.audience, person),
        "tid": tenant.id,
        name: person.user_name,
        "upn": person.user_name,
        "uti": base64url(secrets.token_bytes(16)),
        "ver": f"{version}.0",
    }
    if version == 1:
        claims["idtyp"] = "user"
    if person.directory_roles:
        claims["wids"] = [role.value for role in person.directory_roles]
    return claims


def _id_claims(world: World, tenant: Tenant, client: Client, person: Person) -> Json:
    return {
        "aud": client.id,
        "iss": issuer(world, tenant.id, 2),
        "name": person.display_name,
        "oid": person.id,
        "preferred_username": person.user_name,
        "rh": secrets.token_urlsafe(24),
        "sub": _subject(client.id, person),
        "tid": tenant.id,
        "uti": base64url(secrets.token_bytes(16)),
        "ver": "2.0",
    }


def _refresh_token(world: World, grant: Grant) -> str:
    fresh = RefreshToken(token=f"1.{secrets.token_urlsafe(96)}", grant=grant, expires_at=real_time() + REFRESH_LIFETIME)
    world.refresh_tokens.put(fresh.token, fresh)
    return fresh.token


def _named(wanted: Asked) -> list[str]:
    return [f"{wanted.resource.audience.rstrip('/')}/{name}" for name in wanted.granted]


def _subject(audience: str, person: Person) -> str:
    """Another one for each application, the same each time."""
    return base64url(hashlib.sha256(f"{audience}/{person.id}".encode()).digest())

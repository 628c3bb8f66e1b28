"""The authorization code flow with PKCE: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow

Codes live by the movable clock, so that a test can let one expire.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import msgspec

from localazure.entra.clients import Client, client_of, required
from localazure.entra.keys import base64url
from localazure.entra.scopes import asked
from localazure.errors import (
    CODE_EXPIRED,
    CODE_REDEEMED,
    INVALID_CODE,
    LOGIN_REQUIRED,
    REDIRECT_MISMATCH,
    UNSUPPORTED_RESPONSE_MODE,
    UNSUPPORTED_RESPONSE_TYPE,
    WRONG_CHALLENGE_METHOD,
    WRONG_CHALLENGE_SIZE,
    WRONG_PASSWORD,
    WRONG_REPLY_ADDRESS,
    WRONG_VERIFIER,
)
from localazure.records.directory import Tenant
from localazure.records.people import AuthorizationCode, Grant, Person
from localazure.same import same
from localazure.world import World

LIFETIME = timedelta(minutes=10)
MODES = ("query", "fragment", "form_post")
METHODS = ("plain", "S256")
SIZES = range(43, 129)  # of a challenge: https://www.rfc-editor.org/rfc/rfc7636#section-4.2
LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1"}


@dataclass(frozen=True, kw_only=True)
class Request:
    """An authorization request whose client and redirect address are proven: errors may go there."""

    client: Client
    redirect_uri: str
    state: str
    mode: str
    fields: Mapping[str, str]


def request(world: World, tenant: Tenant, fields: Mapping[str, str]) -> Request:
    client = client_of(world, tenant, required(fields, "client_id"))
    uri = required(fields, "redirect_uri")
    if not _registered(client, uri):
        raise REDIRECT_MISMATCH.of(uri=uri, client=client.id)
    mode = fields.get("response_mode", "")
    return Request(
        client=client,
        redirect_uri=uri,
        state=fields.get("state", ""),
        mode=mode if mode in MODES else MODES[0],
        fields=fields,
    )


def check(world: World, tenant: Tenant, one: Request) -> None:
    """Raises what the client is told at its redirect address."""
    kind = required(one.fields, "response_type")
    if kind != "code":
        raise UNSUPPORTED_RESPONSE_TYPE.of(kind=kind)
    if (mode := one.fields.get("response_mode", one.mode)) not in MODES:
        raise UNSUPPORTED_RESPONSE_MODE.of(mode=mode)
    _check_challenge(one.fields)
    asked(world, tenant, required(one.fields, "scope"))
    if one.fields.get("prompt") == "none":
        raise LOGIN_REQUIRED.of()


def _check_challenge(fields: Mapping[str, str]) -> None:
    if fields.get("code_challenge_method", "plain").upper() not in {method.upper() for method in METHODS}:
        raise WRONG_CHALLENGE_METHOD.of()
    if "code_challenge" in fields and len(fields["code_challenge"]) not in SIZES:
        raise WRONG_CHALLENGE_SIZE.of()


def sign_in(world: World, user_name: str, password: str) -> Person:
    for one in world.people.all():
        if one.user_name == user_name.strip().lower() and same(one.password, password):
            return one
    raise WRONG_PASSWORD.of()


def issue(world: World, one: Request, person: Person) -> str:
    fields = one.fields
    made = AuthorizationCode(
        code=f"1.{secrets.token_urlsafe(64)}",
        grant=Grant(client_id=one.client.id, scope=fields["scope"], person=person.id),
        redirect_uri=one.redirect_uri,
        expires_at=world.clock.now() + LIFETIME,
        challenge=fields.get("code_challenge", ""),
        method=fields.get("code_challenge_method", "plain"),
        nonce=fields.get("nonce", ""),
    )
    world.authorization_codes.put(made.code, made)
    return made.code


def redeem(world: World, client: Client, fields: Mapping[str, str]) -> AuthorizationCode:
    """Once; the second time says so."""
    one = world.authorization_codes.get(required(fields, "code"))
    if one is None or one.grant.client_id != client.id:
        raise INVALID_CODE.of(name="code")
    if one.redeemed:
        raise CODE_REDEEMED.of()
    if one.expires_at <= world.clock.now():
        raise CODE_EXPIRED.of()
    if fields.get("redirect_uri", "") != one.redirect_uri:
        raise WRONG_REPLY_ADDRESS.of(uri=fields.get("redirect_uri", ""), known=one.redirect_uri)
    if one.challenge and not same(_challenge(one.method, fields.get("code_verifier", "")), one.challenge):
        raise WRONG_VERIFIER.of()
    return world.authorization_codes.put(one.code, msgspec.structs.replace(one, redeemed=True))


def _challenge(method: str, verifier: str) -> str:
    if method.upper() != "S256":
        return verifier
    return base64url(hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest())


def _registered(client: Client, uri: str) -> bool:
    """To the own machine every port is as good as another. What no header can carry is no address."""
    if not uri.isascii() or not uri.isprintable() or " " in uri:
        return False
    known = client.application
    registered = {*known.web_redirects, *known.public_redirects} if known else {"http://localhost"}
    return _plain(uri) in {_plain(one) for one in registered}


def _plain(uri: str) -> str:
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return uri
    if parts.scheme == "http" and host in LOOPBACK:
        return f"http://{host}{parts.path.rstrip('/')}"
    return uri

"""Access tokens in Entra's two forms, made and read."""

import base64
import binascii
import secrets
from datetime import datetime, timedelta
from functools import lru_cache

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from localazure.clock import real_time
from localazure.entra.first_party import GRAPH_APP_ID, graph_app_roles
from localazure.entra.keys import base64url
from localazure.entra.minted import Minted, Resource
from localazure.records.directory import ServicePrincipal, SigningKey
from localazure.records.people import TokenEpoch
from localazure.world import World


class InvalidToken(Exception):
    """The token is no good; the text says why."""


class ExpiredToken(InvalidToken):
    def __init__(self, expired_at: datetime) -> None:
        super().__init__("Lifetime validation failed, the token is expired")
        self.expired_at = expired_at


def issuer(world: World, tenant_id: str, version: int) -> str:
    url = world.addresses.url
    return f"{url}/sts/{tenant_id}/" if version == 1 else f"{url}/{tenant_id}/v2.0"


def mint(world: World, *, client: ServicePrincipal, resource: Resource, lifetime: timedelta) -> Minted:
    """An application's own access token.

    Claims: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
    """
    return sign(world, _claims(world, client, resource), lifetime)


def sign(world: World, claims: dict[str, object], lifetime: timedelta) -> Minted:
    """Signs with the newest key. Times are real ones: a moved clock must not spoil a client's token."""
    key = signing_key(world)
    now = real_time().replace(microsecond=0)
    times = {"iat": int(now.timestamp()), "nbf": int(now.timestamp()), "exp": int((now + lifetime).timestamp())}
    header = {"kid": key.kid, "x5t": key.kid}
    token = jwt.encode(claims | times | {"aio": _aio(world)}, _private(key.private_key), "RS256", headers=header)
    return Minted(token, now + lifetime)


def signing_key(world: World) -> SigningKey:
    return max(world.signing_keys.all(), key=lambda key: key.made_at)


def read(world: World, token: str) -> dict[str, object]:
    """The claims of one of our own tokens, audience unchecked. Raises InvalidToken."""
    try:
        key = world.signing_keys.get(str(jwt.get_unverified_header(token).get("kid")))
        if key is None:
            raise InvalidToken("Signature validation failed, the key is unknown")
        claims: dict[str, object] = jwt.decode(
            token,
            _private(key.private_key).public_key(),
            ["RS256"],
            options={"verify_aud": False, "verify_exp": False, "require": ["exp", "nbf", "aud", "iss", "tid"]},
        )
    except jwt.InvalidTokenError as error:
        raise InvalidToken(str(error)) from error
    _check_lifetime(claims)
    _check_epoch(world, claims)
    _check_issuer(world, claims)
    return claims


def _check_lifetime(claims: dict[str, object]) -> None:
    expires = datetime.fromtimestamp(float(str(claims["exp"])), real_time().tzinfo)
    if expires <= real_time():
        raise ExpiredToken(expires)


def expire(world: World, client_id: str) -> None:
    """The client's access tokens of up to now expire, everybody's when it is empty."""
    world.token_epochs.put(client_id, TokenEpoch(number=_epoch(world) + 1, began_at=real_time()))


def _aio(world: World) -> str:
    """Opaque to everybody, as Entra's is: to us it tells the token's epoch."""
    return base64url(_epoch(world).to_bytes(8) + secrets.token_bytes(24))


def _epoch(world: World) -> int:
    return max((one.number for one in world.token_epochs.all()), default=0)


def _check_epoch(world: World, claims: dict[str, object]) -> None:
    try:
        of_token = int.from_bytes(base64.urlsafe_b64decode(str(claims.get("aio", ""))[:12])[:8])
    except binascii.Error:
        of_token = 0
    for client in ("", str(claims.get("appid") or claims.get("azp"))):
        epoch = world.token_epochs.get(client)
        if epoch and of_token < epoch.number:
            raise ExpiredToken(epoch.began_at)


def _check_issuer(world: World, claims: dict[str, object]) -> None:
    tenant = str(claims["tid"])
    issuers = {issuer(world, tenant, version) for version in (1, 2)}
    if tenant not in world.tenants or claims["iss"] not in issuers:
        raise InvalidToken("Invalid issuer")


def _claims(world: World, client: ServicePrincipal, resource: Resource) -> dict[str, object]:
    issued_by = issuer(world, client.tenant_id, resource.version)
    app, app_rank = ("azp", "azpacr") if resource.version == 2 else ("appid", "appidacr")
    claims: dict[str, object] = {
        "aud": resource.audience,
        "iss": issued_by,
        app: client.app_id,
        app_rank: "2" if client.app_owner_organization_id != client.tenant_id else "1",
        "oid": client.id,
        "sub": client.id,
        "tid": client.tenant_id,
        "rh": secrets.token_urlsafe(24),
        "uti": base64url(secrets.token_bytes(16)),
        "ver": f"{resource.version}.0",
    }
    if resource.version == 1:
        claims["idp"] = issued_by
    if assigned := roles(world, client, resource):
        claims["roles"] = assigned
    return claims


def roles(world: World, client: ServicePrincipal, resource: Resource) -> list[str]:
    """The values of the app roles of the resource that are assigned to the client."""
    principal = world.principals.get(resource.principal_id)
    if principal is None:
        return []
    values = {role["id"]: str(role["value"]) for role in app_roles(world, principal.app_id) if role.get("value")}
    return [
        values[one.app_role_id]
        for one in world.app_role_assignments.all()
        if one.principal_id == client.id and one.resource_id == principal.id and one.app_role_id in values
    ]


def app_roles(world: World, app_id: str) -> list[dict[str, object]]:
    """Those an application defines, as Graph writes them."""
    if app_id == GRAPH_APP_ID:
        return graph_app_roles()
    return [role for one in world.applications.all() if one.app_id == app_id for role in one.app_roles]


@lru_cache(maxsize=16)
def _private(pem: str) -> RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key

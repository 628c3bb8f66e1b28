"""Users of Communication Services and their access tokens.

https://learn.microsoft.com/rest/api/communication/identity/
"""

import secrets
from datetime import datetime, timedelta
from typing import Annotated, Literal

import jwt
import msgspec

from localazure.clock import real_time, timestamp
from localazure.communication.limits import spend
from localazure.communication.rates import Limit
from localazure.entra.tokens import signing_key
from localazure.errors import IDENTITY_NOT_FOUND
from localazure.records.resources import CommunicationService
from localazure.records.telephony import Identity
from localazure.world import World

Scope = Literal["chat", "voip", "chat.join", "chat.join.limited", "voip.join"]
Minutes = Annotated[int, msgspec.Meta(ge=60, le=1440)]
MADE, ENDED = Limit(units=1000, seconds=30), Limit(units=500, seconds=30)
SKYPE_SCOPE = 1792  # the same in every token that the service issues


class CreateBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    create_token_with_scopes: list[Scope] | None = None
    expires_in_minutes: Minutes | None = None


class TokenBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1)]
    expires_in_minutes: Minutes | None = None


class AccessToken(msgspec.Struct, rename="camel", kw_only=True):
    token: str
    expires_on: str


def create(world: World, resource: CommunicationService) -> Identity:
    spend(world, f"identities {resource.key}", MADE)
    digits = secrets.token_hex(14)
    name = f"000000{digits[:2]}-{digits[2:6]}-{digits[6:10]}-{digits[10:14]}-{digits[14:26]}"
    now = real_time()
    fresh = Identity(
        id=f"8:acs:{resource.immutable_id}_{name}", resource=resource.key, made_at=now, tokens_valid_from=now
    )
    return world.identities.put(fresh.id, fresh)


def find(world: World, resource: CommunicationService, name: str) -> Identity:
    one = world.identities.get(name)
    if one is None or one.resource != resource.key:
        raise IDENTITY_NOT_FOUND.of()
    return one


def issue(world: World, resource: CommunicationService, one: Identity, body: TokenBody) -> AccessToken:
    """Times are real ones: a moved clock must not spoil a client's token."""
    spend(world, f"tokens {resource.key}", MADE)
    now = real_time()
    expires = now.replace(microsecond=0) + timedelta(minutes=body.expires_in_minutes or 1440)
    claims = {
        "skypeid": one.id.removeprefix("8:"),
        "scp": SKYPE_SCOPE,
        "csi": f"{now.timestamp():.6f}",
        "exp": int(expires.timestamp()),
        "acsScope": ",".join(body.scopes),
        "resourceId": resource.immutable_id,
        "resourceLocation": resource.data_location.lower().replace(" ", ""),
        "iat": int(now.timestamp()),
    }
    key = signing_key(world)
    token = jwt.encode(claims, key.private_key, "RS256", headers={"kid": key.kid, "x5t": key.kid})
    return AccessToken(token=token, expires_on=timestamp(expires))


def revoke(world: World, resource: CommunicationService, name: str) -> None:
    one = find(world, resource, name)
    spend(world, f"revocations {resource.key}", ENDED)
    world.identities.put(one.id, msgspec.structs.replace(one, tokens_valid_from=real_time()))


def delete(world: World, resource: CommunicationService, name: str) -> None:
    """Its tokens are void with it."""
    one = find(world, resource, name)
    spend(world, f"deletions {resource.key}", ENDED)
    world.identities.remove(one.id)


def is_valid(world: World, token: str) -> bool:
    """Whether the service would still take the token: its own, in time, neither revoked nor its user deleted."""
    try:
        key = world.signing_keys[str(jwt.get_unverified_header(token).get("kid"))]
        public = jwt.get_algorithm_by_name("RS256").prepare_key(key.private_key).public_key()
        claims = jwt.decode(token, public, ["RS256"], options={"require": ["exp", "skypeid", "csi"]})
    except (KeyError, jwt.InvalidTokenError):
        return False
    one = world.identities.get(f"8:{claims['skypeid']}")
    return one is not None and datetime.fromtimestamp(float(claims["csi"]), one.made_at.tzinfo) >= one.tokens_valid_from

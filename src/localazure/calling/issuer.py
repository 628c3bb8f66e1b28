"""Who signs what callback addresses are told: an issuer of its own, with keys of its own.

https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/secure-webhook-endpoint
"""

from datetime import timedelta
from functools import lru_cache

import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from localazure.clock import real_time
from localazure.entra.keys import new_signing_key, public_jwk
from localazure.records.calling import CallbackKey
from localazure.records.ids import new_id
from localazure.records.resources import CommunicationService
from localazure.world import World

EVENTS, STREAMS = timedelta(minutes=5), timedelta(hours=24)


def issuer(world: World) -> str:
    return world.addresses.url


def document(world: World) -> dict[str, object]:
    return {
        "issuer": issuer(world),
        "jwks_uri": f"{issuer(world)}/calling/keys",
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["aud", "iss", "iat", "nbf", "exp", "jti"],
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
    }


def keys(world: World) -> dict[str, object]:
    signing_key(world)  # there is always one to publish
    return {"keys": [public_jwk(key, issuer(world)) for key in world.callback_keys.all()]}


def token(world: World, resource: CommunicationService, lifetime: timedelta = EVENTS) -> str:
    """Times are real ones: who checks it has a clock of its own."""
    key, now = signing_key(world), int(real_time().timestamp())
    claims = {
        "iss": issuer(world),
        "aud": resource.immutable_id,
        "iat": now,
        "nbf": now,
        "exp": now + int(lifetime.total_seconds()),
        "jti": new_id(),
    }
    return jwt.encode(claims, _private(key.private_key), "RS256", headers={"kid": key.kid, "x5t": key.kid})


def signing_key(world: World) -> CallbackKey:
    """The newest, made when the first is needed: most clouds never see a call."""
    known = world.callback_keys.all()
    return max(known, key=lambda key: key.made_at) if known else _add_key(world)


def rotate(world: World, *, drop_old: bool) -> list[str]:
    """A new key signs from now on. Returns the ids of all that are published, the new one last."""
    old = world.callback_keys.all() or [signing_key(world)]
    with world.store.transaction():
        fresh = _add_key(world)
        for key in old if drop_old else []:
            world.callback_keys.remove(key.kid)
    return [key.kid for key in world.callback_keys.all() if key.kid != fresh.kid] + [fresh.kid]


def _add_key(world: World) -> CallbackKey:
    made = new_signing_key(real_time())
    return world.callback_keys.put(made.kid, CallbackKey(**msgspec.structs.asdict(made)))


@lru_cache(maxsize=16)
def _private(pem: str) -> RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key

"""The token endpoint: each way to a token."""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import timedelta
from random import SystemRandom
from urllib.parse import parse_qsl, unquote

from localazure.clock import real_time
from localazure.entra import codes, delegated, devices, tokens
from localazure.entra.clients import principal_of, proven, required
from localazure.entra.minted import Resource
from localazure.entra.resources import resource_of
from localazure.entra.scopes import OPEN_ID
from localazure.errors import (
    CODE_EXPIRED,
    INVALID_CODE,
    INVALID_SCOPE,
    UNKNOWN_CLIENT,
    UNKNOWN_RESOURCE,
    UNSUPPORTED_GRANT,
)
from localazure.pipeline import Call
from localazure.records.directory import Tenant
from localazure.records.people import Grant
from localazure.world import World

DEFAULT = "/.default"
Fields = Mapping[str, str]
Json = dict[str, object]
random = SystemRandom()


def form(call: Call) -> dict[str, str]:
    """The form's fields; a client may give its id and secret by HTTP Basic instead."""
    fields = dict(parse_qsl(call.body.decode("utf-8", "replace")))
    scheme, _, credentials = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        fields |= _basic(credentials)
    return fields


def token(world: World, tenant: Tenant, fields: Fields) -> Json:
    grant = required(fields, "grant_type")
    if grant not in GRANTS:
        raise UNSUPPORTED_GRANT.of(grant=grant)
    with world.store.transaction():
        return GRANTS[grant](world, tenant, fields)


def _client_credentials(world: World, tenant: Tenant, fields: Fields) -> Json:
    """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"""
    client = proven(world, tenant, fields)
    principal = principal_of(world, client.id)
    if principal is None or not principal.enabled:
        raise UNKNOWN_CLIENT.of(client=fields["client_id"], tenant=tenant.display_name)
    resource = _resource(world, tenant, required(fields, "scope"))
    seconds = random.randint(3600, 5400)
    minted = tokens.mint(world, client=principal, resource=resource, lifetime=timedelta(seconds=seconds))
    return {
        "token_type": "Bearer",
        "expires_in": seconds - 1,
        "ext_expires_in": seconds - 1,
        "access_token": minted.token,
    }


def _device_code(world: World, tenant: Tenant, fields: Fields) -> Json:
    client = proven(world, tenant, fields, public=True)
    grant = devices.redeem(world, client.id, required(fields, "device_code"))
    return delegated.answer(world, tenant, client, grant, info=_info(fields))


def _authorization_code(world: World, tenant: Tenant, fields: Fields) -> Json:
    client = proven(world, tenant, fields, public=True)
    code = codes.redeem(world, client, fields)
    return delegated.answer(world, tenant, client, code.grant, nonce=code.nonce, info=_info(fields))


def _refresh(world: World, tenant: Tenant, fields: Fields) -> Json:
    """A refresh token is good for every resource, which the scope names; without a scope for the first one."""
    client = proven(world, tenant, fields, public=True)
    one = world.refresh_tokens.get(required(fields, "refresh_token"))
    if one is None or one.grant.client_id != client.id or one.grant.person not in world.people:
        raise INVALID_CODE.of(name="refresh_token")
    if one.expires_at <= real_time():
        raise CODE_EXPIRED.of()
    scope = fields.get("scope") or one.grant.scope
    again = Grant(client_id=client.id, scope=f"{scope} offline_access", person=one.grant.person)
    return delegated.answer(world, tenant, client, again, info=_info(fields))


GRANTS: dict[str, Callable[[World, Tenant, Fields], Json]] = {
    "client_credentials": _client_credentials,
    "authorization_code": _authorization_code,
    "refresh_token": _refresh,
    "urn:ietf:params:oauth:grant-type:device_code": _device_code,
}


def _info(fields: Fields) -> bool:
    return fields.get("client_info") == "1"


def _resource(world: World, tenant: Tenant, scope: str) -> Resource:
    named = [part for part in scope.split() if part not in OPEN_ID]
    if len(named) != 1 or not named[0].endswith(DEFAULT):
        raise INVALID_SCOPE.of(scope=scope)
    asked = named[0].removesuffix(DEFAULT)
    resource = resource_of(world, asked)
    if resource is None:
        raise UNKNOWN_RESOURCE.of(resource=asked, tenant=tenant.display_name)
    return resource


def _basic(credentials: str) -> dict[str, str]:
    try:
        name, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": unquote(name), "client_secret": unquote(secret)}

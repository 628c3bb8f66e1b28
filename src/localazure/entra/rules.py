"""Who gets which token."""

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from random import SystemRandom
from urllib.parse import parse_qsl, unquote

from localazure.audiences import COMMUNICATION, GRAPH, MANAGEMENT
from localazure.clock import real_time
from localazure.entra import tokens
from localazure.entra.keys import public_jwk
from localazure.entra.minted import Resource
from localazure.errors import (
    EXPIRED_SECRET,
    INVALID_SCOPE,
    MISSING_PARAMETER,
    NO_CREDENTIAL,
    UNKNOWN_CLIENT,
    UNKNOWN_RESOURCE,
    UNKNOWN_TENANT,
    UNSUPPORTED_GRANT,
    WRONG_SECRET,
)
from localazure.pipeline import Call
from localazure.records.directory import Application, ServicePrincipal, Tenant
from localazure.same import same
from localazure.world import World

ANY_TENANT = {"common", "organizations"}
DEFAULT = "/.default"
random = SystemRandom()


def tenant(world: World, name: str) -> Tenant:
    """By id or domain; `common` and `organizations` mean the only one there is."""
    for one in world.tenants.all():
        if name.lower() in {one.id, one.domain} | ANY_TENANT:
            return one
    raise UNKNOWN_TENANT.of(tenant=name)


def discovery(world: World, tenant: Tenant, version: int) -> dict[str, object]:
    base = f"{world.addresses.url}/{tenant.id}"
    v2 = "v2.0/" if version == 2 else ""
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "jwks_uri": f"{base}/discovery/{v2}keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "token"],
        "scopes_supported": ["openid"],
        "issuer": tokens.issuer(world, tenant.id, version),
        "authorization_endpoint": f"{base}/oauth2/{v2}authorize",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver", "azp" if version == 2 else "appid"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": world.addresses.host,
    }


def keys(world: World, tenant: Tenant, version: int) -> dict[str, object]:
    issuer = tokens.issuer(world, tenant.id, version)
    return {"keys": [public_jwk(key, issuer) for key in world.signing_keys.all()]}


def instance(world: World) -> dict[str, object]:
    """What MSAL asks before it believes an authority."""
    host = world.addresses.host
    only = world.tenants.all()[0]
    return {
        "tenant_discovery_endpoint": f"{world.addresses.url}/{only.id}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }


def form(call: Call) -> dict[str, str]:
    """The form's fields; a client may give its id and secret by HTTP Basic instead."""
    fields = dict(parse_qsl(call.body.decode("utf-8", "replace")))
    scheme, _, credentials = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        fields |= _basic(credentials)
    return fields


def token(world: World, tenant: Tenant, fields: Mapping[str, str]) -> dict[str, object]:
    """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"""
    grant = _required(fields, "grant_type")
    if grant != "client_credentials":
        raise UNSUPPORTED_GRANT.of(grant=grant)
    client = _client(world, tenant, fields)
    resource = _resource(world, tenant, _required(fields, "scope"))
    seconds = random.randint(3600, 5400)
    minted = tokens.mint(world, client=client, resource=resource, lifetime=timedelta(seconds=seconds))
    return {
        "token_type": "Bearer",
        "expires_in": seconds - 1,
        "ext_expires_in": seconds - 1,
        "access_token": minted.token,
    }


def resource_of(world: World, asked: str) -> Resource | None:
    """What a token for the asked id or URI would be for; None where the tenant has no such application."""
    plain = asked.rstrip("/")
    if plain in MANAGEMENT | GRAPH | COMMUNICATION | {world.addresses.url}:
        return Resource(audience=asked, version=1)
    for application in world.applications.all():
        names = {application.app_id, f"api://{application.app_id}", *application.identifier_uris}
        principal = principal_of(world, application.app_id)
        if principal and plain.lower() in {name.lower().rstrip("/") for name in names}:
            return _application_resource(application, principal, asked)
    return None


def principal_of(world: World, app_id: str) -> ServicePrincipal | None:
    return next((one for one in world.principals.all() if one.app_id == app_id), None)


def _application_resource(application: Application, principal: ServicePrincipal, asked: str) -> Resource:
    """A v1 token names its audience as asked, a v2 token always by the application's id."""
    if application.token_version == 2:
        return Resource(audience=application.app_id, version=2, principal_id=principal.id)
    return Resource(audience=asked, version=1, principal_id=principal.id)


def _required(fields: Mapping[str, str], name: str) -> str:
    if not fields.get(name):
        raise MISSING_PARAMETER.of(name=name)
    return fields[name]


def _client(world: World, tenant: Tenant, fields: Mapping[str, str]) -> ServicePrincipal:
    client_id = _required(fields, "client_id")
    principal = principal_of(world, client_id.lower())
    application = next((one for one in world.applications.all() if one.app_id == client_id.lower()), None)
    if principal is None or application is None:
        raise UNKNOWN_CLIENT.of(client=client_id, tenant=tenant.display_name)
    if not fields.get("client_secret"):
        raise NO_CREDENTIAL.of()
    _check_secret(application, fields["client_secret"])
    return principal


def _check_secret(application: Application, secret: str) -> None:
    matching = [password for password in application.passwords if same(password.secret, secret)]
    if not matching:
        raise WRONG_SECRET.of(client=application.app_id)
    if all(password.ends_at <= real_time() for password in matching):
        raise EXPIRED_SECRET.of(client=application.app_id)


def _resource(world: World, tenant: Tenant, scope: str) -> Resource:
    named = [part for part in scope.split() if part not in {"openid", "profile", "offline_access"}]
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

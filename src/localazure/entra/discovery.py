"""What Entra says of itself: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc"""

from localazure.entra import tokens
from localazure.entra.codes import MODES
from localazure.entra.keys import public_jwk
from localazure.errors import UNKNOWN_TENANT
from localazure.records.directory import Tenant
from localazure.world import World

ANY_TENANT = {"common", "organizations"}


def tenant(world: World, name: str) -> Tenant:
    """By id or domain; `common` and `organizations` mean the only one there is."""
    for one in world.tenants.all():
        if name.lower() in {one.id, one.domain} | ANY_TENANT:
            return one
    raise UNKNOWN_TENANT.of(tenant=name)


def document(world: World, tenant: Tenant, version: int) -> dict[str, object]:
    """Only what is emulated. Both versions lead to the same doors; issuer, keys and claims differ."""
    base = f"{world.addresses.url}/{tenant.id}"
    v2 = "v2.0/" if version == 2 else ""
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "jwks_uri": f"{base}/discovery/{v2}keys",
        "response_modes_supported": list(MODES),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": tokens.issuer(world, tenant.id, version),
        "request_uri_parameter_supported": False,
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "http_logout_supported": True,
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "claims_supported": [
            "sub", "iss", "cloud_instance_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat",
            "nonce", "preferred_username", "name", "tid", "ver", "azp" if version == 2 else "appid",
        ],
        "tenant_region_scope": "EU",
        "cloud_instance_name": world.addresses.host,
        "cloud_graph_host_name": world.addresses.host,
        "msgraph_host": world.addresses.host,
    }  # fmt: skip


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

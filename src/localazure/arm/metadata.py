"""The cloud's description that `az cloud register` reads."""

from localazure.arm.shapes import Json
from localazure.pipeline import Call, Reply
from localazure.world import World

SINCE_ONE_OBJECT = "2022-09-01"


def endpoints(world: World, call: Call) -> Reply:
    """One cloud; callers of older api-versions expect a list."""
    body = _cloud(world)
    return Reply(body=body if call.query.get("api-version", "") >= SINCE_ONE_OBJECT else [body])


def _cloud(world: World) -> Json:
    url = world.addresses.url
    return {
        "name": "localazure",
        "portal": world.addresses.portal,
        "authentication": {
            "loginEndpoint": url,
            "audiences": [url, "https://management.azure.com"],
            "tenant": world.seed.tenant_id,
            "identityProvider": "AAD",
        },
        "resourceManager": url,
        "graph": url,
        "graphAudience": url,
        "microsoftGraphResourceId": url,
        "media": url,
        "batch": url,
        "gallery": url,
        "sqlManagement": url,
        "vmImageAliasDoc": url,
        "suffixes": {
            "storage": "storage.localhost",
            "keyVaultDns": "vault.localhost",
            "sqlServerHostname": "database.localhost",
            "acrLoginServer": "registry.localhost",
        },
    }

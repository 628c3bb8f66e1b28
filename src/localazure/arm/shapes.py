"""Resource Manager's JSON."""

from collections.abc import Mapping
from typing import Any

from localazure.arm.locations import plain
from localazure.arm.scopes import registration_state
from localazure.records.directory import Tenant
from localazure.records.resources import Provider, ResourceGroup, Subscription
from localazure.world import World

Json = dict[str, Any]  # objects of the vendor's shape

# The api-versions are those the SDKs and az of today send; az picks the newest that is no preview.
RESOURCE_TYPES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Microsoft.Communication": {
        "CommunicationServices": ("2025-09-01", "2025-05-01", "2023-04-01", "2023-03-31"),
        "checkNameAvailability": ("2025-09-01", "2023-04-01"),
        "operationStatuses": ("2025-09-01", "2023-04-01"),
    },
    "Microsoft.EventGrid": {
        "systemTopics": ("2025-02-15", "2022-06-15", "2021-10-15-preview"),
        "systemTopics/eventSubscriptions": ("2025-02-15", "2022-06-15", "2021-10-15-preview"),
        "eventSubscriptions": ("2025-02-15", "2022-06-15", "2021-10-15-preview"),
        "topicTypes": ("2025-02-15", "2022-06-15"),
        "operationsStatus": ("2025-02-15", "2022-06-15"),
    },
    "Microsoft.Storage": {
        "storageAccounts": ("2025-08-01", "2025-06-01", "2024-01-01", "2023-05-01", "2021-09-01"),
        "checkNameAvailability": ("2025-08-01", "2025-06-01", "2024-01-01", "2023-05-01", "2021-09-01"),
    },
}


def tenant(one: Tenant) -> Json:
    return {
        "id": f"/tenants/{one.id}",
        "tenantId": one.id,
        "displayName": one.display_name,
        "defaultDomain": one.domain,
        "domains": [one.domain],
        "tenantCategory": "Home",
        "countryCode": "PL",
        "tenantType": "AAD",
    }


def subscription(one: Subscription) -> Json:
    return {
        "id": f"/subscriptions/{one.id}",
        "subscriptionId": one.id,
        "displayName": one.name,
        "state": one.state,
        "tenantId": one.tenant_id,
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def location(subscription_id: str, geography: str, display_name: str) -> Json:
    name = plain(display_name)
    return {
        "id": f"/subscriptions/{subscription_id}/locations/{name}",
        "name": name,
        "type": "Region",
        "displayName": display_name,
        "regionalDisplayName": f"({geography}) {display_name}",
    }


def group(one: ResourceGroup) -> Json:
    return ({"managedBy": one.managed_by} if one.managed_by else {}) | {
        "id": one.path,
        "name": one.name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": one.location,
        "tags": one.tags,
        "properties": {"provisioningState": "Succeeded"},
    }


def provider_of_tenant(namespace: str) -> Json:
    types = [
        {"resourceType": name, "locations": ["global"], "apiVersions": list(versions), "capabilities": "None"}
        for name, versions in RESOURCE_TYPES[namespace].items()
    ]
    return {"namespace": namespace, "resourceTypes": types}


def provider(world: World, one: Provider) -> Json:
    return provider_of_tenant(one.namespace) | {
        "id": f"/subscriptions/{one.subscription_id}/providers/{one.namespace}",
        "registrationState": registration_state(world, one),
        "registrationPolicy": "RegistrationRequired",
    }

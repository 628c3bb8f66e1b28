"""Subscriptions, groups and Communication Services resources that whoever is signed in may see."""

from dataclasses import dataclass
from typing import Any

from azure.core.credentials import TokenCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from centrala.azure.cloud import Cloud
from centrala.azure.errors import as_ours
from centrala.azure.identifiers import ResourceId

ACTIVE = {"Enabled", "Warned", "PastDue"}  # those in which something can still be made
OURS = "resourceType eq 'Microsoft.Communication/CommunicationServices'"
IMPATIENT = {"retry_total": 1, "connection_timeout": 5, "read_timeout": 20}  # somebody waits for the page


@dataclass(frozen=True, kw_only=True)
class Subscription:
    id: str
    name: str
    state: str  # Azure's word: Enabled, Disabled, Warned, PastDue, Deleted
    tenant_id: str  # lower case

    @property
    def is_active(self) -> bool:
        """https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states"""
        return self.state in ACTIVE


def list_subscriptions(*, credential: TokenCredential, cloud: Cloud) -> list[Subscription]:
    """By name. Raises AzureError."""
    with as_ours(), SubscriptionClient(credential, **_options(cloud)) as client:
        found = [
            Subscription(
                id=str(one.subscription_id),
                name=str(one.display_name or one.subscription_id),
                state=str(getattr(one.state, "value", one.state) or ""),
                tenant_id=str(one.tenant_id or "").lower(),
            )
            for one in client.subscriptions.list()
        ]
    return sorted(found, key=lambda one: (one.name.lower(), one.id))


def list_groups(subscription_id: str, *, credential: TokenCredential, cloud: Cloud) -> list[str]:
    """The names of its resource groups. Raises AzureError."""
    with as_ours(), ResourceManagementClient(credential, subscription_id, **_options(cloud)) as client:
        return sorted((str(one.name) for one in client.resource_groups.list()), key=str.lower)


def list_resources(subscription_id: str, *, credential: TokenCredential, cloud: Cloud) -> list[ResourceId]:
    """The Communication Services resources in a subscription that may be read, be it by a role on their group alone.

    Raises AzureError.
    """
    with as_ours(), ResourceManagementClient(credential, subscription_id, **_options(cloud)) as client:
        found = [ResourceId.parse(str(one.id)) for one in client.resources.list(filter=OURS)]
    return sorted(found, key=lambda one: (one.resource_group.lower(), one.name.lower()))


def _options(cloud: Cloud) -> dict[str, Any]:  # keyword arguments of several kinds
    return {**cloud.management, **IMPATIENT}

"""What a check-up asks of Azure and nobody else does, through Microsoft's clients. All may raise AzureError."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

import jwt
from azure.core.credentials import TokenCredential
from azure.mgmt.communication import CommunicationServiceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError, Said, as_ours
from centrala.azure.identifiers import ResourceId


@dataclass(frozen=True, kw_only=True)
class ResourceState:
    """`keys_allowed` is false where local authentication is switched off; `identity` is a system-assigned one."""

    host: str
    state: str
    keys_allowed: bool
    identity: bool


def resource_state(resource: ResourceId, *, credential: TokenCredential, cloud: Cloud) -> ResourceState:
    with _services(resource, credential, cloud) as client:
        found = client.communication_services.get(resource.resource_group, resource.name)
    properties = found.properties
    assert properties is not None
    return ResourceState(
        host=(properties.host_name or "").lower(),
        state=_word(properties.provisioning_state),
        keys_allowed=not properties.disable_local_auth,
        identity="systemassigned" in (_word(found.identity.type) if found.identity else "").lower(),
    )


def subscription_state_of(resource: ResourceId, *, credential: TokenCredential, cloud: Cloud) -> str:
    """Of the Azure subscription it lies in: Enabled, Warned, PastDue, Disabled, Deleted."""
    with as_ours(), SubscriptionClient(credential, **_options(cloud)) as client:
        return _word(client.subscriptions.get(resource.subscription_id).state)


def graph_rights(*, credential: TokenCredential, cloud: Cloud) -> frozenset[str]:
    """An application's own rights in Microsoft Graph: its token for Graph names them."""
    with as_ours():
        token = credential.get_token(f"{cloud.graph}/.default").token
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise AzureError(Said.GRAPH_TOKEN, permanent=True) from None
    return frozenset(str(role) for role in claims.get("roles") or ())


@contextmanager
def _services(
    resource: ResourceId, credential: TokenCredential, cloud: Cloud
) -> Iterator[CommunicationServiceManagementClient]:
    with (
        as_ours(),
        CommunicationServiceManagementClient(credential, resource.subscription_id, **_options(cloud)) as client,
    ):
        yield client


def _options(cloud: Cloud) -> dict[str, Any]:  # keyword arguments of several kinds
    return {**cloud.management, "retry_total": 1}


def _word(choice: Enum | str | None) -> str:
    """The vendor's word: a choice the client knows comes as an enum, a newer one as text."""
    return str(choice.value) if isinstance(choice, Enum) else choice or ""

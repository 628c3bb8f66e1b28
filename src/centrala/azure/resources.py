"""Resource Manager: the Communication Services resource and its keys, through Microsoft's clients."""

from dataclasses import dataclass

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError as SdkError
from azure.mgmt.communication import CommunicationServiceManagementClient

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ResourceId


@dataclass(frozen=True, kw_only=True)
class Resource:
    id: str
    name: str
    host: str  # as the service names it: host[:port], lower case
    immutable_id: str


def read_resource(resource: ResourceId, *, credential: TokenCredential, cloud: Cloud) -> Resource:
    """Raises AzureError: 403 without the right to read it, 404 where there is none."""
    try:
        with _client(resource, credential, cloud) as client:
            found = client.communication_services.get(resource.resource_group, resource.name)
    except SdkError as error:
        raise AzureError.from_sdk(error) from None
    properties = found.properties
    assert properties is not None
    return Resource(
        id=str(found.id),
        name=str(found.name),
        host=(properties.host_name or "").lower(),
        immutable_id=str(properties.immutable_resource_id or ""),
    )


def read_connection_string(resource: ResourceId, *, credential: TokenCredential, cloud: Cloud) -> str:
    """The primary key's connection string. Raises AzureError; needs listKeys/action on the resource."""
    try:
        with _client(resource, credential, cloud) as client:
            keys = client.communication_services.list_keys(resource.resource_group, resource.name)
    except SdkError as error:
        raise AzureError.from_sdk(error) from None
    return str(keys.primary_connection_string)


def _client(resource: ResourceId, credential: TokenCredential, cloud: Cloud) -> CommunicationServiceManagementClient:
    return CommunicationServiceManagementClient(credential, resource.subscription_id, **cloud.management)

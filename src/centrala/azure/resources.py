"""Resource Manager: the Communication Services resource and its keys, through Microsoft's client."""

from collections.abc import Iterator
from contextlib import contextmanager
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


class Reader:
    """Reads one resource."""

    def __init__(self, client: CommunicationServiceManagementClient, resource: ResourceId) -> None:
        self._services = client.communication_services
        self._resource = resource

    def resource(self) -> Resource:
        """Raises AzureError: 403 without the right to read it, 404 where there is none."""
        try:
            found = self._services.get(self._resource.resource_group, self._resource.name)
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

    def connection_string(self) -> str:
        """The primary key's connection string. Raises AzureError; needs listKeys/action on the resource."""
        try:
            keys = self._services.list_keys(self._resource.resource_group, self._resource.name)
        except SdkError as error:
            raise AzureError.from_sdk(error) from None
        return str(keys.primary_connection_string)


@contextmanager
def reading(resource: ResourceId, *, credential: TokenCredential, cloud: Cloud) -> Iterator[Reader]:
    """For several questions by one client. Without retries of its own: its callers retry and show that they do, or go
    on without the answer; Microsoft's client would even repeat a 403 that names a time."""
    with CommunicationServiceManagementClient(
        credential, resource.subscription_id, **cloud.management, retry_total=0
    ) as client:
        yield Reader(client, resource)


def read_resource(resource: ResourceId, *, credential: TokenCredential, cloud: Cloud) -> Resource:
    """Raises AzureError: 403 without the right to read it, 404 where there is none."""
    with reading(resource, credential=credential, cloud=cloud) as reader:
        return reader.resource()


def read_connection_string(resource: ResourceId, *, credential: TokenCredential, cloud: Cloud) -> str:
    """The primary key's connection string. Raises AzureError; needs listKeys/action on the resource."""
    with reading(resource, credential=credential, cloud=cloud) as reader:
        return reader.connection_string()

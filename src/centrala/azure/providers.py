"""Resource providers of a subscription, through Microsoft's client."""

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError as SdkError
from azure.mgmt.resource.resources import ResourceManagementClient

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError

COMMUNICATION = "Microsoft.Communication"
EVENT_GRID = "Microsoft.EventGrid"
REGISTERED = "Registered"
REGISTERING = "Registering"


class Providers:
    """Every call may raise AzureError."""

    def __init__(self, client: ResourceManagementClient) -> None:
        self._client = client

    def state(self, namespace: str) -> str:
        """NotRegistered, Registering, Registered, Unregistering."""
        try:
            return str(self._client.providers.get(namespace).registration_state)
        except SdkError as error:
            raise AzureError.from_sdk(error) from None

    def register(self, namespace: str) -> None:
        """Begins it; the state says when it has ended."""
        try:
            self._client.providers.register(namespace)
        except SdkError as error:
            raise AzureError.from_sdk(error) from None


@contextmanager
def providers(subscription_id: str, *, credential: TokenCredential, cloud: Cloud) -> Iterator[Providers]:
    """Without retries of its own: callers retry, and show that they do."""
    with ResourceManagementClient(credential, subscription_id, **cloud.management, retry_total=0) as client:
        yield Providers(client)

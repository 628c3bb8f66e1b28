"""What of Azure a credential can see, through Microsoft's clients."""

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError as SdkError
from azure.core.exceptions import HttpResponseError
from azure.mgmt.communication import CommunicationServiceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ResourceId


def visible_resources(*, credential: TokenCredential, cloud: Cloud) -> list[ResourceId]:
    """The Communication Services resources of every subscription, by id. Raises AzureError."""
    try:
        with SubscriptionClient(credential, **cloud.management) as client:
            subscriptions = [str(one.subscription_id) for one in client.subscriptions.list()]
        found = [one for each in subscriptions for one in _in_subscription(each, credential, cloud)]
    except SdkError as error:
        raise AzureError.from_sdk(error) from None
    return sorted(found, key=str)


def _in_subscription(subscription_id: str, credential: TokenCredential, cloud: Cloud) -> list[ResourceId]:
    """Whoever may not list the subscription sees nothing of it."""
    with CommunicationServiceManagementClient(credential, subscription_id, **cloud.management) as client:
        try:
            return [ResourceId.parse(str(one.id)) for one in client.communication_services.list_by_subscription()]
        except HttpResponseError as error:
            if error.status_code in {403, 404}:
                return []
            raise

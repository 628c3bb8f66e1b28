"""Microsoft's own clients, pointed at a local cloud that stands at its seed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from azure.communication.phonenumbers import PhoneNumbersClient
from azure.communication.sms import SmsClient
from azure.identity import ClientSecretCredential
from azure.mgmt.communication import CommunicationServiceManagementClient
from azure.mgmt.eventgrid import EventGridManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from azure.mgmt.storage import StorageManagementClient

from localazure.certificates import Authority
from localazure.pytest_plugin import LocalAzure
from localazure_tests.acs import Acs
from localazure_tests.real_azure import ON_AZURE, RealAzure, real_azure
from localazure_tests.receiver import Receiver
from localazure_tests.storage import Storage
from localazure_tests.webhooks import TOPIC, Webhooks


@pytest.fixture(scope="session")
def either_cloud(request: pytest.FixtureRequest) -> Iterator[LocalAzure | RealAzure]:
    """The local cloud; with `make test-azure` a real subscription."""
    if not ON_AZURE:
        yield request.getfixturevalue("local_azure")
        return
    with real_azure() as real:
        yield real


@pytest.fixture(scope="module", autouse=True)
def left_as_found(either_cloud: LocalAzure | RealAzure) -> Iterator[None]:
    """Others share the local cloud and begin without a reset: a clock that runs a day a second is not for them."""
    yield
    if isinstance(either_cloud, LocalAzure):
        either_cloud.control.post("/_local/reset", json={}).raise_for_status()


@pytest.fixture
def azure(either_cloud: LocalAzure | RealAzure) -> LocalAzure | RealAzure:
    if isinstance(either_cloud, LocalAzure):
        either_cloud.control.post("/_local/reset", json={}).raise_for_status()
    return either_cloud


@pytest.fixture(scope="session")
def open_clients() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def credential(either_cloud: LocalAzure | RealAzure, open_clients: ExitStack) -> ClientSecretCredential:
    local = {
        "authority": either_cloud.url,
        "disable_instance_discovery": True,
        "connection_verify": either_cloud.ca_bundle,
    }
    return open_clients.enter_context(
        ClientSecretCredential(
            either_cloud.tenant_id,
            either_cloud.client_id,
            either_cloud.client_secret,
            **(local if isinstance(either_cloud, LocalAzure) else {}),
        )
    )


@pytest.fixture(scope="session")
def management(either_cloud: LocalAzure | RealAzure) -> dict[str, object]:
    return {
        "base_url": either_cloud.url,
        "credential_scopes": [f"{either_cloud.url}/.default"],
        "connection_verify": either_cloud.ca_bundle,
    }


@pytest.fixture(scope="session")
def subscriptions(credential, management, open_clients) -> SubscriptionClient:
    return open_clients.enter_context(SubscriptionClient(credential, **management))


@pytest.fixture(scope="session")
def resources(either_cloud, credential, management, open_clients) -> ResourceManagementClient:
    return open_clients.enter_context(ResourceManagementClient(credential, either_cloud.subscription_id, **management))


@pytest.fixture(scope="session")
def communication(either_cloud, credential, management, open_clients) -> CommunicationServiceManagementClient:
    client = CommunicationServiceManagementClient(credential, either_cloud.subscription_id, **management)
    return open_clients.enter_context(client)


@pytest.fixture(scope="session")
def event_grid(either_cloud, credential, management, open_clients) -> EventGridManagementClient:
    client = EventGridManagementClient(credential, either_cloud.subscription_id, **management)
    return open_clients.enter_context(client)


@pytest.fixture(scope="session")
def storage_management(either_cloud, credential, management, open_clients) -> StorageManagementClient:
    client = StorageManagementClient(credential, either_cloud.subscription_id, **management)
    return open_clients.enter_context(client)


@pytest.fixture
def storage(azure, storage_management, resources) -> Storage:
    return Storage(azure, storage_management, resources)


@pytest.fixture(scope="session")
def sms(either_cloud, open_clients) -> SmsClient:
    client = SmsClient.from_connection_string(
        either_cloud.acs.connection_string, connection_verify=either_cloud.ca_bundle
    )
    open_clients.enter_context(client._sms_service_client)
    return client


@pytest.fixture(scope="session")
def phone_numbers(either_cloud, open_clients) -> PhoneNumbersClient:
    client = PhoneNumbersClient.from_connection_string(
        either_cloud.acs.connection_string, connection_verify=either_cloud.ca_bundle
    )
    open_clients.enter_context(client._phone_number_client)
    return client


@pytest.fixture(scope="session")
def http(local_azure: LocalAzure) -> Iterator[httpx.Client]:
    """The bare wire, for what no SDK would send."""
    import ssl

    context = ssl.create_default_context(cafile=local_azure.ca_bundle)
    with httpx.Client(base_url=local_azure.url, verify=context, trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture
def acs(azure: LocalAzure, http: httpx.Client) -> Acs:
    return Acs(azure, http)


@pytest.fixture
def token(credential: ClientSecretCredential, local_azure: LocalAzure) -> str:
    return credential.get_token(f"{local_azure.url}/.default").token


@pytest.fixture(scope="session")
def certificate(local_azure: LocalAzure, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return Authority(local_azure.data).issue(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def receiver(certificate: tuple[Path, Path]) -> Iterator[Callable[[], Receiver]]:
    """Makes webhooks that listen over TLS until the test ends."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Receiver(*certificate))


@pytest.fixture(scope="module")
def topic_for_the_module(either_cloud: LocalAzure | RealAzure, event_grid: EventGridManagementClient) -> Iterator[None]:
    """A real source has one system topic only, so that of `webhooks` goes when its module ends."""
    yield
    if isinstance(either_cloud, RealAzure):
        event_grid.system_topics.begin_delete(either_cloud.resource_group, TOPIC).result()


@pytest.fixture
def webhooks(azure, event_grid, resources, topic_for_the_module) -> Webhooks:
    return Webhooks(azure, event_grid, resources)


@pytest.fixture
def advance(azure: LocalAzure) -> Callable[[float], None]:
    """Moves the local cloud's clock, in seconds."""

    def advance(seconds: float) -> None:
        azure.control.post("/_local/clock", json={"advance_seconds": seconds}).raise_for_status()

    return advance


@pytest.fixture
def write(azure: LocalAzure) -> Callable[..., str]:
    """A customer writes to a number of the resource, the first one by default; returns the message id."""

    def write(text: str = "Hello", *, number: int = 0) -> str:
        body = {"from": "+14255550123", "to": azure.acs.phone_numbers[number], "text": text}
        answer = azure.control.post("/_local/sms", json=body).raise_for_status()
        return answer.json()["items"][0]["message_id"]

    return write

"""A real subscription in the place of the local cloud: `make test-azure`, docs/test-azure.md."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex

import certifi
import pytest
from azure.identity import ClientSecretCredential
from azure.mgmt.communication import CommunicationServiceManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from localazure.pytest_plugin import Communication

ON_AZURE = os.environ.get("CENTRALA_TESTS_ON_AZURE") == "1"
MANAGEMENT = "https://management.azure.com"
NEEDED = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_SUBSCRIPTION_ID")
TEXTS = ("AZURE_TEST_CONNECTION_STRING", "AZURE_TEST_NUMBER", "AZURE_TEST_RECIPIENT")

PLACE = ("AZURE_TEST_PUBLIC_URL", "AZURE_TEST_PORT")


@dataclass(frozen=True, kw_only=True)
class RealAzure:
    """What tests of both clouds take from LocalAzure, by the same names. There is no control API."""

    tenant_id: str
    client_id: str
    client_secret: str
    subscription_id: str
    resource_group: str
    acs: Communication
    url: str = MANAGEMENT
    ca_bundle: str = certifi.where()


@contextmanager
def real_azure() -> Iterator[RealAzure]:
    """A resource group of its own with one Communication Services resource, removed at the end with all it holds."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        pytest.skip(f"REAL AZURE WAS NOT TRIED: {', '.join(missing)} not set (docs/test-azure.md)")
    tenant, client, secret, subscription = (os.environ[name] for name in NEEDED)
    group, location = f"centrala-test-{token_hex(4)}", os.environ.get("AZURE_TEST_LOCATION", "westeurope")
    with (
        ClientSecretCredential(tenant, client, secret) as credential,
        ResourceManagementClient(credential, subscription) as resources,
        CommunicationServiceManagementClient(credential, subscription) as communication,
    ):
        resources.resource_groups.create_or_update(group, {"location": location, "tags": {"purpose": "centrala test"}})
        try:
            yield RealAzure(
                tenant_id=tenant,
                client_id=client,
                client_secret=secret,
                subscription_id=subscription,
                resource_group=group,
                acs=_resource(communication, group),
            )
        finally:
            resources.resource_groups.begin_delete(group).result()


def texts() -> tuple[str, str, str]:
    """Connection string, a number that may send and call, and a telephone: for what is really sent, or called. Skips
    without them: it costs money."""
    missing = [name for name in TEXTS if not os.environ.get(name)]
    if missing:
        pytest.skip(f"A TEXT OR CALL ON REAL AZURE WAS NOT TRIED: {', '.join(missing)} not set (docs/test-azure.md)")
    connection, sender, recipient = (os.environ[name] for name in TEXTS)
    return connection, sender, recipient


def public_place() -> tuple[str, int]:
    """The https address of this machine, and the port on which it leads to a test. Skips without them."""
    missing = [name for name in PLACE if not os.environ.get(name)]
    if missing:
        pytest.skip(f"A CALL ON REAL AZURE WAS NOT TRIED: {', '.join(missing)} not set (docs/test-azure.md)")
    url, port = (os.environ[name] for name in PLACE)
    return url.rstrip("/"), int(port)


def _resource(communication: CommunicationServiceManagementClient, group: str) -> Communication:
    services, name = communication.communication_services, f"centrala-test-{token_hex(4)}"
    body = {"location": "global", "properties": {"dataLocation": "Europe"}}
    made = services.begin_create_or_update(group, name, body).result()
    return Communication(
        resource_name=name,
        resource_id=str(made.id),
        connection_string=str(services.list_keys(group, name).primary_connection_string),
        phone_numbers=(),
    )

"""The whole line by hand, with Microsoft's own clients: resource, keys, connect, topic, subscription, SMS, report."""

import os
import ssl
from collections.abc import Iterator

import httpx
import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.mgmt.communication import CommunicationServiceManagementClient
from azure.mgmt.eventgrid import EventGridManagementClient
from azure.mgmt.eventgrid.models import (
    EventSubscription,
    EventSubscriptionFilter,
    SystemTopic,
    WebHookEventSubscriptionDestination,
)
from azure.mgmt.resource.resources import ResourceManagementClient

from ready_file import assert_keeps_contract
from running_demo import Demo, until

pytestmark = pytest.mark.long

CUSTOMER = "+14255550130"
SMS_EVENTS = ["Microsoft.Communication.SMSReceived", "Microsoft.Communication.SMSDeliveryReportReceived"]


class Azure:
    """Microsoft's clients, signed in as the demo's principal."""

    def __init__(self, demo: Demo) -> None:
        azure = demo.azure
        common = {
            "base_url": azure["url"],
            "credential_scopes": [f"{azure['url']}/.default"],
            "connection_verify": azure["ca_bundle"],
        }
        credential = ClientSecretCredential(
            azure["tenant_id"],
            azure["client_id"],
            azure["client_secret"],
            authority=azure["url"],
            disable_instance_discovery=True,
            connection_verify=azure["ca_bundle"],
        )
        self.group = azure["resource_group"]
        self.resources = ResourceManagementClient(credential, azure["subscription_id"], **common)
        self.communication = CommunicationServiceManagementClient(credential, azure["subscription_id"], **common)
        self.events = EventGridManagementClient(credential, azure["subscription_id"], **common)

    def close(self) -> None:
        for client in (self.resources, self.communication, self.events):
            client.close()


@pytest.fixture(scope="module")
def azure(unconnected: Demo) -> Iterator[Azure]:
    clients = Azure(unconnected)
    yield clients
    clients.close()


def application(demo: Demo, name: str) -> str:
    with demo.control() as control:
        answer = control.post("/_local/applications", json={"name": name}).raise_for_status()
    return str(answer.json()["client_id"])


def subscription(demo: Demo, *, url: str, app: str) -> EventSubscription:
    return EventSubscription(
        destination=WebHookEventSubscriptionDestination(
            endpoint_url=url,
            azure_active_directory_tenant_id=demo.azure["tenant_id"],
            azure_active_directory_application_id_or_uri=app,
        ),
        filter=EventSubscriptionFilter(included_event_types=SMS_EVENTS),
    )


@pytest.fixture(scope="module")
def connected(unconnected: Demo, azure: Azure) -> dict[str, str]:
    """Connects by the command line with what the clients found; answers the endpoint's URL and the application."""
    resource = next(iter(azure.communication.communication_services.list_by_resource_group(azure.group)))
    keys = azure.communication.communication_services.list_keys(azure.group, str(resource.name))
    app = application(unconnected, "Centrala by hand")

    command = ["connect", "--resource-id", str(resource.id), "--yes", "--event-grid-app-id", app]
    command += ["--event-grid-app-tenant-id", unconnected.azure["tenant_id"]]
    done = unconnected.command(*command, ACS_CONNECTION_STRING=str(keys.primary_connection_string))

    assert done.returncode == 0, done.stderr
    lines = dict(line.partition(": ")[::2] for line in done.stdout.splitlines())
    return {"resource_id": str(resource.id), "url": lines["SMS"], "app": app, "command": " ".join(command)}


def test_ready_file_has_nulls_where_nothing_is_connected(unconnected: Demo) -> None:
    assert_keeps_contract(unconnected.facts, connected=False)


def test_resource_and_its_keys_are_listed(unconnected: Demo, azure: Azure) -> None:
    resources = list(azure.communication.communication_services.list_by_subscription())

    assert [resource.name for resource in resources] == [unconnected.acs["resource_name"]]
    keys = azure.communication.communication_services.list_keys(azure.group, unconnected.acs["resource_name"])
    assert keys.primary_connection_string == unconnected.acs["connection_string"]


def test_provisioning_at_a_terminal_shows_its_plan_and_asks(unconnected: Demo) -> None:
    ours, theirs = os.openpty()
    os.write(ours, b"no\n")

    with os.fdopen(theirs) as terminal:
        done = unconnected.command("provision", stdin=terminal)
    os.close(ours)

    assert (done.returncode, done.stderr.strip()) == (1, "centrala: Nothing was changed.")
    assert "centrala-sms" in done.stdout
    assert "Go on? [y/N]" in done.stdout


@pytest.fixture(scope="module")
def topic(azure: Azure, connected: dict[str, str]) -> str:
    azure.resources.providers.register("Microsoft.EventGrid")
    until(lambda: azure.resources.providers.get("Microsoft.EventGrid").registration_state == "Registered")
    wanted = SystemTopic(
        location="global", source=connected["resource_id"], topic_type="Microsoft.Communication.CommunicationServices"
    )
    made = azure.events.system_topics.begin_create_or_update(azure.group, "acs-events", wanted).result()
    return str(made.name)


def test_wrong_application_fails_the_handshake_and_the_log_says_why(
    unconnected: Demo, azure: Azure, connected: dict[str, str], topic: str
) -> None:
    other = application(unconnected, "Somebody else's")
    wanted = subscription(unconnected, url=connected["url"], app=other)

    with pytest.raises(HttpResponseError) as failure:
        azure.events.system_topic_event_subscriptions.begin_create_or_update(
            azure.group, topic, "wrong", wanted
        ).result()

    assert failure.value.error is not None
    assert failure.value.error.code == "Url validation"
    assert "Webhook validation handshake failed" in str(failure.value)
    refusals = until(
        lambda: [line for line in unconnected.log.read_text().splitlines() if "refused" in line and other in line]
    )
    assert all(connected["app"] in line for line in refusals)
    assert "Bearer " not in unconnected.log.read_text()


def test_sms_comes_in_and_the_answers_delivery_report_comes_back(
    unconnected: Demo, azure: Azure, connected: dict[str, str], topic: str
) -> None:
    wanted = subscription(unconnected, url=connected["url"], app=connected["app"])
    made = azure.events.system_topic_event_subscriptions.begin_create_or_update(
        azure.group, topic, "sms", wanted
    ).result()
    assert made.provisioning_state == "Succeeded"
    number = unconnected.acs["phone_numbers"][0]

    with unconnected.control() as control, unconnected.api() as api:
        control.post("/_local/sms", json={"from": CUSTOMER, "to": number, "text": "Where is it?"}).raise_for_status()
        conversation = until(
            lambda: api.get("/api/v1/conversations", params={"customer": CUSTOMER}).raise_for_status().json()["items"]
        )[0]
        messages = f"/api/v1/conversations/{conversation['id']}/messages"
        api.post(messages, json={"text": "On its way."}).raise_for_status()

        until(lambda: api.get(messages).json()["items"][-1]["state"] == "delivered")

        thread = [(item["direction"], item["text"], item["state"]) for item in api.get(messages).json()["items"]]
        assert thread == [("inbound", "Where is it?", "received"), ("outbound", "On its way.", "delivered")]
        phone = control.get("/_local/inbox", params={"number": CUSTOMER}).json()["items"]
        assert [item["text"] for item in phone] == ["Where is it?", "On its way."]


def test_disconnected_endpoint_is_gone_until_the_resource_is_connected_again(
    unconnected: Demo, connected: dict[str, str]
) -> None:
    def status() -> int:
        return httpx.post(connected["url"], json=[], verify=trust(unconnected), trust_env=False).status_code

    assert status() == 401

    done = unconnected.command("disconnect", "--yes")

    assert (done.returncode, done.stderr) == (0, "")
    until(lambda: status() == 404)
    assert unconnected.command("disconnect", "--yes").returncode == 1

    again = unconnected.command(
        *connected["command"].split(), ACS_CONNECTION_STRING=unconnected.acs["connection_string"]
    )
    assert connected["url"] in again.stdout
    until(lambda: status() == 401)


def trust(demo: Demo) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=demo.azure["ca_bundle"])

"""The same on the local cloud and on a real subscription (`make test-azure`): names are unique, nothing is left."""

from secrets import token_hex

import pytest
from azure.communication.sms import SmsClient
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.mgmt.authorization import AuthorizationManagementClient

from localazure_tests import real_azure

pytestmark = pytest.mark.azure

KIND = "Microsoft.Communication/CommunicationServices"


@pytest.fixture
def name() -> str:
    return f"centrala-test-{token_hex(4)}"


@pytest.fixture
def topic(azure, resources, event_grid, name):
    """A system topic on the resource, removed again."""
    resources.providers.register("Microsoft.EventGrid")
    body = {
        "location": "global",
        "properties": {
            "source": azure.acs.resource_id,
            "topicType": "Microsoft.Communication.CommunicationServices",
        },
    }
    yield event_grid.system_topics.begin_create_or_update(azure.resource_group, name, body).result()
    event_grid.system_topics.begin_delete(azure.resource_group, name).result()


def test_token_is_given_and_the_subscription_seen(azure, subscriptions):
    found = {one.subscription_id: one for one in subscriptions.subscriptions.list()}

    assert found[azure.subscription_id].state == "Enabled"
    assert subscriptions.subscriptions.get(azure.subscription_id).tenant_id == azure.tenant_id


def test_group_lives_and_dies(azure, resources, name):
    groups = resources.resource_groups

    made = groups.create_or_update(name, {"location": "westeurope", "tags": {"purpose": "centrala test"}})
    existed = groups.check_existence(name.upper())
    groups.begin_delete(name).result()

    assert (made.name, made.location, made.properties.provisioning_state) == (name, "westeurope", "Succeeded")
    assert existed
    assert not groups.check_existence(name)


def test_resource_lives_and_dies(azure, communication, name):
    services = communication.communication_services
    body = {"location": "global", "properties": {"dataLocation": "Europe"}, "tags": {"for": "a test"}}

    made = services.begin_create_or_update(azure.resource_group, name, body).result()
    changed = services.update(azure.resource_group, name, {"tags": {"for": "another"}})
    services.begin_delete(azure.resource_group, name).result()

    assert (made.name, made.provisioning_state, made.data_location) == (name, "Succeeded", "Europe")
    assert changed.tags == {"for": "another"}
    with pytest.raises(ResourceNotFoundError) as caught:
        services.get(azure.resource_group, name)
    assert caught.value.error.code == "ResourceNotFound"


def test_taken_name_is_not_available(azure, communication, name):
    services = communication.communication_services

    taken = services.check_name_availability({"name": azure.acs.resource_name, "type": KIND})
    free = services.check_name_availability({"name": name, "type": KIND})

    assert (taken.name_available, taken.reason) == (False, "AlreadyExists")
    assert free.name_available


def test_what_is_not_there_has_its_code(azure, resources, communication, name):
    with pytest.raises(ResourceNotFoundError) as no_group:
        resources.resource_groups.get(name)
    with pytest.raises(ResourceNotFoundError) as no_resource:
        communication.communication_services.get(azure.resource_group, name)

    assert no_group.value.error.code == "ResourceGroupNotFound"
    assert no_resource.value.error.code == "ResourceNotFound"


def test_permissions_on_the_resource_are_told(azure, credential, management):
    with AuthorizationManagementClient(credential, azure.subscription_id, **management) as client:
        found = list(
            client.permissions.list_for_resource(
                azure.resource_group, "Microsoft.Communication", "", "communicationServices", azure.acs.resource_name
            )
        )

    assert any(one.actions for one in found)


def test_system_topic_takes_the_source_for_itself(azure, event_grid, topic, name):
    other = {"location": "global", "properties": {"source": topic.source, "topicType": topic.topic_type}}

    with pytest.raises(HttpResponseError) as caught:
        event_grid.system_topics.begin_create_or_update(azure.resource_group, f"{name}-b", other).result()

    assert topic.provisioning_state == "Succeeded"
    assert [one.name for one in event_grid.system_topics.list_by_resource_group(azure.resource_group)] == [name]
    assert "Only one system topic is allowed per source" in caught.value.error.message


def test_handshake_with_an_endpoint_in_plain_http_is_refused(azure, event_grid, topic):
    body = {"properties": {"destination": {"endpointType": "WebHook", "properties": {"endpointUrl": "http://x.test/"}}}}

    with pytest.raises(HttpResponseError) as caught:
        event_grid.system_topic_event_subscriptions.begin_create_or_update(
            azure.resource_group, topic.name, "hook", body
        ).result()

    assert 400 <= caught.value.status_code < 500


def test_wrong_key_is_refused(azure):
    endpoint = azure.acs.connection_string.partition(";")[0]
    client = SmsClient.from_connection_string(f"{endpoint};accesskey={'A' * 43}=", connection_verify=azure.ca_bundle)

    with client._sms_service_client, pytest.raises(ClientAuthenticationError) as caught:
        client.send("+18335550100", "+14255550123", "never sent")

    assert caught.value.status_code == 401


def test_text_is_accepted_with_an_id(azure):
    local = (azure.acs.connection_string, *azure.acs.phone_numbers[:1], "+14255550123")
    connection, sender, recipient = real_azure.texts() if real_azure.ON_AZURE else local
    client = SmsClient.from_connection_string(connection, connection_verify=azure.ca_bundle)

    with client._sms_service_client:
        [result] = client.send(sender, recipient, "Centrala's test")

    assert (result.http_status_code, result.successful, result.to) == (202, True, recipient)
    assert result.message_id

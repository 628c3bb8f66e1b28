"""The same on the local cloud and on a real subscription (`make test-azure`): names are unique, nothing is left."""

from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest
from azure.communication.identity import CommunicationIdentityClient, CommunicationTokenScope
from azure.communication.phonenumbers.siprouting import SipRoutingClient
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


@pytest.fixture
def no_group(resources, name):
    """The name of a group that must not come to be; removed if it did."""
    yield name
    if resources.resource_groups.check_existence(name):
        resources.resource_groups.begin_delete(name).result()


def code_of(call, *arguments, **options):
    with pytest.raises(HttpResponseError) as caught:
        call(*arguments, **options)
    return caught.value.status_code, caught.value.error.code


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


def test_tags_beyond_their_limits_are_refused(resources, no_group):
    tags = [{str(number): "" for number in range(51)}, {"n" * 513: ""}, {"n": "v" * 257}, {"a/b": ""}]

    codes = [
        code_of(resources.resource_groups.create_or_update, no_group, {"location": "westeurope", "tags": each})
        for each in tags
    ]

    expected = ("InvalidTags", "InvalidTagName", "InvalidTagValueLength", "InvalidTagNameCharacters")
    assert codes == [(400, code) for code in expected]


def test_nothing_is_made_where_there_is_no_region(azure, resources, communication, no_group):
    body = {"location": "mars", "properties": {"dataLocation": "Europe"}}

    group = code_of(resources.resource_groups.create_or_update, no_group, {"location": "mars"})
    resource = code_of(
        communication.communication_services.begin_create_or_update, azure.resource_group, no_group, body
    )

    assert group == (400, "LocationNotAvailableForResourceGroup")
    assert resource == (400, "LocationNotAvailableForResourceType")


def test_provider_is_registered_and_tells_its_types(resources):
    asked = resources.providers.register("Microsoft.EventGrid").registration_state
    found = resources.providers.get("microsoft.eventgrid")

    assert asked in {"Registering", "Registered"}
    assert found.registration_state in {"Registering", "Registered"}
    assert "systemTopics" in [one.resource_type for one in found.resource_types]


def test_roles_on_the_group_are_listed_with_those_it_inherits(azure, credential, management):
    with AuthorizationManagementClient(credential, azure.subscription_id, **management) as client:
        found = list(client.role_assignments.list_for_resource_group(azure.resource_group, filter="atScope()"))

    group = f"/subscriptions/{azure.subscription_id}/resourceGroups/{azure.resource_group}".lower()
    assert found
    assert all(group.startswith(one.scope.lower().rstrip("/")) for one in found)


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


def test_source_without_event_subscriptions_lists_none(azure, event_grid):
    subscriptions = event_grid.event_subscriptions

    found = subscriptions.list_by_resource(
        azure.resource_group, "Microsoft.Communication", "CommunicationServices", azure.acs.resource_name
    )
    missing = code_of(subscriptions.get, azure.acs.resource_id.lstrip("/"), "nobody")

    assert (list(found), missing) == ([], (404, "ResourceNotFound"))


def test_numbers_of_the_resource_are_listed_and_no_others_found(azure, phone_numbers):
    found = [one.phone_number for one in phone_numbers.list_purchased_phone_numbers()]

    assert found == list(azure.acs.phone_numbers)
    assert code_of(phone_numbers.get_purchased_phone_number, "+18335559999")[0] == 404


def test_numbers_on_offer_are_told(phone_numbers):
    countries = [one.country_code for one in phone_numbers.list_available_countries()]
    codes = [one.area_code for one in phone_numbers.list_available_area_codes("US", "tollFree")]
    offerings = list(phone_numbers.list_available_offerings("US", phone_number_type="tollFree"))

    assert {"US", "GB"} <= set(countries)
    assert "833" in codes
    assert {one.phone_number_type for one in offerings} == {"tollFree"}


def test_direct_routing_is_empty_at_first(azure):
    client = SipRoutingClient.from_connection_string(azure.acs.connection_string, connection_verify=azure.ca_bundle)

    with client:
        assert (list(client.list_trunks()), list(client.list_routes())) == ([], [])


def test_user_gets_a_token_until_they_are_deleted(azure):
    client = CommunicationIdentityClient.from_connection_string(
        azure.acs.connection_string, connection_verify=azure.ca_bundle
    )
    scopes = [CommunicationTokenScope.CHAT]

    with client._identity_service_client:
        user, token = client.create_user_and_token(scopes, token_expires_in=timedelta(hours=1))
        client.revoke_tokens(user)
        again = client.get_token(user, scopes)
        client.delete_user(user)
        gone = code_of(client.get_token, user, scopes)[0]

    assert user.properties["id"].startswith("8:acs:")
    left = datetime.fromisoformat(token.expires_on) - datetime.now(UTC)
    assert timedelta(minutes=55) < left <= timedelta(hours=1)
    assert again.token != token.token
    assert 400 <= gone < 500


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

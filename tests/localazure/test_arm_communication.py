"""communicationServices: every operation of the specification."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.core.exceptions import HttpResponseError

VERSION = {"api-version": "2025-09-01"}


@pytest.fixture
def services(communication):
    return communication.communication_services


@pytest.fixture
def write(azure, http, token):
    """By hand, for what no SDK would send."""

    def write(method, body, *, name=None, suffix=""):
        path = azure.acs.resource_id.replace(azure.acs.resource_name, name or azure.acs.resource_name)
        return http.request(
            method, path + suffix, params=VERSION, json=body, headers={"authorization": f"Bearer {token}"}
        )

    return write


@pytest.mark.azure
def test_operations_of_the_provider_are_told(communication):
    names = [each.name for each in communication.operations.list()]

    assert "Microsoft.Communication/CommunicationServices/listKeys/action" in names


def test_identity_comes_and_goes(azure, services):
    user = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/hub"
    place = (azure.resource_group, azure.acs.resource_name)

    system = services.update(*place, {"identity": {"type": "SystemAssigned"}}).identity
    both = services.update(
        *place, {"identity": {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": {user: {}}}}
    ).identity
    only_user = services.update(*place, {"identity": {"type": "UserAssigned"}}).identity
    none = services.update(*place, {"identity": {"type": "None"}}).identity

    assert (system.type, system.tenant_id) == ("SystemAssigned", azure.tenant_id)
    assert both.principal_id == system.principal_id
    assert both.user_assigned_identities[user].client_id
    assert (only_user.type, only_user.principal_id) == ("UserAssigned", None)
    assert none is None


def test_notification_hub_is_linked_within_the_subscription(azure, services):
    hub = "/resourceGroups/g/providers/Microsoft.NotificationHubs/namespaces/n/notificationHubs/h"
    place = (azure.resource_group, azure.acs.resource_name)
    own, other = f"/subscriptions/{azure.subscription_id}{hub}", f"/subscriptions/another{hub}"

    linked = services.link_notification_hub(*place, {"resourceId": own, "connectionString": "Endpoint=sb://n/"})
    with pytest.raises(HttpResponseError) as caught:
        services.link_notification_hub(*place, {"resourceId": other, "connectionString": "Endpoint=sb://n/"})

    assert linked.resource_id == services.get(*place).notification_hub_id == own
    assert (caught.value.status_code, caught.value.error.code) == (400, "WrongSubscription")


def test_resource_remembers_who_made_it_and_who_changed_it(azure, services):
    body = {"location": "global", "properties": {"dataLocation": "Europe"}}

    made = services.begin_create_or_update(azure.resource_group, "acs-second", body).result()

    assert (made.system_data.created_by, made.system_data.created_by_type) == (azure.client_id, "Application")
    assert made.system_data.last_modified_by == azure.client_id


@pytest.mark.azure
def test_resource_is_looked_for_without_being_read(azure, resources):
    assert resources.resources.check_existence_by_id(azure.acs.resource_id, api_version="2025-09-01")
    assert not resources.resources.check_existence_by_id(f"{azure.acs.resource_id}-other", api_version="2025-09-01")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"location": "global", "properties": {"dataLocation": "Europe", "colour": "red"}}, "InvalidRequestContent"),
        ({"location": "global", "colour": "red", "properties": {}}, "InvalidRequestContent"),
        ({"location": "westeurope", "properties": {"dataLocation": "Europe"}}, "LocationNotAvailableForResourceType"),
        ({"location": "global", "properties": {"dataLocation": "Mars"}}, "InvalidResource"),
        ({"properties": {"dataLocation": "Europe"}}, "LocationRequired"),
        (
            {"location": "global", "properties": {"dataLocation": "Europe", "publicNetworkAccess": "Sometimes"}},
            "InvalidResource",
        ),
        (
            {"location": "global", "properties": {"dataLocation": "Europe"}, "identity": {"type": "Mine"}},
            "InvalidResource",
        ),
        (
            {"location": "global", "properties": {"dataLocation": "Europe"}, "identity": {"type": "UserAssigned"}},
            "InvalidResource",
        ),
    ],
)
def test_impossible_resource_is_refused_and_not_half_made(azure, services, write, body, code):
    answer = write("PUT", body, name="acs-second")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert [each.name for each in services.list_by_subscription()] == [azure.acs.resource_name]


def test_what_was_read_can_be_written_back(azure, services, write, http, token):
    read = http.get(azure.acs.resource_id, params=VERSION, headers={"authorization": f"Bearer {token}"}).json()

    assert write("PUT", read).json()["properties"] == read["properties"]


def test_two_writers_at_once_leave_one_whole_resource(azure, services, write):
    def put(number):
        tags = {"writer": str(number), "same": str(number)}
        body = {"location": "global", "tags": tags, "properties": {"dataLocation": "Europe"}}
        return write("PUT", body, name="acs-second").status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(put, range(24)))

    tags = services.get(azure.resource_group, "acs-second").tags
    assert statuses == [200] * 23 + [201]
    assert tags["writer"] == tags["same"]
    assert len(list(services.list_by_subscription())) == 2


@pytest.mark.parametrize("state", ["Enabled", "Warned", "Disabled"])
def test_disabled_subscription_can_be_read_and_emptied_but_not_written(
    azure, services, resources, subscriptions, write, state
):
    azure.control.post("/_local/subscription", json={"state": state}).raise_for_status()

    answers = [write("PATCH", {"tags": {}}), write("POST", {"keyType": "Primary"}, suffix="/regenerateKey")]

    assert [each.state for each in subscriptions.subscriptions.list()] == [state]
    assert services.list_keys(azure.resource_group, azure.acs.resource_name).primary_key
    if state == "Disabled":
        assert [each.status_code for each in answers] == [409, 409]
        assert answers[0].json()["error"]["code"] == "ReadOnlyDisabledSubscription"
    else:
        assert [each.status_code for each in answers] == [200, 200]
    services.begin_delete(azure.resource_group, azure.acs.resource_name).result()
    assert list(services.list_by_subscription()) == []


def test_unknown_subscription_state_is_refused(azure):
    body = {"state": "Enabled", "id": "11111111-1111-1111-1111-111111111111"}

    assert azure.control.post("/_local/subscription", json={"state": "Gone"}).status_code == 400
    assert azure.control.post("/_local/subscription", json=body).json()["error"]["code"] == "invalid"

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from cryptography.hazmat.primitives.asymmetric import rsa

VERSION = {"api-version": "2022-12-01"}


def bearer(token):
    return {"authorization": f"Bearer {token}"}


def test_subscription_group_and_resource_are_found(azure, subscriptions, resources, communication):
    [subscription] = subscriptions.subscriptions.list()
    [group] = resources.resource_groups.list()
    [resource] = communication.communication_services.list_by_subscription()

    assert (subscription.subscription_id, subscription.display_name) == (azure.subscription_id, "Local")
    assert subscription.tenant_id == azure.tenant_id
    assert group.name == azure.resource_group == "rg-centrala"
    assert resource.id == azure.acs.resource_id
    assert (resource.data_location, resource.host_name) == ("Europe", azure.url.removeprefix("https://"))
    assert resource.immutable_resource_id


def test_subscription_and_group_are_read_one_by_one(azure, subscriptions, resources):
    assert subscriptions.subscriptions.get(azure.subscription_id).state == "Enabled"
    assert resources.resource_groups.get("RG-CENTRALA").location == "westeurope"


def test_cloud_describes_itself_without_a_token(azure, http):
    """As one object to today's az, as a list to older ones."""
    today = http.get("/metadata/endpoints", params={"api-version": "2022-09-01"}).json()
    older = http.get("/metadata/endpoints", params={"api-version": "2019-05-01"}).json()

    assert (today["resourceManager"], today["authentication"]["loginEndpoint"]) == (azure.url, azure.url)
    assert older == [today]


def test_removal_can_be_followed_by_its_location(azure, http, token):
    removed = http.delete(azure.acs.resource_id, params={"api-version": "2025-09-01"}, headers=bearer(token))

    assert removed.status_code == 202
    assert http.get(removed.headers["location"], headers=bearer(token)).status_code == 204


@pytest.mark.azure
def test_tenant_and_locations_are_listed(azure, subscriptions):
    tenants = [one.tenant_id for one in subscriptions.tenants.list()]

    assert azure.tenant_id in tenants
    assert "westeurope" in [each.name for each in subscriptions.subscriptions.list_locations(azure.subscription_id)]


@pytest.mark.azure
def test_resources_of_a_group_can_be_filtered_by_type(azure, resources):
    kinds = {
        kind: [each.id for each in resources.resources.list_by_resource_group(
            azure.resource_group, filter=f"resourceType eq '{kind}'")]
        for kind in ("microsoft.communication/communicationservices", "Microsoft.EventGrid/systemTopics")
    }  # fmt: skip

    assert list(kinds.values()) == [[azure.acs.resource_id], []]


@pytest.mark.azure
def test_keys_are_those_of_the_connection_string(azure, communication):
    keys = communication.communication_services.list_keys(azure.resource_group, azure.acs.resource_name)

    assert keys.primary_connection_string == azure.acs.connection_string
    assert keys.secondary_key not in keys.primary_connection_string


@pytest.mark.azure
def test_regenerated_key_replaces_only_the_one_asked_for(azure, communication):
    services = communication.communication_services
    before = services.list_keys(azure.resource_group, azure.acs.resource_name)

    after = services.regenerate_key(azure.resource_group, azure.acs.resource_name, {"keyType": "Secondary"})

    assert after.primary_key == before.primary_key
    assert after.secondary_key != before.secondary_key


def test_resource_is_made_changed_and_removed(azure, communication):
    services, name = communication.communication_services, "acs-second"
    body = {"location": "global", "properties": {"dataLocation": "Europe"}, "tags": {"for": "a test"}}

    made = services.begin_create_or_update(azure.resource_group, name, body).result()
    changed = services.update(azure.resource_group, name, {"tags": {"for": "another"}})
    found = [each.name for each in services.list_by_resource_group(azure.resource_group)]
    services.begin_delete(azure.resource_group, name).result()

    assert (made.provisioning_state, made.tags) == ("Succeeded", {"for": "a test"})
    assert changed.tags == {"for": "another"}
    assert found == [azure.acs.resource_name, name]
    with pytest.raises(ResourceNotFoundError) as caught:
        services.get(azure.resource_group, name)
    assert caught.value.error.code == "ResourceNotFound"


@pytest.mark.parametrize(
    ("name", "reason"), [("acs-centrala", "AlreadyExists"), ("no spaces", "Invalid"), ("acs-free", None)]
)
def test_name_availability_says_why_not(azure, communication, name, reason):
    answer = communication.communication_services.check_name_availability(
        {"name": name, "type": "Microsoft.Communication/CommunicationServices"}
    )

    assert (answer.name_available, answer.reason) == (reason is None, reason)


def test_group_is_made_changed_and_removed(azure, resources):
    groups = resources.resource_groups

    made = groups.create_or_update("rg-second", {"location": "West Europe", "tags": {"for": "a test"}})
    changed = groups.update("RG-second", {"tags": {"for": "another"}})
    tagged = [each.name for each in groups.list(filter="tagName eq 'for' and tagValue eq 'another'")]
    existed = groups.check_existence("RG-SECOND")
    groups.begin_delete("rg-second").result()

    assert (made.name, made.location) == ("rg-second", "westeurope")
    assert (changed.tags, changed.location) == ({"for": "another"}, "westeurope")
    assert (tagged, existed) == (["rg-second"], True)
    assert not groups.check_existence("rg-second")


@pytest.mark.azure
def test_group_cannot_move(azure, resources):
    with pytest.raises(HttpResponseError) as caught:
        resources.resource_groups.create_or_update(azure.resource_group, {"location": "polandcentral"})

    assert (caught.value.status_code, caught.value.error.code) == (409, "InvalidResourceGroupLocation")


def test_removed_group_takes_all_it_holds_along(azure, resources, communication):
    resources.resource_groups.begin_delete(azure.resource_group).result()

    assert list(communication.communication_services.list_by_subscription()) == []
    assert list(resources.resources.list()) == []


def test_resources_are_filtered_and_expanded(azure, resources):
    name = f"resourceGroup eq '{azure.resource_group}' and substringof('centrala', name)"

    [found] = resources.resources.list(filter=name, expand="createdTime,provisioningState")

    assert (found.name, found.provisioning_state) == (azure.acs.resource_name, "Succeeded")
    assert found.created_time
    assert list(resources.resources.list(filter="name eq 'other'")) == []
    with pytest.raises(HttpResponseError) as caught:
        list(resources.resources.list(filter="color eq 'red'"))
    assert caught.value.error.code == "InvalidFilterInQueryString"


@pytest.mark.azure
def test_providers_are_known_to_the_tenant_too(azure, resources):
    names = {each.namespace for each in resources.providers.list_at_tenant_scope()}

    assert {"Microsoft.Communication", "Microsoft.EventGrid"} <= names
    types = [
        each.resource_type for each in resources.providers.get_at_tenant_scope("microsoft.eventgrid").resource_types
    ]
    assert "systemTopics" in types
    assert {each.namespace for each in resources.providers.list()} == names


def test_unregistered_provider_refuses_new_resources(azure, resources, http, token):
    asked = resources.providers.unregister("Microsoft.Communication").registration_state
    after = resources.providers.get("Microsoft.Communication").registration_state
    body = {"location": "global", "properties": {"dataLocation": "Europe"}}

    # by hand, because Microsoft's client registers the provider by itself
    path = azure.acs.resource_id.replace(azure.acs.resource_name, "acs-second")
    answer = http.put(path, params={"api-version": "2025-09-01"}, json=body, headers=bearer(token))

    assert (asked, after) == ("Unregistering", "NotRegistered")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "MissingSubscriptionRegistration")


def test_provider_registers_in_two_steps(azure, resources):
    before = resources.providers.get("Microsoft.EventGrid").registration_state

    asked = resources.providers.register("Microsoft.EventGrid").registration_state

    assert (before, asked) == ("NotRegistered", "Registering")
    assert resources.providers.get("microsoft.eventgrid").registration_state == "Registered"


def test_registration_takes_its_time_by_the_clock(azure, resources):
    azure.control.post("/_local/faults", json={"operation": "provider.register", "delay_seconds": 60})
    resources.providers.register("Microsoft.EventGrid")
    waiting = resources.providers.get("Microsoft.EventGrid").registration_state

    azure.control.post("/_local/clock", json={"advance_seconds": 61})

    assert waiting == "Registering"
    assert resources.providers.get("Microsoft.EventGrid").registration_state == "Registered"


def test_path_is_read_in_any_case(azure, http, token):
    path = azure.acs.resource_id.upper().replace(azure.subscription_id.upper(), azure.subscription_id)

    response = http.get(path, params=VERSION, headers=bearer(token))

    assert response.json()["id"] == azure.acs.resource_id


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/subscriptions/11111111-1111-1111-1111-111111111111", 404, "SubscriptionNotFound"),
        ("/subscriptions/{s}/resourceGroups/none", 404, "ResourceGroupNotFound"),
        ("/subscriptions/{s}/resourceGroups/rg-centrala/providers/Microsoft.Communication/CommunicationServices/none",
         404, "ResourceNotFound"),
        ("/subscriptions/{s}/providers/Microsoft.Nothing", 404, "InvalidResourceNamespace"),
        ("/subscriptions/{s}/providers/Microsoft.Compute/virtualMachines", 501, "NotImplemented"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_in_the_words_of_arm(azure, http, token, path, status, code):
    response = http.get(path.format(s=azure.subscription_id), params=VERSION, headers=bearer(token))

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("query", "code"), [({}, "MissingApiVersionParameter"), ({"api-version": "new"}, "InvalidApiVersionParameter")]
)
def test_api_version_is_required(azure, http, token, query, code):
    response = http.get("/subscriptions", params=query, headers=bearer(token))

    assert (response.status_code, response.json()["error"]["code"]) == (400, code)


def claims(azure, **changes):
    now = datetime.now(UTC)
    standard = {
        "aud": azure.url,
        "iss": f"{azure.url}/sts/{azure.tenant_id}/",
        "tid": azure.tenant_id,
        "nbf": now,
        "exp": now + timedelta(hours=1),
    }
    return standard | changes


def test_forged_token_is_refused(azure, http, token):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kid = jwt.get_unverified_header(token)["kid"]
    forged = jwt.encode(claims(azure), key, "RS256", headers={"kid": kid})

    response = http.get("/subscriptions", params=VERSION, headers=bearer(forged))

    assert (response.status_code, response.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert response.headers["www-authenticate"].startswith(
        f'Bearer authorization_uri="{azure.url}/{azure.tenant_id}", error="invalid_token"'
    )


@pytest.mark.parametrize("form", ["unsigned", "symmetric", "garbage"])
def test_token_of_another_kind_is_refused(azure, http, token, form):
    kid = {"kid": jwt.get_unverified_header(token)["kid"]}
    tokens = {
        "unsigned": jwt.encode(claims(azure), None, "none", headers=kid),
        "symmetric": jwt.encode(claims(azure), "a secret of thirty-two characters", "HS256", headers=kid),
        "garbage": "not.a.token",
    }

    response = http.get("/subscriptions", params=VERSION, headers=bearer(tokens[form]))

    assert (response.status_code, response.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_missing_token_is_told_apart(azure, http):
    response = http.get("/subscriptions", params=VERSION)

    assert (response.status_code, response.json()["error"]["code"]) == (401, "AuthenticationFailed")


def test_token_for_another_audience_is_refused(azure, http, credential):
    other = credential.get_token("https://graph.microsoft.com/.default").token

    response = http.get("/subscriptions", params=VERSION, headers=bearer(other))

    assert (response.status_code, response.json()["error"]["code"]) == (401, "InvalidAuthenticationTokenAudience")


def test_principal_without_a_role_sees_and_may_nothing(azure, http, token):
    made = azure.control.post("/_local/applications", json={"name": "Nobody"}).json()
    secret = http.post(
        f"/v1.0/applications/{made['object_id']}/addPassword", json={"passwordCredential": {}}, headers=bearer(token)
    ).json()["secretText"]
    form = {"grant_type": "client_credentials", "client_id": made["client_id"], "client_secret": secret}
    nobody = http.post(
        f"/{azure.tenant_id}/oauth2/v2.0/token", data=form | {"scope": "https://management.azure.com/.default"}
    ).json()["access_token"]

    listed = http.get("/subscriptions", params=VERSION, headers=bearer(nobody))
    asked = http.post(f"{azure.acs.resource_id}/listKeys", params=VERSION, headers=bearer(nobody))

    assert listed.json() == {"value": []}
    assert (asked.status_code, asked.json()["error"]["code"]) == (403, "AuthorizationFailed")
    assert "Microsoft.Communication/CommunicationServices/listKeys/action" in asked.json()["error"]["message"]


def test_long_list_comes_in_pages(azure, http, resources, token):
    for number in range(3):
        resources.resource_groups.create_or_update(f"rg-{number}", {"location": "westeurope"})
    path = f"/subscriptions/{azure.subscription_id}/resourcegroups"

    first = http.get(path, params=VERSION | {"$top": "2"}, headers=bearer(token)).json()
    second = http.get(first["nextLink"], headers=bearer(token)).json()

    assert first["nextLink"].startswith(azure.url)
    assert [each["name"] for each in first["value"] + second["value"]] == ["rg-centrala", "rg-0", "rg-1", "rg-2"]
    assert "nextLink" not in second


def test_empty_segment_of_a_path_does_not_matter(azure, http, token):
    """As generic clients write it: `providers/{namespace}/{parent}/{type}`, where there is no parent."""
    headers = {"authorization": f"Bearer {token}"}
    path = azure.acs.resource_id.replace("Microsoft.Communication/", "Microsoft.Communication//")

    found = http.get(f"{path}?api-version=2025-09-01", headers=headers)

    assert path != azure.acs.resource_id
    assert (found.status_code, found.json()["id"]) == (200, azure.acs.resource_id)

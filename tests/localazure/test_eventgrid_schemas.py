"""CloudEvents 1.0, and who may write an event subscription for an application of Entra."""

import ssl
from types import SimpleNamespace

import httpx
import jwt
import pytest
from azure.core.exceptions import HttpResponseError

from localazure.pytest_plugin import start, stop, wait_until_ready
from localazure_tests.webhooks import SMS_RECEIVED, put_as_it_is, subscription_body

CLOUD = {"eventDeliverySchema": "CloudEventSchemaV1_0"}
ROLE = {
    "id": "aaaaaaaa-0000-0000-0000-000000000001",
    "allowedMemberTypes": ["Application", "User"],
    "displayName": "AzureEventGridSecureWebhookSubscriber",
    "value": "AzureEventGridSecureWebhookSubscriber",
    "description": "Event Grid",
}


def test_cloud_events_options_probe_makes_the_subscription(azure, webhooks, receiver):
    hook = receiver()

    webhooks.put("to-hub", hook.url, more=CLOUD).result()

    asked = hook.preflights.get_nowait()
    assert webhooks.get("to-hub").event_delivery_schema == "CloudEventSchemaV1_0"
    assert asked["webhook-request-origin"] == "eventgrid.azure.net"
    assert asked["webhook-request-callback"].startswith(f"{azure.url}/eventsubscriptions/to-hub/validate?id=")
    assert hook.handshakes.empty()


@pytest.mark.parametrize("allowed", ["*", "EventGrid.Azure.net"])
def test_cloud_events_consent_names_the_origin_or_everybody(webhooks, receiver, allowed):
    hook = receiver()
    hook.allow = allowed

    assert webhooks.put("to-hub", hook.url, more=CLOUD).result().provisioning_state == "Succeeded"


@pytest.mark.parametrize("allowed", [None, "example.org"])
def test_cloud_events_without_consent_wait_for_a_visit(webhooks, receiver, http, allowed):
    hook = receiver()
    hook.allow = allowed

    with pytest.raises(HttpResponseError) as caught:
        webhooks.put("to-hub", hook.url, more=CLOUD).result()
    before = webhooks.get("to-hub").provisioning_state
    http.post(hook.preflights.get_nowait()["webhook-request-callback"]).raise_for_status()

    assert caught.value.error.code == "Url validation"
    assert "Http OPTIONS request retuned 2XX response" in caught.value.error.message
    assert (before, webhooks.get("to-hub").provisioning_state) == ("AwaitingManualAction", "Succeeded")


def test_cloud_event_stands_alone(azure, webhooks, receiver, write):
    hook = receiver()
    webhooks.put("to-hub", hook.url, more=CLOUD).result()

    message_id = write("Hello")

    received = hook.next()
    [event] = received.events
    assert received.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert received.headers["origin"] == "eventgrid.azure.net"
    assert (received.headers["aeg-metadata-version"], received.headers["aeg-data-version"]) == ("1.0", "")
    assert event.pop("time").endswith("Z")
    assert event.pop("data")["message"] == "Hello"
    assert event == {
        "id": message_id,
        "source": azure.acs.resource_id.lower(),
        "subject": "/phonenumber/18335550100",
        "type": SMS_RECEIVED,
        "specversion": "1.0",
    }


def test_cloud_events_come_in_batches(azure, webhooks, receiver):
    hook = receiver()
    webhooks.put("to-hub", hook.url, more=CLOUD, maxEventsPerBatch=10).result()
    texts = [{"from": "+14255550123", "to": azure.acs.phone_numbers[0], "text": str(number)} for number in range(5)]

    azure.control.post("/_local/sms", json=texts).raise_for_status()

    received = hook.next()
    assert received.headers["content-type"] == "application/cloudevents-batch+json; charset=utf-8"
    assert {event["specversion"] for event in received.events} == {"1.0"}


def test_batch_ends_at_its_preferred_size_but_one_event_may_exceed_it(azure, webhooks, receiver):
    hook = receiver()
    webhooks.put("to-hub", hook.url, maxEventsPerBatch=10, preferredBatchSizeInKilobytes=1).result()
    texts = [{"from": "+14255550123", "to": azure.acs.phone_numbers[0], "text": "x" * 1500} for _ in range(2)]

    azure.control.post("/_local/sms", json=texts).raise_for_status()

    assert [len(hook.next().events) for _ in range(2)] == [1, 1]


def test_schema_changes_to_cloud_events_and_never_back(webhooks, receiver, write):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()

    webhooks.update("to-hub", CLOUD).result()
    write()
    with pytest.raises(HttpResponseError) as caught:
        webhooks.update("to-hub", {"eventDeliverySchema": "EventGridSchema"})

    assert hook.preflights.qsize() == 1
    assert hook.next().events[0]["specversion"] == "1.0"
    assert caught.value.error.code == "InvalidRequest"


@pytest.fixture
def graph_headers(credential):
    """Of the demo principal."""
    return {"authorization": "Bearer " + credential.get_token("https://graph.microsoft.com/.default").token}


@pytest.fixture
def graph(http, graph_headers):
    def post(path, body):
        return http.post(f"/v1.0/{path}", json=body, headers=graph_headers).raise_for_status().json()

    return post


@pytest.fixture
def graph_get(http, graph_headers):
    return lambda path: http.get(f"/v1.0/{path}", headers=graph_headers).raise_for_status().json()


@pytest.fixture
def writer(azure, graph, http, token):
    """A principal of its own that may write event subscriptions: its object id and a token for Resource Manager."""
    app = graph("applications", {"displayName": "Writer"})
    principal = graph("servicePrincipals", {"appId": app["appId"]})
    secret = graph(f"applications/{app['id']}/addPassword", {})["secretText"]
    scope = f"/subscriptions/{azure.subscription_id}"
    contributor = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"
    body = {"properties": {"principalId": principal["id"], "roleDefinitionId": contributor}}
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-1111-2222-3333-444444444444"
    made = http.put(f"{path}?api-version=2022-04-01", json=body, headers={"authorization": f"Bearer {token}"})
    made.raise_for_status()
    return principal["id"], token_of(http, azure, app["appId"], secret)


def token_of(http, azure, client, secret):
    scope = f"{azure.url}/.default"
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret, "scope": scope}
    return http.post(f"/{azure.tenant_id}/oauth2/v2.0/token", data=form).raise_for_status().json()["access_token"]


def put_protected(azure, http, token, hook, client_id):
    """The operation's end as JSON."""
    protected = {
        "azureActiveDirectoryTenantId": azure.tenant_id,
        "azureActiveDirectoryApplicationIdOrUri": client_id,
    }
    answer = put_as_it_is(azure, http, token, "to-hub", subscription_body(hook.url, **protected))
    assert answer.status_code == 201, answer.text
    headers = {"authorization": f"Bearer {token}"}
    while (end := http.get(answer.headers["azure-asyncoperation"], headers=headers).json())["status"] == "InProgress":
        pass
    return end


def test_writer_must_own_app_or_hold_its_role(azure, webhooks, receiver, graph, http, writer, token):
    hook, (writer_id, writer_token) = receiver(), writer
    app = graph("applications", {"displayName": "Hub", "appRoles": [ROLE]})
    hub = graph("servicePrincipals", {"appId": app["appId"]})

    stranger = put_protected(azure, http, writer_token, hook, app["appId"])
    unasked = hook.handshakes.empty()
    owner = put_protected(azure, http, token, hook, app["appId"])
    assignment = {"principalId": writer_id, "resourceId": hub["id"], "appRoleId": ROLE["id"]}
    graph(f"servicePrincipals/{hub['id']}/appRoleAssignedTo", assignment)
    assigned = put_protected(azure, http, writer_token, hook, app["appId"])

    assert stranger["error"]["code"] == "Url validation"
    assert "HTTP POST request failed with unknown error code" in stranger["error"]["message"]
    assert unasked
    assert (owner["status"], assigned["status"]) == ("Succeeded", "Succeeded")


def test_entra_bearer_on_delivery_carries_the_role_only_when_it_was_assigned(
    azure, webhooks, receiver, graph, graph_get, http, token, write
):
    hook = receiver()
    app = graph("applications", {"displayName": "Hub", "appRoles": [ROLE]})
    hub = graph("servicePrincipals", {"appId": app["appId"]})
    put_protected(azure, http, token, hook, app["appId"])
    write()
    before = claims(hook.next())

    grid = graph_get(f"servicePrincipals(appId='{azure.event_grid_principal}')")["id"]
    assignment = {"principalId": grid, "resourceId": hub["id"], "appRoleId": ROLE["id"]}
    graph(f"servicePrincipals/{hub['id']}/appRoleAssignedTo", assignment)
    write()

    assert "roles" not in before
    assert claims(hook.next())["roles"] == ["AzureEventGridSecureWebhookSubscriber"]


def claims(received):
    token = received.headers["authorization"].removeprefix("Bearer ")
    return jwt.decode(token, options={"verify_signature": False})


def test_writer_check_is_switched_off_by_its_name(tmp_path):
    process = start(tmp_path, "--loose", "writer-must-own-app")
    try:
        facts = wait_until_ready(process, tmp_path)
        context = ssl.create_default_context(cafile=facts["ca_bundle"])
        with httpx.Client(base_url=facts["url"], verify=context, trust_env=False, timeout=20) as cloud:
            state = event_subscription_of_somebody_elses_application(cloud, facts)
    finally:
        stop(process)

    # It got as far as the endpoint, which is not there: the writer was not asked about.
    assert "response code Unknown" in state["last_error"]


def event_subscription_of_somebody_elses_application(cloud, facts):
    """What the state says of it once its handshake has failed."""
    with httpx.Client(base_url=facts["portal"], trust_env=False) as control:
        app = control.post("/_local/applications", json={"name": "Hub"}).raise_for_status().json()
        client = SimpleNamespace(**{name: facts[name] for name in ("tenant_id", "url")})
        token = token_of(cloud, client, facts["client_id"], facts["client_secret"])
        disown(cloud, client, facts, app["service_principal_id"])
        headers = {"authorization": f"Bearer {token}"}
        register = f"/subscriptions/{facts['subscription_id']}/providers/Microsoft.EventGrid/register"
        cloud.post(f"{register}?api-version=2021-04-01", headers=headers).raise_for_status()
        protected = {
            "azureActiveDirectoryTenantId": facts["tenant_id"],
            "azureActiveDirectoryApplicationIdOrUri": app["client_id"],
        }
        body = subscription_body("https://localhost:9/hook", **protected)
        path = f"{facts['acs']['resource_id']}/providers/Microsoft.EventGrid/eventSubscriptions/to-hub"
        cloud.put(f"{path}?api-version=2025-02-15", json=body, headers=headers).raise_for_status()
        while (found := control.get("/_local/state").json()["event_subscriptions"][0])["state"] == "Creating":
            control.post("/_local/clock", json={"advance_seconds": 5})
        return found


def disown(cloud, client, facts, principal):
    form = {
        "grant_type": "client_credentials",
        "client_id": facts["client_id"],
        "client_secret": facts["client_secret"],
        "scope": "https://graph.microsoft.com/.default",
    }
    token = cloud.post(f"/{client.tenant_id}/oauth2/v2.0/token", data=form).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    owners = cloud.get(f"/v1.0/servicePrincipals/{principal}/owners", headers=headers).json()["value"]
    for owner in owners:
        gone = cloud.delete(f"/v1.0/servicePrincipals/{principal}/owners/{owner['id']}/$ref", headers=headers)
        gone.raise_for_status()

"""Trouble as an input: each one call of the control API. And the credentials that stop working."""

import pytest
from azure.communication.phonenumbers import PhoneNumberCapabilities, PhoneNumbersClient
from azure.communication.sms import SmsClient
from azure.core.exceptions import HttpResponseError
from azure.mgmt.communication import CommunicationServiceManagementClient

from localazure_tests.acs import CUSTOMER, Acs, inbox

NUMBERS = "/phoneNumbers?api-version=2025-06-01"


def order(azure, operation, **fault):
    azure.control.post("/_local/faults", json={"operation": operation} | fault).raise_for_status()


@pytest.mark.parametrize(
    ("status", "code"), [(429, "TooManyRequests"), (500, "InternalServerError"), (503, "ServiceUnavailable")]
)
def test_operation_fails_so_many_times_and_then_works(azure, acs, status, code):
    order(azure, "POST /sms", status=status, times=2)

    answers = [acs.send() for _ in range(3)]

    assert [answer.status_code for answer in answers] == [status, status, 202]
    assert answers[0].json()["error"]["code"] == code
    assert len(inbox(azure)) == 1


@pytest.mark.long
def test_microsofts_client_gets_over_a_429_by_itself(azure, sms):
    order(azure, "POST /sms", status=429, retry_after_seconds=0, times=2)

    [result] = sms.send(azure.acs.phone_numbers[0], CUSTOMER, "Hello")

    assert (result.successful, len(inbox(azure))) == (True, 1)


def test_operation_is_done_although_its_answer_is_lost(azure, acs):
    order(azure, "POST /sms", status=500, done=True)
    waiting = azure.control.get("/_local/faults").json()

    answers = [acs.send().status_code, acs.send().status_code]

    assert [(one["operation"], one["done"]) for one in waiting["items"]] == [("POST /sms", True)]
    assert azure.control.get("/_local/faults").json() == {"items": []}
    assert answers == [500, 202]
    assert len(inbox(azure)) == 2


def test_429_says_when_to_come_again(azure, acs):
    order(azure, "POST /sms", status=429)
    default = acs.send().headers["retry-after"]
    order(azure, "POST /sms", status=429, retry_after_seconds=7)

    assert (default, acs.send().headers["retry-after"]) == ("1", "7")


def test_other_operations_are_not_touched(azure, acs):
    order(azure, "POST /sms", status=500)

    assert acs.request("GET", NUMBERS).status_code == 200
    assert acs.send().status_code == 500


def test_pattern_stands_for_many_operations(azure, acs):
    order(azure, "* /phonenumbers*", status=500, lasting=True)

    answers = [acs.request("GET", NUMBERS), acs.request("GET", "/phoneNumbers/%2B18335550100?api-version=2025-06-01")]

    assert [answer.status_code for answer in answers] == [500, 500]
    assert acs.send().status_code == 202


def test_service_that_is_taken_down_answers_503_until_it_is_brought_back(azure, acs, http, token):
    order(azure, "communication", status=503, lasting=True)
    down = [acs.send().status_code, acs.request("GET", NUMBERS).status_code, http.get("/sip").status_code]
    up = http.get("/subscriptions", params={"api-version": "2022-12-01"}, headers={"authorization": f"Bearer {token}"})
    azure.control.delete("/_local/faults")

    assert (down, up.status_code) == ([503, 503, 503], 200)
    assert acs.send().status_code == 202


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("communication", "/phoneNumbers?api-version=2025-06-01"),
        ("arm", "/subscriptions?api-version=2022-12-01"),
        ("graph", "/v1.0/applications"),
        ("entra", "/common/discovery/v2.0/keys"),
        ("eventgrid", "/eventsubscriptions/to-hub/validate?id=1&t=2&apiVersion=2020-04-01-preview"),
    ],
)
def test_each_service_is_taken_down_by_its_name_alone(azure, http, service, path):
    others = {"communication", "arm", "graph", "entra", "eventgrid"} - {service}
    for one in others:
        order(azure, one, status=500, lasting=True)
    up = http.get(path).status_code
    azure.control.delete("/_local/faults")
    order(azure, service, status=503, lasting=True)

    assert (up < 500, http.get(path).status_code) == (True, 503)


def test_text_is_sent_although_its_answer_is_an_error(azure, acs):
    order(azure, "sms.send", status=500)

    assert (acs.send().status_code, len(inbox(azure))) == (500, 1)


def test_delay_ends_when_the_clock_has_passed_it(azure, http, acs):
    order(azure, "POST /sms", delay_seconds=0.2)
    order(azure, "GET /sip", delay_seconds=0)

    response = acs.send()

    assert response.status_code == 202
    assert response.elapsed.total_seconds() >= 0.2


def test_number_operation_that_is_to_fail_fails(azure, phone_numbers):
    order(azure, "numbers.operation", status=500)

    with pytest.raises(HttpResponseError):
        phone_numbers.begin_release_phone_number(azure.acs.phone_numbers[0], polling_interval=0.05).result()

    assert len(list(phone_numbers.list_purchased_phone_numbers())) == 2


@pytest.mark.long
def test_number_operation_that_is_delayed_runs_meanwhile(azure, phone_numbers, acs, advance):
    order(azure, "numbers.operation", delay_seconds=3600)
    capabilities = PhoneNumberCapabilities(calling="inbound", sms="none")

    poller = phone_numbers.begin_search_available_phone_numbers(
        "US", "tollFree", "application", capabilities, polling=False
    )
    name = poller._polling_method._initial_response.http_response.headers["operation-id"]
    path = f"/phoneNumbers/operations/{name}?api-version=2025-06-01"
    running = acs.request("GET", path).json()["status"]
    advance(3600)

    assert (running, acs.request("GET", path).json()["status"]) == ("running", "succeeded")


@pytest.mark.parametrize(
    "fault",
    [
        {"operation": "sms"},
        {"operation": "control", "status": 503},
        {"operation": "POST sms", "status": 500},
        {"operation": "POST /sms", "status": 200},
        {"operation": "POST /sms", "times": 0},
        {"operation": "POST /sms", "more": 1},
    ],
)
def test_trouble_that_there_is_not_is_refused(azure, fault):
    assert azure.control.post("/_local/faults", json=fault).status_code == 400


def test_control_api_is_never_out_of_order(azure):
    order(azure, "* /*", status=503, lasting=True)

    assert azure.control.delete("/_local/faults").status_code == 200


def test_old_key_is_refused_at_once_and_the_other_goes_on(azure, http, acs, communication):
    services = communication.communication_services
    secondary = services.list_keys(azure.resource_group, azure.acs.resource_name).secondary_key

    fresh = services.regenerate_key(azure.resource_group, azure.acs.resource_name, {"keyType": "Primary"}).primary_key

    assert acs.request("GET", NUMBERS).status_code == 401
    assert acs.request("GET", NUMBERS).json()["error"]["code"] == "Denied"
    for key in (fresh, secondary):
        assert Acs(azure, http, key).request("GET", NUMBERS).status_code == 200


def disable_keys(communication: CommunicationServiceManagementClient, azure, disabled: bool) -> None:
    body = {"properties": {"disableLocalAuth": disabled}}
    communication.communication_services.update(azure.resource_group, azure.acs.resource_name, body)


def test_disabled_local_auth_refuses_keys_and_takes_entra(azure, acs, communication, credential):
    disable_keys(communication, azure, True)
    by_key = acs.send()
    client = SmsClient(azure.url, credential, connection_verify=azure.ca_bundle)
    with client._sms_service_client:
        [by_token] = client.send(azure.acs.phone_numbers[0], CUSTOMER, "Hello")
    disable_keys(communication, azure, False)

    assert (by_key.status_code, by_key.json()["error"]["code"]) == (401, "Denied")
    assert (by_token.successful, acs.send().status_code) == (True, 202)


def test_entra_token_manages_numbers_too(azure, credential):
    with PhoneNumbersClient(azure.url, credential, connection_verify=azure.ca_bundle)._phone_number_client as client:
        found = [one.phone_number for one in client.phone_numbers.list_phone_numbers()]

    assert found == list(azure.acs.phone_numbers)


def test_token_for_another_audience_is_refused(azure, http, credential):
    graph = credential.get_token("https://graph.microsoft.com/.default").token

    response = http.get(NUMBERS, headers={"authorization": f"Bearer {graph}"})

    assert (response.status_code, response.json()["error"]["code"]) == (401, "Denied")


def ordered(azure):
    return azure.control.get("/_local/faults").json()["items"]


def test_what_is_on_order_is_told_and_called_off_one_by_one(azure, acs):
    order(azure, "POST /sms", status=429, times=3, retry_after_seconds=5)
    order(azure, "arm", hang=True, lasting=True)
    order(azure, "eventgrid.delivery", action="drop", times=2)
    acs.send()

    told = ordered(azure)
    for query in ({"operation": "arm"}, {"operation": "eventgrid.delivery", "action": "drop"}):
        azure.control.delete("/_local/faults", params=query).raise_for_status()
    unknown = azure.control.delete("/_local/faults", params={"operation": "arm"})

    assert [(one["operation"], one["times"], one["status"], one["hang"]) for one in told] == [
        ("POST /sms", 2, 429, False), ("arm", None, None, True), ("eventgrid.delivery", 2, None, False)
    ]  # fmt: skip
    assert [one["operation"] for one in ordered(azure)] == ["POST /sms"]
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_ordered")


def test_deliveries_go_wrong_until_it_is_called_off(azure, webhooks, receiver, write):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()
    order(azure, "eventgrid.delivery", action="drop", lasting=True)
    for text in ("one", "two", "three"):
        write(text)
    azure.control.delete("/_local/faults")

    arrived = write("four")

    assert hook.next().events[0]["id"] == arrived
    assert hook.notifications.empty()


def test_reordering_without_end_is_refused(azure):
    body = {"operation": "eventgrid.delivery", "action": "reorder", "lasting": True}

    assert azure.control.post("/_local/faults", json=body).status_code == 400


def principals(azure, http, credential):
    token = credential.get_token("https://graph.microsoft.com/.default").token
    query = {"$filter": f"appId eq '{azure.event_grid_principal}'"}
    answer = http.get("/v1.0/servicePrincipals", params=query, headers={"authorization": f"Bearer {token}"})
    return answer.raise_for_status().json()["value"]


def test_event_grids_principal_is_taken_away_until_somebody_adds_it(azure, http, credential, resources):
    resources.providers.register("Microsoft.EventGrid")
    before = principals(azure, http, credential)
    order(azure, "eventgrid.principal")
    gone = principals(azure, http, credential)
    resources.providers.unregister("Microsoft.EventGrid")
    resources.providers.register("Microsoft.EventGrid")
    still = principals(azure, http, credential)

    token = credential.get_token("https://graph.microsoft.com/.default").token
    body, headers = {"appId": azure.event_grid_principal}, {"authorization": f"Bearer {token}"}
    made = http.post("/v1.0/servicePrincipals", json=body, headers=headers)

    assert (len(before), gone, still, made.status_code) == (1, [], [], 201)
    assert len(principals(azure, http, credential)) == 1
    assert ordered(azure) == []


def test_event_grids_principal_comes_back_when_it_is_called_off(azure, http, credential, resources):
    resources.providers.register("Microsoft.EventGrid")
    order(azure, "eventgrid.principal")

    azure.control.delete("/_local/faults", params={"operation": "eventgrid.principal"}).raise_for_status()

    assert len(principals(azure, http, credential)) == 1


def test_protected_handshake_fails_without_event_grids_principal(azure, webhooks, receiver):
    hub = azure.control.post("/_local/applications", json={"name": "Hub"}).json()
    more = {"azureActiveDirectoryTenantId": azure.tenant_id, "azureActiveDirectoryApplicationIdOrUri": hub["client_id"]}
    hook = receiver()
    order(azure, "eventgrid.principal")

    with pytest.raises(HttpResponseError) as refused:
        webhooks.put("to-hub", hook.url, **more).result()

    assert "AADSTS700016" in str(refused.value)
    assert hook.handshakes.empty()
    azure.control.delete("/_local/faults")
    webhooks.put("to-hub", hook.url, **more).result()
    assert hook.handshakes.get(timeout=10).headers["authorization"].startswith("Bearer ")


@pytest.mark.parametrize("key", ["primary", "secondary"])
def test_access_key_is_regenerated_in_one_call(azure, acs, key):
    before = azure.control.get("/_local/state").json()["communication_services"][0]

    made = azure.control.post("/_local/keys", json={"key": key}).json()

    after = azure.control.get("/_local/state").json()["communication_services"][0]
    kept = "secondary" if key == "primary" else "primary"
    assert made == {"primary": after["primary_connection_string"], "secondary": after["secondary_connection_string"]}
    assert after[f"{key}_key"] != before[f"{key}_key"]
    assert after[f"{kept}_key"] == before[f"{kept}_key"]
    assert acs.send().status_code == (401 if key == "primary" else 202)


def test_sold_out_numbers_come_back_one_by_one(azure):
    for kind in ("tollFree", "geographic"):
        azure.control.post("/_local/numbers/sold-out", json={"country": "US", "type": kind}).raise_for_status()
    one = {"country": "US", "type": "tollFree"}

    first, second = (azure.control.delete("/_local/numbers/sold-out", params=one) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 404)

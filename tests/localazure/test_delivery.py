"""What reaches a webhook, when, how often, and with which token."""

import jwt
import pytest
from azure.communication.sms import SmsClient

from localazure_tests.receiver import status
from localazure_tests.waiting import attempted, deliveries, deliveries_until
from localazure_tests.webhooks import SMS_RECEIVED, SMS_REPORT

CUSTOMER = "+14255550123"
EVENT_GRID = "4962773b-9cdb-44cf-a8bf-237846a00ab7"
SCHEDULE = [10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200]


def test_incoming_text_is_delivered_with_the_headers_of_event_grid(azure, webhooks, receiver, write):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()

    message_id = write("Where is my parcel?")

    received = hook.next()
    [event] = received.events
    data = event.pop("data")
    assert received.headers["aeg-event-type"] == "Notification"
    assert received.headers["aeg-subscription-name"] == "TO-HUB"
    assert received.headers["aeg-delivery-count"] == "0"
    assert received.headers["aeg-data-version"] == "1.0"
    assert received.headers["aeg-metadata-version"] == "1"
    assert received.headers["aeg-output-event-id"] == message_id
    assert event.pop("eventTime").endswith("Z")
    assert event == {
        "id": message_id,
        "topic": azure.acs.resource_id.lower(),
        "subject": "/phonenumber/18335550100",
        "eventType": SMS_RECEIVED,
        "dataVersion": "1.0",
        "metadataVersion": "1",
    }
    assert data.pop("receivedTimestamp").endswith("Z")
    assert data == {
        "messageId": message_id,
        "from": "14255550123",
        "to": "18335550100",
        "message": "Where is my parcel?",
        "segmentCount": 1,
    }
    assert attempted(azure, 1)["state"] == "delivered"


@pytest.mark.parametrize(
    ("to", "report", "state"), [(CUSTOMER, "Delivered", "delivered"), ("+15005550001", "Failed", "failed")]
)
def test_delivery_report_carries_the_message_id_and_the_tag(azure, webhooks, receiver, sms, to, report, state):
    hook = receiver()
    webhooks.put("to-hub", hook.url, filter={"includedEventTypes": [SMS_REPORT]}).result()

    [result] = sms.send(azure.acs.phone_numbers[0], to, "Hello", enable_delivery_report=True, tag="conv-17")

    [event] = hook.next().events
    assert event["id"] == event["data"]["messageId"] == result.message_id
    assert (event["data"]["deliveryStatus"], event["data"]["tag"]) == (report, "conv-17")
    assert (event["data"]["from"], event["data"]["to"]) == ("18335550100", to.lstrip("+"))
    [item] = azure.control.get("/_local/inbox", params={"number": to}).json()["items"]
    assert item["state"] == state


def test_carrier_that_never_reports_still_brings_the_text(azure, webhooks, receiver, sms):
    hook, silent = receiver(), "+15005560001"
    webhooks.put("to-hub", hook.url, filter={"includedEventTypes": [SMS_REPORT]}).result()

    sms.send(azure.acs.phone_numbers[0], silent, "Hello", enable_delivery_report=True)
    [other] = sms.send(azure.acs.phone_numbers[0], CUSTOMER, "Hello", enable_delivery_report=True)

    assert hook.next().events[0]["id"] == other.message_id
    assert hook.notifications.empty()
    assert azure.control.get("/_local/inbox", params={"number": silent}).json()["items"][0]["text"] == "Hello"


def test_report_comes_only_when_it_was_asked_for(azure, webhooks, receiver, sms):
    hook = receiver()
    webhooks.put("to-hub", hook.url, filter={"includedEventTypes": [SMS_REPORT]}).result()

    sms.send(azure.acs.phone_numbers[0], CUSTOMER, "without")
    [wanted] = sms.send(azure.acs.phone_numbers[0], CUSTOMER, "with", enable_delivery_report=True)

    assert hook.next().events[0]["id"] == wanted.message_id
    assert hook.notifications.empty()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"subjectBeginsWith": "/PhoneNumber/1833555010", "subjectEndsWith": "1"}, ["second"]),
        ({"subjectBeginsWith": "/PhoneNumber/", "isSubjectCaseSensitive": True}, []),
        ({"includedEventTypes": [SMS_REPORT]}, []),
        ({"includedEventTypes": []}, ["first", "second"]),
    ],
)
def test_filter_decides_what_is_delivered(azure, webhooks, receiver, write, rule, expected):
    hook, everything = receiver(), receiver()
    webhooks.put("to-hub", hook.url, filter=rule).result()
    webhooks.put("all", everything.url).result()

    write("first")
    write("second", number=1)
    for _ in range(2):
        everything.next()

    assert sorted(hook.next().events[0]["data"]["message"] for _ in expected) == expected
    assert len(deliveries(azure)) == len(expected)


@pytest.mark.parametrize(("version", "issuer"), [(1, "{url}/sts/{tid}/"), (2, "{url}/{tid}/v2.0")])
def test_every_request_carries_event_grids_token(azure, webhooks, receiver, write, http, version, issuer):
    hook = receiver()
    made = azure.control.post("/_local/applications", json={"name": "Hub", "token_version": version}).json()
    webhooks.put(
        "to-hub",
        hook.url,
        azureActiveDirectoryTenantId=azure.tenant_id,
        azureActiveDirectoryApplicationIdOrUri=made["client_id"],
    ).result()
    write()

    tokens = [
        received.headers["authorization"].removeprefix("Bearer ")
        for received in (hook.handshakes.get_nowait(), hook.next())
    ]

    v2 = "v2.0/" if version == 2 else ""
    keys = jwt.PyJWKSet.from_dict(http.get(f"/{azure.tenant_id}/discovery/{v2}keys").json())
    header = jwt.get_unverified_header(tokens[0])
    claims = jwt.decode(
        tokens[0],
        keys[header["kid"]].key,
        algorithms=["RS256"],
        audience=made["client_id"],
        issuer=issuer.format(url=azure.url, tid=azure.tenant_id),
    )
    assert tokens[0] == tokens[1]
    assert claims["azp" if version == 2 else "appid"] == EVENT_GRID
    assert claims["exp"] - claims["iat"] == 86_700
    assert "roles" not in claims


def test_assigned_role_stands_in_the_token(azure, webhooks, receiver, http, credential):
    hook = receiver()
    graph = {"authorization": "Bearer " + credential.get_token("https://graph.microsoft.com/.default").token}
    role = {
        "id": "aaaaaaaa-0000-0000-0000-000000000001",
        "allowedMemberTypes": ["Application", "User"],
        "displayName": "AzureEventGridSecureWebhookSubscriber",
        "value": "AzureEventGridSecureWebhookSubscriber",
        "description": "Event Grid",
    }
    app = http.post("/v1.0/applications", json={"displayName": "Hub", "appRoles": [role]}, headers=graph).json()
    hub = http.post("/v1.0/servicePrincipals", json={"appId": app["appId"]}, headers=graph).json()
    grid = http.get(f"/v1.0/servicePrincipals(appId='{EVENT_GRID}')", headers=graph).json()
    assignment = {"principalId": grid["id"], "resourceId": hub["id"], "appRoleId": role["id"]}
    http.post(f"/v1.0/servicePrincipals/{hub['id']}/appRoleAssignedTo", json=assignment, headers=graph)

    webhooks.put(
        "to-hub",
        hook.url,
        azureActiveDirectoryTenantId=azure.tenant_id,
        azureActiveDirectoryApplicationIdOrUri=f"api://{app['appId']}",
    ).result()

    token = hook.handshakes.get_nowait().headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["roles"] == ["AzureEventGridSecureWebhookSubscriber"]
    assert claims["aud"] == f"api://{app['appId']}"


def test_retry_schedule_runs_from_ten_seconds_to_twelve_hours(azure, webhooks, receiver, write, advance):
    hook = receiver()
    hook.answer = status(500)
    webhooks.put("to-hub", hook.url, retry={"maxDeliveryAttempts": len(SCHEDULE) + 1}).result()
    write()

    for attempt, wait in enumerate(SCHEDULE):
        assert hook.next().headers["aeg-delivery-count"] == str(attempt)
        attempted(azure, attempt + 1)
        advance(wait - 1)
        assert hook.notifications.empty()
        advance(1)

    assert hook.next().headers["aeg-delivery-count"] == str(len(SCHEDULE))
    last = attempted(azure, len(SCHEDULE) + 1)
    assert (last["state"], last["reason"], last["next_try"]) == ("dropped", "MaxDeliveryAttemptsExceeded", None)


@pytest.mark.parametrize(("number", "wait"), [(503, 30), (408, 120), (404, 300), (429, 10), (302, 10)])
def test_answer_decides_the_least_wait(azure, webhooks, receiver, write, advance, number, wait):
    hook = receiver()
    hook.answer = status(number)
    webhooks.put("to-hub", hook.url).result()
    write()
    hook.next()
    attempted(azure, 1)

    advance(wait - 1)
    early = hook.notifications.empty()
    advance(1)

    assert early
    assert hook.next().headers["aeg-delivery-count"] == "1"


def test_400_401_403_and_413_are_never_retried(azure, webhooks, receiver, write):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()

    for made, number in enumerate((400, 401, 403, 413)):
        hook.answer = status(number)
        write()
        found = attempted(azure, 1, place=made)
        assert (found["state"], found["next_try"], found["attempts"][0]["status"]) == ("dropped", None, number)


def test_answers_that_count_as_success(azure, webhooks, receiver, write):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()

    for made, number in enumerate((200, 201, 202, 203, 204)):
        hook.answer = status(number)
        write()
        assert attempted(azure, 1, place=made)["state"] == "delivered"


def test_event_past_its_time_is_dropped_at_the_next_try(azure, webhooks, receiver, write, advance):
    hook = receiver()
    hook.answer = status(500)
    webhooks.put("to-hub", hook.url, retry={"eventTimeToLiveInMinutes": 1}).result()
    write()
    attempted(azure, 1)

    advance(61)

    [found] = deliveries_until(azure, lambda found: found[0]["state"] != "pending")
    assert (found["state"], found["reason"], len(found["attempts"])) == ("dropped", "TimeToLiveExceeded", 1)


def test_hanging_endpoint_is_cut_off_and_delays_nobody_else(azure, webhooks, receiver, write, advance):
    hanging, quick = receiver(), receiver()
    webhooks.put("slow", hanging.url).result()
    webhooks.put("quick", quick.url).result()
    hanging.hang = True

    sent = [write(str(number)) for number in range(40)]

    assert sorted(quick.next().events[0]["id"] for _ in sent) == sorted(sent)
    assert {one["state"] for one in deliveries(azure, "slow")} == {"pending"}
    advance(31)
    found = attempted(azure, 1, "slow")
    assert found["attempts"][0]["outcome"] == "TimedOut"


def test_endpoint_that_went_away_gets_its_events_when_it_is_back(azure, webhooks, receiver, write, advance):
    hook = receiver()
    hook.answer = status(500)
    webhooks.put("to-hub", hook.url).result()
    write()
    attempted(azure, 1)
    hook.answer = status(200)

    advance(10)

    found = attempted(azure, 2)
    assert [one["outcome"] for one in found["attempts"]] == ["Aborted", "Delivered"]
    assert found["state"] == "delivered"


def test_batch_delivery_is_as_large_as_the_subscription_allows(azure, webhooks, receiver, advance):
    hook = receiver()
    webhooks.put("to-hub", hook.url, maxEventsPerBatch=10).result()
    texts = [{"from": CUSTOMER, "to": azure.acs.phone_numbers[0], "text": str(number)} for number in range(25)]

    azure.control.post("/_local/sms", json=texts).raise_for_status()

    sizes, seen = [], []
    while len(seen) < 25:
        events = hook.next().events
        sizes.append(len(events))
        seen += [event["data"]["message"] for event in events]
    assert sorted(seen, key=int) == [str(number) for number in range(25)]
    assert max(sizes) == 10


def test_removed_subscription_gets_nothing_more(azure, webhooks, receiver, write, advance):
    hook, other = receiver(), receiver()
    hook.answer = status(500)
    webhooks.put("to-hub", hook.url).result()
    webhooks.put("other", other.url).result()
    write()
    hook.next()
    attempted(azure, 1)

    webhooks.delete("to-hub").result()
    advance(3600)
    write()
    for _ in range(2):
        other.next()

    assert hook.notifications.empty()
    assert deliveries(azure) == []


def test_second_resource_has_events_and_keys_of_its_own(azure, webhooks, receiver, communication, write):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()
    body = {"location": "global", "properties": {"dataLocation": "Europe"}}
    communication.communication_services.begin_create_or_update(azure.resource_group, "acs-second", body).result()
    keys = communication.communication_services.list_keys(azure.resource_group, "acs-second")
    client = SmsClient.from_connection_string(keys.primary_connection_string, connection_verify=azure.ca_bundle)

    with client._sms_service_client, pytest.raises(Exception, match="does not belong"):
        client.send(azure.acs.phone_numbers[0], CUSTOMER, "not mine")
    write()

    assert hook.next().types == [SMS_RECEIVED]


def test_attribute_taken_from_the_event_becomes_a_header(webhooks, receiver, write):
    hook = receiver()
    attributes = [
        {"name": "X-From", "type": "Dynamic", "properties": {"sourceField": "data.from"}},
        {"name": "X-Text", "type": "Dynamic", "properties": {"sourceField": "data.message"}},
    ]
    webhooks.put("to-hub", hook.url, deliveryAttributeMappings=attributes).result()

    write("Zażółć\r\nX-Evil: 1")

    headers = hook.next().headers
    assert (headers["x-from"], headers["x-text"]) == ("14255550123", "Za????" + "??X-Evil: 1")
    assert "x-evil" not in headers

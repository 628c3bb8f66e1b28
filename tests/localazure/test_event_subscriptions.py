"""System topics, event subscriptions and the handshake that makes them."""

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from localazure_tests.receiver import accept, status
from localazure_tests.waiting import until
from localazure_tests.webhooks import SMS_RECEIVED, TOPIC, put_as_it_is, subscription_body, topic_body


def state_of(azure, name):
    found = azure.control.get("/_local/state").json()["event_subscriptions"]
    return next(one for one in found if one["name"] == name)


def attributes(kind, *names, **properties):
    return {"deliveryAttributeMappings": [{"name": one, "type": kind, "properties": properties} for one in names]}


def test_topic_needs_the_provider(azure, http, token):
    path = f"/subscriptions/{azure.subscription_id}/resourceGroups/{azure.resource_group}/providers"

    response = http.put(
        f"{path}/Microsoft.EventGrid/systemTopics/{TOPIC}?api-version=2025-02-15",
        json=topic_body(azure),
        headers={"authorization": f"Bearer {token}"},
    )

    assert (response.status_code, response.json()["error"]["code"]) == (409, "MissingSubscriptionRegistration")
    assert "'Microsoft.EventGrid'" in response.json()["error"]["message"]


def test_system_topic_is_made_listed_and_removed(azure, event_grid, webhooks):
    topics = event_grid.system_topics
    found = topics.get(azure.resource_group, TOPIC)

    assert (found.source, found.provisioning_state) == (azure.acs.resource_id, "Succeeded")
    assert [one.name for one in topics.list_by_subscription()] == [TOPIC]
    assert [one.name for one in topics.list_by_resource_group(azure.resource_group)] == [TOPIC]
    topics.begin_delete(azure.resource_group, TOPIC).result()
    with pytest.raises(ResourceNotFoundError):
        topics.get(azure.resource_group, TOPIC)


@pytest.mark.azure
def test_source_has_one_topic_only(azure, event_grid, webhooks):
    with pytest.raises(HttpResponseError) as caught:
        event_grid.system_topics.begin_create_or_update(azure.resource_group, "another", topic_body(azure))

    assert caught.value.error.code == "InvalidRequest"
    assert caught.value.error.message.endswith("Only one system topic is allowed per source.")


@pytest.mark.azure
def test_topic_of_a_missing_source_is_refused(azure, event_grid, webhooks):
    with pytest.raises(HttpResponseError) as caught:
        event_grid.system_topics.begin_create_or_update(
            azure.resource_group, "another", topic_body(azure, f"{azure.acs.resource_id}-not")
        )

    assert caught.value.error.code == "ResourceNotFound"


def test_handshake_makes_the_subscription(azure, webhooks, receiver):
    hook = receiver()

    made = webhooks.put("to-hub", hook.url).result()

    received = hook.handshakes.get_nowait()
    [event] = received.events
    assert made.provisioning_state == "Succeeded"
    assert made.destination.endpoint_url is None
    assert made.destination.endpoint_base_url == hook.url.partition("?")[0]
    assert webhooks.full_url("to-hub") == hook.url
    assert received.path == "/hook?k=secret"
    assert received.headers["aeg-event-type"] == "SubscriptionValidation"
    assert received.headers["aeg-subscription-name"] == "TO-HUB"
    assert received.headers["content-type"] == "application/json; charset=utf-8"
    assert "authorization" not in received.headers
    assert "accept" not in received.headers
    assert event["eventType"] == "Microsoft.EventGrid.SubscriptionValidationEvent"
    assert event["topic"] == azure.acs.resource_id.lower()
    assert set(event["data"]) == {"validationCode", "validationUrl"}


def test_arm_management_plane_has_the_subscription_on_the_source_itself(azure, event_grid, webhooks, receiver):
    subscriptions, hook = event_grid.event_subscriptions, receiver()
    source = azure.acs.resource_id.lstrip("/")

    made = subscriptions.begin_create_or_update(source, "direct", subscription_body(hook.url)).result()

    assert made.type == "Microsoft.EventGrid/eventSubscriptions"
    assert made.id == f"{azure.acs.resource_id}/providers/Microsoft.EventGrid/eventSubscriptions/direct"
    assert subscriptions.get_full_url(source, "direct").endpoint_url == hook.url
    assert [one.name for one in subscriptions.list_global_by_subscription()] == ["direct"]
    assert [one.name for one in subscriptions.list_global_by_resource_group(azure.resource_group)] == ["direct"]
    subscriptions.begin_delete(source, "direct").result()
    with pytest.raises(ResourceNotFoundError):
        subscriptions.get(source, "direct")


@pytest.mark.parametrize(
    ("number", "name"), [(401, "Unauthorized"), (404, "NotFound"), (400, "BadRequest"), (302, "Found")]
)
def test_endpoint_that_says_no_fails_the_operation_at_once(webhooks, receiver, number, name):
    hook = receiver()
    hook.answer = lambda received: (number, {})

    with pytest.raises(HttpResponseError) as caught:
        webhooks.put("to-hub", hook.url).result()

    assert caught.value.error.code == "Url validation"
    assert caught.value.error.message.startswith(
        f"Webhook validation handshake failed for {hook.url.partition('?')[0]}. "
        f"Http POST request failed with response code {name}. For troublehooting, visit"
    )
    assert webhooks.get("to-hub").provisioning_state == "Failed"
    assert hook.handshakes.qsize() == 1


def test_endpoint_in_trouble_is_asked_again_after_five_seconds(webhooks, receiver, advance):
    hook = receiver()
    answers = iter([(500, {}), (503, {})])
    hook.answer = lambda received: next(answers, None) or accept(received)

    poller = webhooks.put("to-hub", hook.url)
    tries = [hook.handshakes.get(timeout=10)]
    advance(4)
    early = hook.handshakes.qsize()
    until(lambda: advance(1) or hook.handshakes.qsize() == 2)

    assert early == 0
    tries += [hook.handshakes.get(), hook.handshakes.get()]
    assert poller.result().provisioning_state == "Succeeded"
    assert [one.headers["aeg-delivery-count"] for one in tries] == ["0", "1", "2"]


def test_endpoint_that_is_not_there_fails_after_three_tries(azure, webhooks, receiver, advance):
    poller = webhooks.put("to-hub", "https://localhost:9/nobody")
    until(lambda: advance(5) or state_of(azure, "to-hub")["state"] == "Failed")

    with pytest.raises(HttpResponseError) as caught:
        poller.result()

    assert caught.value.error.code == "Url validation"
    assert "response code Unknown" in caught.value.error.message


def test_endpoint_that_hangs_is_given_thirty_seconds(webhooks, receiver, advance):
    hook = receiver()
    first = []

    def answer(received):
        if not first:
            first.append(received)
            hook._ended.wait()
        return accept(received)

    hook.answer = answer
    poller = webhooks.put("to-hub", hook.url)
    hook.handshakes.get(timeout=10)
    advance(29)
    assert webhooks.get("to-hub").provisioning_state == "Creating"
    advance(2)
    until(lambda: advance(5) or not hook.handshakes.empty())

    assert poller.result().provisioning_state == "Succeeded"


@pytest.mark.parametrize(
    "answer",
    [(200, {}), (200, {"validationResponse": "wrong"}), (202, {}), (200, b"not json"), (200, b"\xff")],
)
def test_manual_validation_url_is_visited_where_the_answer_has_no_code(azure, webhooks, receiver, http, answer):
    hook = receiver()
    hook.answer = lambda received: answer

    with pytest.raises(HttpResponseError) as caught:
        webhooks.put("to-hub", hook.url).result()
    [event] = hook.handshakes.get_nowait().events
    before = webhooks.get("to-hub").provisioning_state
    visited = http.get(event["data"]["validationUrl"])

    assert caught.value.error.code == "Url validation"
    assert "Http POST request retuned 2XX response" in caught.value.error.message
    assert (before, visited.status_code) == ("AwaitingManualAction", 200)
    assert webhooks.get("to-hub").provisioning_state == "Succeeded"


def test_handshake_must_be_200_with_the_code_and_a_202_is_none(webhooks, receiver):
    hook = receiver()
    hook.answer = lambda received: (202, accept(received)[1])

    with pytest.raises(HttpResponseError):
        webhooks.put("to-hub", hook.url).result()

    assert webhooks.get("to-hub").provisioning_state == "AwaitingManualAction"


def test_nobody_visits_within_ten_minutes(azure, webhooks, receiver, http, advance):
    hook = receiver()
    hook.answer = lambda received: (200, {})
    with pytest.raises(HttpResponseError):
        webhooks.put("to-hub", hook.url).result()
    [event] = hook.handshakes.get_nowait().events

    advance(601)
    until(lambda: webhooks.get("to-hub").provisioning_state == "Failed")

    assert http.get(event["data"]["validationUrl"]).status_code == 404


def test_application_nobody_knows_fails_the_handshake(azure, webhooks, receiver):
    hook = receiver()
    stranger = "11111111-2222-3333-4444-555555555555"

    with pytest.raises(HttpResponseError) as caught:
        webhooks.put(
            "to-hub",
            hook.url,
            azureActiveDirectoryTenantId=azure.tenant_id,
            azureActiveDirectoryApplicationIdOrUri=stranger,
        ).result()

    assert caught.value.error.code == "Url validation"
    assert "AADSTS500011" in caught.value.error.message
    assert hook.handshakes.empty()


def test_changed_endpoint_must_prove_itself_and_the_old_one_stays_until_then(azure, webhooks, receiver, write):
    old, new = receiver(), receiver()
    new.answer = lambda received: (403, {})
    webhooks.put("to-hub", old.url).result()

    with pytest.raises(HttpResponseError):
        webhooks.update("to-hub", {"destination": {"endpointType": "WebHook", "properties": {"endpointUrl": new.url}}})\
            .result()  # fmt: skip
    write()

    assert old.next().types == [SMS_RECEIVED]
    assert webhooks.get("to-hub").provisioning_state == "Succeeded"
    assert webhooks.full_url("to-hub") == old.url
    assert "Forbidden" in state_of(azure, "to-hub")["last_error"]


def test_patch_changes_only_what_it_names(webhooks, receiver):
    hook = receiver()
    webhooks.put("to-hub", hook.url, retry={"maxDeliveryAttempts": 3}).result()

    webhooks.update("to-hub", {"labels": ["one"]}).result()

    found = webhooks.get("to-hub")
    assert found.labels == ["one"]
    assert found.retry_policy.max_delivery_attempts == 3
    assert found.filter.included_event_types == [SMS_RECEIVED]
    assert hook.handshakes.qsize() == 1


def test_destination_sent_back_as_it_was_shown_keeps_its_address(webhooks, receiver):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()
    shown = webhooks.get("to-hub").destination

    webhooks.update("to-hub", {"destination": shown.as_dict() if hasattr(shown, "as_dict") else shown}).result()

    assert webhooks.full_url("to-hub") == hook.url


def test_secret_attribute_is_sent_but_not_shown(webhooks, receiver):
    hook = receiver()
    attributes = [
        {"name": "X-Open", "type": "Static", "properties": {"value": "a", "isSecret": False}},
        {"name": "X-Secret", "type": "Static", "properties": {"value": "b", "isSecret": True}},
    ]

    webhooks.put("to-hub", hook.url, deliveryAttributeMappings=attributes).result()

    received = hook.handshakes.get_nowait()
    assert (received.headers["x-open"], received.headers["x-secret"]) == ("a", "b")
    assert [one.value for one in webhooks.attributes("to-hub").value] == ["a", None]


@pytest.mark.parametrize(
    ("url", "changes", "status"),
    [
        ("http://localhost/hook", {}, 400),
        ("https:///hook", {}, 400),
        ("https://localhost:99999/", {}, 400),
        ("https://localhost/", {"retry": {"maxDeliveryAttempts": 31}}, 400),
        ("https://localhost/", {"retry": {"eventTimeToLiveInMinutes": 0}}, 400),
        ("https://localhost/", {"filter": {"includedEventTypes": ["Microsoft.Storage.BlobCreated"]}}, 400),
        ("https://localhost/", {"maxEventsPerBatch": 5001}, 400),
        ("https://localhost/", {"azureActiveDirectoryTenantId": "11111111-2222-3333-4444-555555555555"}, 400),
        ("https://localhost/", {"filter": {"advancedFilters": [{"operatorType": "StringIn", "key": "subject"}]}}, 400),
        ("https://localhost/", {"minimumTlsVersionAllowed": "9.9"}, 400),
        ("https://localhost/", attributes("Static", "X-From", value=""), 400),
        ("https://localhost/", attributes("Dynamic", "X-From"), 400),
        ("https://localhost/", attributes("Dynamic", "X-From", sourceField="from"), 400),
        ("https://localhost/", attributes("Static", "X-From", "x-from", value="a"), 400),
        ("https://localhost/", attributes("Static", "Content-Length", value="5"), 400),
        ("https://localhost/", attributes("Static", "host", value="elsewhere.example"), 400),
        ("https://localhost/", attributes("Static", "Transfer-Encoding", value="chunked"), 400),
        ("https://localhost/", attributes("Static", "aeg-event-type", value="Notification"), 400),
    ],
)
def test_wrong_subscription_is_refused_before_any_handshake(webhooks, url, changes, status):
    with pytest.raises(HttpResponseError) as caught:
        webhooks.put("to-hub", url, **changes)

    assert caught.value.status_code == status
    assert webhooks.list() == []


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "green"},
        {"filter": {"colour": "green"}},
        {"retryPolicy": {"colour": "green"}},
        {"destination": {"endpointType": "WebHook", "properties": {"endpointUrl": "https://localhost", "colour": 1}}},
        {"eventDeliverySchema": "Green"},
        {"expirationTimeUtc": "2020-01-01T00:00:00Z"},
    ],
)
def test_unknown_property_is_refused(webhooks, azure, http, token, change):
    body = subscription_body("https://localhost/")

    answer = put_as_it_is(azure, http, token, "to-hub", {"properties": body["properties"] | change})

    assert (answer.status_code, webhooks.list()) == (400, [])


@pytest.mark.azure
def test_name_has_three_to_sixty_four_characters(webhooks):
    with pytest.raises(HttpResponseError) as caught:
        webhooks.put("a.b", "https://localhost/")

    assert caught.value.error.code == "InvalidRequest"


def test_removed_topic_takes_its_subscriptions_along(azure, webhooks, receiver, event_grid):
    webhooks.put("to-hub", receiver().url).result()

    event_grid.system_topics.begin_delete(azure.resource_group, TOPIC).result()

    assert azure.control.get("/_local/state").json()["event_subscriptions"] == []


def test_removed_resource_takes_its_subscriptions_along_with_what_waits(azure, webhooks, receiver, communication):
    hook = receiver()
    hook.answer = status(503)
    webhooks.put("to-hub", hook.url).result()
    asked = webhooks.put("to-nobody", "https://localhost:9/")
    azure.control.post("/_local/sms", json={"from": "+14255550123", "to": "+18335550100", "text": "Hello"})
    hook.next()

    communication.communication_services.begin_delete(azure.resource_group, azure.acs.resource_name).result()

    assert hook.farewells.get(timeout=10).kind == "SubscriptionDeletion"
    with pytest.raises(HttpResponseError) as refused:
        asked.result()
    assert refused.value.error.code == "OperationPreempted"
    assert azure.control.get("/_local/deliveries").json()["items"] == []


def test_attribute_takes_the_place_of_the_header_of_its_name(webhooks, receiver):
    hook = receiver()

    webhooks.put("to-hub", hook.url, **attributes("Static", "Content-Type", value="text/plain")).result()

    assert hook.handshakes.get_nowait().headers["content-type"] == "text/plain"

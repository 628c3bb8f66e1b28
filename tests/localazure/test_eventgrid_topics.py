"""Topic types, lists of event subscriptions, and custom topics with their own publishing."""

from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest
from azure.core.credentials import AzureKeyCredential, AzureSasCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridEvent, EventGridPublisherClient, generate_sas

from localazure_tests.real_azure import ON_AZURE
from localazure_tests.webhooks import SMS_RECEIVED, SMS_REPORT, subscription_body

TYPE = "Microsoft.Communication.CommunicationServices"
ALL = {"includedEventTypes": None}


@pytest.mark.azure
def test_topic_types_and_their_event_types(event_grid, azure):
    types = event_grid.topic_types

    assert {TYPE, "Microsoft.EventGrid.Topics"} <= {one.name for one in types.list()}
    assert types.get(TYPE.lower()).provider == "Microsoft.Communication"
    assert {SMS_RECEIVED, SMS_REPORT} <= {one.name for one in types.list_event_types(TYPE)}
    with pytest.raises(ResourceNotFoundError):
        types.get("Microsoft.Nothing.AtAll")


@pytest.fixture
def topic(azure, event_grid, webhooks):
    """Makes custom topics; their shape. A real one's name is unique in its region."""
    made = []

    def topic(name="orders", **properties):
        made.append(f"centrala-test-{token_hex(4)}" if ON_AZURE else name)
        body = {"location": "westeurope", "properties": properties}
        return event_grid.topics.begin_create_or_update(azure.resource_group, made[-1], body).result()

    yield topic
    for name in made if ON_AZURE else []:
        event_grid.topics.begin_delete(azure.resource_group, name).result()


@pytest.fixture
def publisher(azure, event_grid, monkeypatch):
    """A client for a topic, by key 1 unless another credential is given."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", azure.ca_bundle)  # the client does not hand connection_verify on
    clients = []

    def publisher(topic, credential=None):
        key = event_grid.topics.list_shared_access_keys(azure.resource_group, topic.name).key1
        client = EventGridPublisherClient(topic.endpoint, credential or AzureKeyCredential(key), retry_total=0)
        clients.append(client)
        return client

    yield publisher
    for client in clients:
        client.close()


def subscribe(event_grid, topic, hook, name="to-hub", **more):
    body = subscription_body(hook.url, filter=ALL)
    body["properties"] |= more
    scope = topic.id.lstrip("/")
    return event_grid.event_subscriptions.begin_create_or_update(scope, name, body).result()


def order(number=1):
    return EventGridEvent(subject=f"orders/{number}", data={"number": number}, event_type="Ordered", data_version="2")


def test_custom_topic_is_made_changed_listed_and_removed(azure, event_grid, resources, topic):
    topics, made = event_grid.topics, topic()

    assert (made.provisioning_state, made.input_schema) == ("Succeeded", "EventGridSchema")
    assert [one.name for one in topics.list_by_subscription()] == ["orders"]
    assert [one.name for one in topics.list_by_resource_group(azure.resource_group)] == ["orders"]
    assert list(topics.list_by_subscription(filter="name ne 'orders'")) == []
    [listed] = resources.resources.list(filter="resourceType eq 'Microsoft.EventGrid/topics'")
    assert (listed.name, listed.location) == ("orders", "westeurope")
    topics.begin_update(azure.resource_group, "orders", {"tags": {"a": "b"}}).result()
    assert topics.get(azure.resource_group, "orders").tags == {"a": "b"}
    topics.begin_delete(azure.resource_group, "orders").result()
    with pytest.raises(ResourceNotFoundError):
        topics.get(azure.resource_group, "orders")


def test_published_events_reach_the_topics_subscribers(azure, event_grid, topic, publisher, receiver):
    hook, made = receiver(), topic()
    subscribe(event_grid, made, hook)

    publisher(made).send([order(1), order(2)])

    received = sorted((hook.next() for _ in range(2)), key=lambda one: one.events[0]["subject"])
    assert [one.events[0]["data"] for one in received] == [{"number": 1}, {"number": 2}]
    assert received[0].events[0]["topic"] == made.id
    assert received[0].events[0]["metadataVersion"] == "1"
    assert received[0].headers["aeg-data-version"] == "2"


def test_group_takes_its_custom_topics_along(azure, event_grid, resources, topic):
    topic()

    resources.resource_groups.begin_delete(azure.resource_group).result()

    assert list(event_grid.topics.list_by_subscription()) == []


def test_nested_subscription_of_a_custom_topic(azure, event_grid, topic, publisher, receiver):
    hook, made = receiver(), topic()
    nested = event_grid.topic_event_subscriptions

    nested.begin_create_or_update(
        azure.resource_group, "orders", "to-hub", subscription_body(hook.url, filter=ALL)
    ).result()
    publisher(made).send(order())

    assert [one.type for one in nested.list(azure.resource_group, "orders")] == [
        "Microsoft.EventGrid/topics/eventSubscriptions"
    ]
    assert hook.next().types == ["Ordered"]


def test_published_cloud_events_are_delivered_as_such(event_grid, topic, publisher, receiver):
    hook, made = receiver(), topic(inputSchema="CloudEventSchemaV1_0")
    subscribe(event_grid, made, hook, eventDeliverySchema=None)

    publisher(made).send(CloudEvent(source="shop", type="Ordered", data={"number": 1}, extensions={"colour": "green"}))

    [event] = hook.next().events
    assert (event["source"], event["type"], event["colour"]) == ("shop", "Ordered", "green")
    with pytest.raises(HttpResponseError):
        subscribe(event_grid, made, hook, name="other", eventDeliverySchema="EventGridSchema")


def test_event_grid_events_are_delivered_as_cloud_events_to_who_asks(event_grid, topic, publisher, receiver):
    hook, made = receiver(), topic()
    subscribe(event_grid, made, hook, eventDeliverySchema="CloudEventSchemaV1_0")

    publisher(made).send(order())

    [event] = hook.next().events
    assert (event["source"], event["type"], event["data"]) == (made.id, "Ordered", {"number": 1})


def test_publisher_needs_a_key_in_force(azure, event_grid, topic, publisher):
    made = topic()
    old = publisher(made)
    event_grid.topics.begin_regenerate_key(azure.resource_group, "orders", {"keyName": "key1"}).result()

    with pytest.raises(ClientAuthenticationError):
        old.send(order())
    publisher(made).send(order())


@pytest.mark.azure
def test_publisher_may_sign_with_a_key(azure, event_grid, topic, publisher):
    made = topic()
    key = event_grid.topics.list_shared_access_keys(azure.resource_group, made.name).key2
    good = generate_sas(made.endpoint, key, datetime.now(UTC) + timedelta(hours=1))
    late = generate_sas(made.endpoint, key, datetime.now(UTC) - timedelta(hours=1))

    publisher(made, AzureSasCredential(good)).send(order())

    for bad in (late, good.replace("s=", "s=A"), good.replace(made.name, "others")):
        with pytest.raises(ClientAuthenticationError):
            publisher(made, AzureSasCredential(bad)).send(order())


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"no json", 400),
        (b'{"id": "1"}', 400),
        (b'[{"id": "1"}]', 400),
        (b"[" + b",".join([b"{}"] * 5001) + b"]", 413),
        (b'["' + b"x" * 1024 * 1024 + b'"]', 413),
    ],
)
def test_publishing_past_its_limits_is_refused(azure, event_grid, topic, http, body, status):
    made = topic()
    key = event_grid.topics.list_shared_access_keys(azure.resource_group, "orders").key1

    answer = http.post(f"{made.endpoint}?api-version=2018-01-01", content=body, headers={"aeg-sas-key": key})
    nowhere = http.post(made.endpoint.replace("orders", "others"), content=body)

    assert (answer.status_code, nowhere.status_code) == (status, 404)


@pytest.mark.parametrize("changes", [{"id": ""}, {"eventType": ""}, {"id": None}, {"eventType": 1}])
def test_event_without_an_id_or_a_type_is_refused_with_all_that_came_along(event_grid, topic, receiver, http, changes):
    hook, made = receiver(), topic()
    subscribe(event_grid, made, hook)
    key = event_grid.topics.list_shared_access_keys(made.id.split("/")[4], "orders").key1
    good = {"id": "1", "subject": "", "data": {}, "eventType": "Ordered", "eventTime": "2026-01-01T00:00:00Z",
            "dataVersion": "1"}  # fmt: skip

    def publish(*events):
        address = f"{made.endpoint}?api-version=2018-01-01"
        return http.post(address, json=list(events), headers={"aeg-sas-key": key})

    refused = publish(good | {"id": "never"}, good | changes)
    publish(good).raise_for_status()

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "BadRequest")
    assert hook.next().events[0]["id"] == "1"


def test_cloud_event_in_binary_mode_is_not_emulated(azure, event_grid, topic, http):
    made = topic(inputSchema="CloudEventSchemaV1_0")
    key = event_grid.topics.list_shared_access_keys(azure.resource_group, "orders").key1
    attributes = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "shop", "ce-type": "Ordered"}

    answer = http.post(
        f"{made.endpoint}?api-version=2018-01-01", json={"number": 1}, headers={"aeg-sas-key": key} | attributes
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (501, "NotImplemented")
    assert "binary" in answer.json()["error"]["message"]


def test_event_subscriptions_are_listed_by_scope_type_and_region(azure, event_grid, topic, receiver):
    subscriptions, hook, made = event_grid.event_subscriptions, receiver(), topic()
    source = azure.acs.resource_id.lstrip("/")
    for name in ("one", "two", "three"):
        subscriptions.begin_create_or_update(source, name, subscription_body(hook.url)).result()
    subscribe(event_grid, made, hook, name="custom")
    group = azure.resource_group

    def names(found):
        return [one.name for one in found]

    assert names(subscriptions.list_global_by_subscription()) == ["one", "two", "three"]
    assert names(subscriptions.list_global_by_subscription(top=1)) == ["one", "two", "three"]
    assert names(subscriptions.list_global_by_subscription(filter="contains(name, 'O') and not name eq 'one'")) == [
        "two"
    ]
    assert names(subscriptions.list_global_by_resource_group(group, filter="name eq 'ONE' or (name eq 'three')")) == [
        "one",
        "three",
    ]
    assert names(subscriptions.list_global_by_subscription_for_topic_type(TYPE)) == ["one", "two", "three"]
    assert names(subscriptions.list_global_by_resource_group_for_topic_type(group, "Microsoft.EventGrid.Topics")) == []
    assert names(subscriptions.list_regional_by_subscription("westeurope")) == ["custom"]
    assert names(subscriptions.list_regional_by_resource_group(group, "northeurope")) == []
    kind = "Microsoft.EventGrid.Topics"
    assert names(subscriptions.list_regional_by_subscription_for_topic_type("westeurope", kind)) == ["custom"]
    assert names(subscriptions.list_regional_by_resource_group_for_topic_type(group, "westeurope", TYPE)) == []
    assert names(
        subscriptions.list_by_resource(group, "Microsoft.Communication", "CommunicationServices", "acs-centrala")
    ) == ["one", "two", "three"]


@pytest.mark.parametrize("expression", ["colour eq 'x'", "name eq", "name eq 'x' and", "(name eq 'x'", "not " * 60])
def test_filter_that_is_not_supported_is_refused(azure, event_grid, webhooks, expression):
    with pytest.raises(HttpResponseError) as caught:
        list(event_grid.event_subscriptions.list_global_by_subscription(filter=expression))

    assert caught.value.status_code == 400


def test_topic_closed_to_the_network_takes_no_events(azure, event_grid, topic, publisher):
    made = topic(publicNetworkAccess="Disabled")

    with pytest.raises(HttpResponseError) as refused:
        publisher(made).send(order())

    assert refused.value.status_code == 403
    topic(publicNetworkAccess="Enabled")
    publisher(made).send(order())


@pytest.mark.parametrize(
    "properties",
    [
        {"publicNetworkAccess": "Perhaps"},
        {"minimumTlsVersionAllowed": "9.9"},
        {"inboundIpRules": [{"ipMask": "10.0.0.0/8"}]},
    ],
)
def test_topic_with_a_property_of_no_meaning_is_refused(event_grid, topic, properties):
    with pytest.raises(HttpResponseError) as refused:
        topic(**properties)

    assert refused.value.status_code in {400, 501}
    assert list(event_grid.topics.list_by_subscription()) == []

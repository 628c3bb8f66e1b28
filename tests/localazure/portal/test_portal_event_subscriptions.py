"""Event subscriptions in the portal: made, refused, changed, looked at."""

import json
from collections.abc import Callable

import pytest

from localazure.pytest_plugin import LocalAzure
from localazure_tests.portal import SMS, Portal
from localazure_tests.receiver import Receiver, status
from localazure_tests.waiting import attempted, deliveries_until

NOBODY = "https://localhost:1/hook?k=secret"


@pytest.fixture
def hook(portal: Portal, receiver: Callable[[], Receiver]) -> Receiver:
    """A webhook, and the topic it can be subscribed to."""
    portal.create_topic()
    return receiver()


def test_form_is_filled_with_what_is_known(portal: Portal) -> None:
    assert portal.get(portal.at("/events/new")).typed("topic") == f"{portal.azure.acs.resource_name}-events"
    portal.create_topic()

    page = portal.get(portal.at("/events/new"))

    choices = page.html.partition('<select id="topic" name="topic" required')[2].partition("</select>")[0]
    assert choices.count("<option") == 1
    assert '<option value="acs-topic" >acs-topic</option>' in choices


def test_topic_is_made_on_the_way_where_there_is_none(portal: Portal, receiver: Callable[[], Receiver]) -> None:
    portal.post(f"/resource{portal.subscription}/providers", namespace="Microsoft.EventGrid", act="register")

    page = portal.subscribe("texts", receiver().url, topic="fresh-topic")

    assert portal.settled(page)["state"] == "Succeeded"
    assert [one["name"] for one in portal.state("system_topics")] == ["fresh-topic"]


def test_everything_of_the_form_arrives(portal: Portal, hook: Receiver) -> None:
    page = portal.subscribe(
        "texts",
        hook.url,
        begins_with="/phonenumber",
        ends_with="0100",
        case_sensitive="yes",
        arrays="yes",
        filter_key=["data.from", "data.segmentCount", "data.segmentCount", "data.ok", "id"],
        filter_operator=["StringIn", "NumberInRange", "NumberGreaterThan", "BoolEquals", "IsNotNull"],
        filter_value=["+14255550123\n+14255550124", "1..5\n7..8.5", "0", "true", ""],
        dead_letter="yes",
        dead_letter_account=f"{portal.group}/providers/Microsoft.Storage/storageAccounts/deadletters",
        dead_letter_container="lost",
        max_attempts="7",
        ttl_minutes="60",
        max_events="5",
        preferred_kilobytes="128",
    )
    assert portal.settled(page)["state"] == "Succeeded"

    edit = portal.get(f"{page.path}/edit")
    typed = (
        "begins_with",
        "ends_with",
        "max_attempts",
        "ttl_minutes",
        "max_events",
        "dead_letter_container",
        "endpoint",
    )
    assert [edit.typed(name) for name in typed] == ["/phonenumber", "0100", "7", "60", "5", "lost", hook.url]
    for value in ("+14255550123\n+14255550124", "1..5\n7..8.5", ">0</textarea>", ">true</textarea>"):
        assert value in edit.html
    assert edit.html.count('name="filter_key"') == 5


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "x"}, "InvalidRequest The name has 3 to 64"),
        ({"name": "a/b"}, "A name is needed here"),
        ({"topic": ""}, "A name is needed here"),
        ({"topic": "second-topic"}, "InvalidRequest There is an existing tracked system topic"),
        ({"endpoint": ""}, "InvalidRequest The webhook endpoint must be an absolute HTTPS URL."),
        ({"endpoint": "http://localhost/"}, "InvalidRequest The webhook endpoint"),
        ({"endpoint_type": "EventHub"}, "NotImplemented"),
        ({"schema": "Nonsense"}, "InvalidRequest The event delivery schema"),
        ({"event_type": ["Microsoft.Nothing"]}, "InvalidRequest The event types"),
        ({"max_attempts": "31"}, "InvalidRequestContent"),
        ({"max_attempts": "many"}, "InvalidRequestContent"),
        ({"ttl_minutes": "9" * 400}, "InvalidRequestContent"),
        ({"filter_key": "nonsense", "filter_operator": "StringIn", "filter_value": "x"}, "InvalidRequest The key"),
        ({"filter_key": "id", "filter_operator": "Nonsense", "filter_value": "x"}, "InvalidRequest The operatorType"),
        ({"filter_key": "id", "filter_operator": "NumberInRange", "filter_value": "x"}, "InvalidRequest"),
        ({"dead_letter": "yes", "dead_letter_account": "x"}, "InvalidRequest The dead-letter destination"),
        ({"aad": "yes", "aad_tenant": "x"}, "AAD authentication needs both"),
    ],
)
def test_wrong_subscription_is_refused_and_what_was_typed_kept(
    portal: Portal, changes: dict[str, str | list[str]], reason: str
) -> None:
    portal.create_topic()

    page = portal.subscribe(**{"name": "texts", "endpoint": NOBODY} | changes)

    assert page.status in {400, 501}
    assert page.refusal.startswith(reason)
    assert page.typed("name") == changes.get("name", "texts")
    assert page.typed("endpoint") == changes.get("endpoint", NOBODY)
    assert portal.state("event_subscriptions") == []


def test_unregistered_provider_refuses_with_the_way_out(portal: Portal) -> None:
    portal.create_topic()
    portal.post(f"/resource{portal.subscription}/providers", namespace="Microsoft.EventGrid", act="unregister")

    page = portal.subscribe("texts", NOBODY)

    assert page.refusal.startswith("MissingSubscriptionRegistration")
    assert "Settings > Resource providers" in page.refusal


def test_one_in_force_is_not_overwritten_by_a_new_one(portal: Portal, hook: Receiver) -> None:
    portal.settled(portal.subscribe("texts", hook.url))

    page = portal.subscribe("texts", NOBODY)

    assert page.refusal.startswith("An event subscription of this name exists.")
    [one] = portal.state("event_subscriptions")
    assert one["endpoint"] == hook.url.partition("?")[0]


def test_buttons_of_the_form_work_without_a_script(portal: Portal) -> None:
    portal.create_topic()

    confirmed = portal.subscribe("texts", NOBODY, act="confirm")
    more = portal.subscribe(
        "texts", NOBODY, act="add-filter", filter_key="id", filter_operator="StringIn", filter_value="x"
    )

    assert (confirmed.status, confirmed.refusal) == (200, "")
    assert f'data-none="none chosen yet">{NOBODY}</code>' in confirmed.html
    assert more.html.count('name="filter_key"') == 2
    assert portal.state("event_subscriptions") == []


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (401, "The endpoint refused the token."),
        (404, "There is no such endpoint."),
        (400, "The endpoint did not accept the handshake."),
    ],
)
def test_refused_handshake_is_explained_and_tried_again(
    portal: Portal, hook: Receiver, answer: int, advice: str
) -> None:
    hook.answer = lambda received: (answer, {})
    page = portal.subscribe("texts", hook.url)
    assert portal.settled(page)["state"] == "Failed"
    page = portal.get(page.path)
    assert "Webhook validation handshake failed" in page.text
    assert advice in page.text
    assert "up to 15 minutes" in page.text

    hook.answer = status(200)
    again = portal.post(f"{page.path}/again")

    assert portal.settled(again)["state"] == "Succeeded"
    assert "handshake failed" not in portal.get(page.path).text


def test_application_of_somebody_else_is_explained(portal: Portal, hook: Receiver) -> None:
    client = portal.register_application("Contoso").text.partition("(client) ID ")[2].split()[0]
    portal.sign_in("beata")

    page = portal.subscribe("texts", hook.url, aad="yes", aad_tenant=portal.azure.tenant_id, aad_application=client)

    assert portal.settled(page)["state"] == "Failed"
    assert "neither owns the application's service principal" in portal.get(page.path).text


def test_unknown_application_is_explained(portal: Portal, hook: Receiver) -> None:
    page = portal.subscribe("texts", hook.url, aad="yes", aad_tenant=portal.azure.tenant_id, aad_application="nothing")

    assert portal.settled(page)["state"] == "Failed"
    assert "must be those of an app registration with a service principal" in portal.get(page.path).text


def test_waiting_one_shows_the_address_to_visit(portal: Portal, hook: Receiver, http) -> None:
    hook.answer = lambda received: (202, {})
    page = portal.subscribe("texts", hook.url)
    assert portal.settled(page)["state"] == "AwaitingManualAction"

    shown = portal.get(page.path)

    sent = hook.handshakes.get(timeout=10).events[0]["data"]["validationUrl"]
    assert sent.replace("&", "&amp;") in shown.html
    http.get(sent).raise_for_status()
    assert "Validation URL" not in portal.get(page.path).text
    assert "Succeeded" in portal.get(page.path).text


def test_change_keeps_what_the_form_does_not_show(portal: Portal, hook: Receiver, webhooks) -> None:
    attributes = [{"name": "x-hub", "type": "Static", "properties": {"value": "a", "isSecret": True}}]
    webhooks.put("texts", hook.url, more={"labels": ["one"]}, deliveryAttributeMappings=attributes).result()
    path = portal.get(f"/resource{webhooks.get('texts').id}").path

    page = portal.post(
        f"{path}/edit",
        schema="EventGridSchema",
        endpoint_type="WebHook",
        endpoint=hook.url,
        event_type=SMS,
        max_attempts="3",
    )

    assert portal.settled(page)["state"] == "Succeeded"
    changed = webhooks.get("texts")
    assert (changed.labels, changed.retry_policy.max_delivery_attempts) == (["one"], 3)
    assert changed.filter.included_event_types == SMS
    portal.azure.control.post(
        "/_local/sms", json={"from": "+14255550123", "to": portal.azure.acs.phone_numbers[0], "text": "Hi"}
    )
    assert hook.next().headers["x-hub"] == "a"


def test_failed_change_leaves_what_was_in_force(
    portal: Portal, hook: Receiver, receiver: Callable[[], Receiver]
) -> None:
    page = portal.subscribe("texts", hook.url)
    portal.settled(page)
    refusing = receiver()
    refusing.answer = lambda received: (401, {})

    portal.post(f"{page.path}/edit", schema="EventGridSchema", endpoint_type="WebHook", endpoint=refusing.url)

    assert portal.settled(page)["endpoint"] == hook.url.partition("?")[0]
    assert "The change was not made" in portal.get(page.path).text


def test_reader_looks_but_changes_nothing(portal: Portal, hook: Receiver) -> None:
    page = portal.subscribe("texts", hook.url)
    portal.settled(page)
    portal.sign_in("ala")

    assert portal.get(page.path).status == 200
    refused = [
        portal.get(f"{page.path}/edit"),
        portal.post(f"{page.path}/edit", schema="EventGridSchema", endpoint_type="WebHook", endpoint=NOBODY),
        portal.post(f"{page.path}/again"),
        portal.post(f"{page.path}/delete"),
        portal.subscribe("others", hook.url),
    ]
    assert [(one.status, one.refusal.split()[0]) for one in refused] == [(403, "AuthorizationFailed")] * 5
    assert [one["state"] for one in portal.state("event_subscriptions")] == ["Succeeded"]


def test_event_shows_its_text_its_attempts_and_its_dead_letter(
    portal: Portal, azure: LocalAzure, hook: Receiver
) -> None:
    hook.answer = status(400)
    account = f"{portal.group}/providers/Microsoft.Storage/storageAccounts/deadletters"
    page = portal.subscribe(
        "texts", hook.url, dead_letter="yes", dead_letter_account=account, dead_letter_container="lost"
    )
    portal.settled(page)
    body = {"from": "+14255550123", "to": azure.acs.phone_numbers[0], "text": "<script>alert(1)</script>"}
    azure.control.post("/_local/sms", json=body).raise_for_status()
    attempted(azure, name="texts")
    azure.control.post("/_local/clock", json={"advance_seconds": 301}).raise_for_status()
    [delivery] = deliveries_until(azure, lambda found: found[0]["dead_letter"], "texts")

    listed = portal.get(page.path)
    shown = portal.get(f"{page.path}/deliveries/{delivery['id']}")

    assert "Dead-lettered" in listed.text
    assert delivery["dead_letter"] in shown.text
    assert "<script>alert" not in shown.html
    letter = shown.html.partition('id="letter-title"')[2].partition("<code>")[2].partition("</code>")[0]
    [event] = json.loads(letter.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">"))
    assert (event["deadLetterReason"], event["lastHttpStatusCode"]) == ("UndeliverableDueToHttpBadRequest", 400)
    assert event["data"]["message"] == "<script>alert(1)</script>"
    (azure.data / "dead-letters" / delivery["dead_letter"]).unlink()
    assert "The blob of this dead letter is gone" in portal.get(f"{page.path}/deliveries/{delivery['id']}").text


def test_delivery_of_nobody_is_not_found(portal: Portal, hook: Receiver) -> None:
    page = portal.subscribe("texts", hook.url)

    assert portal.get(f"{page.path}/deliveries/nothing").status == 404
    assert portal.get(f"{page.path}x").status == 404


def test_subscription_on_the_resource_itself_is_shown_and_deleted(portal: Portal, hook: Receiver, event_grid) -> None:
    """As az makes them with --source-resource-id."""
    event_grid.event_subscriptions.begin_create_or_update(
        portal.azure.acs.resource_id,
        "direct",
        {"properties": {"destination": {"endpointType": "WebHook", "properties": {"endpointUrl": hook.url}}}},
    ).result()

    events = portal.get(portal.at("/events"))
    path = f"/resource{portal.azure.acs.resource_id}/providers/Microsoft.EventGrid/eventSubscriptions/direct"
    assert f'href="{path}"' in events.html
    assert "and 43 more" in portal.get(path).text
    assert portal.get(f"{path}/edit").status == 200
    assert portal.post(f"{path}/delete").status == 200
    assert portal.state("event_subscriptions") == []

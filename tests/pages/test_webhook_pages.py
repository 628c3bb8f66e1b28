"""The pages of outgoing webhooks: for administrators alone; the secret is shown once."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from centrala.organization.models import AuditEntry
from centrala.subscribers import deliveries
from centrala.subscribers.models import Cause, Delivery, State, Subscription
from centrala.subscribers.posting import Answer
from pages.reading import read
from pages.test_center import table

ALL, ADD = "/center/webhooks/", "/center/webhooks/add/"
ADDRESS = "https://shop.example.org/hub?key=letmein"


def asked(**changes: object) -> dict[str, object]:
    return {"name": "shop", "address": ADDRESS, "kinds": ["message.received"]} | changes


@pytest.fixture
def webhook(administrator: Client) -> Subscription:
    administrator.post(ADD, asked())
    return Subscription.objects.get()


def tried(webhook: Subscription, *, status: int = 500) -> Delivery:
    delivery = Delivery.objects.create(
        subscription=webhook, kind="message.received", subject=uuid4(), happened_at=now(), due_at=now()
    )
    deliveries.record(delivery_id=delivery.pk, answer=Answer(12, status=status, text="out of order"), at=now())
    return delivery


def test_secret_is_shown_once(administrator: Client) -> None:
    shown = administrator.post(ADD, asked())
    kept = Subscription.objects.get()
    renewed = administrator.post(f"{ALL}{kept.pk}/secret/")

    secrets = [read(page).one("code", id="secret").text() for page in (shown, renewed)]
    assert [secret.startswith("whsec_") for secret in secrets] == [True, True]
    assert secrets[0] != secrets[1]
    assert "no-store" in shown["Cache-Control"]
    pages = administrator.get(ALL).text + administrator.get(f"{ALL}{kept.pk}/").text
    told = pages + str(AuditEntry.objects.values_list())
    assert [secret in told for secret in secrets] == [False, False]
    assert "letmein" not in str(AuditEntry.objects.values_list())
    assert table(read(administrator.get(ALL))) == [["shop", ADDRESS, "message.received", "Active"]]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "a\u202eb"}, "A control character is in this text. Fix: type it anew."),
        ({"kinds": []}, "Choose at least one thing that the address is told."),
        ({"kinds": ["message.read"]}, "Select a valid choice. message.read is not one of the available choices."),
        ({"address": "http://example.org/"}, "The address begins with https://; http is for this machine alone."),
        ({"address": "https://169.254.169.254/"}, "This address lies in a private network."),
    ],
)
def test_webhook_that_makes_no_sense_is_refused(
    changes: dict[str, object], text: str, administrator: Client, webhook: Subscription
) -> None:
    answers = [administrator.post(address, asked(**changes)) for address in (ADD, f"{ALL}{webhook.pk}/change/")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert [text in read(answer).text() for answer in answers] == [True, True]
    assert Subscription.objects.count() == 1


def test_webhook_is_changed_paused_resumed_tested_and_deleted(administrator: Client, webhook: Subscription) -> None:
    place = f"{ALL}{webhook.pk}/"
    administrator.post(f"{place}change/", asked(name="store", kinds=["message.sent", "conversation.opened"]))
    administrator.post(f"{place}pause/")
    webhook.refresh_from_db()
    paused = (webhook.name, webhook.kinds, webhook.state)
    for act in ("resume", "test"):
        administrator.post(f"{place}{act}/")
    webhook.refresh_from_db()
    tests = list(webhook.deliveries.values_list("kind", flat=True))
    administrator.post(f"{place}delete/")

    assert paused == ("store", ["conversation.opened", "message.sent"], State.PAUSED)
    assert (webhook.state, tests) == (State.ACTIVE, ["webhook.test"])
    assert not Subscription.objects.exists()
    acts = [row[2] for row in table(read(administrator.get("/center/audit-log/")))]
    assert acts[:6] == [
        *("Webhook deleted", "Test sent to a webhook", "Webhook resumed", "Webhook paused", "Webhook changed"),
        "Webhook added",
    ]


def test_log_shows_each_attempt_and_sends_again(administrator: Client, webhook: Subscription) -> None:
    delivery = tried(webhook)
    deliveries.record(delivery_id=delivery.pk, answer=Answer(7, status=204), at=now())
    place = f"{ALL}{webhook.pk}/"

    rows = table(read(administrator.get(place)))
    administrator.post(f"{place}deliveries/{delivery.pk}/again/")

    delivery.refresh_from_db()
    assert [row[1:5] for row in rows] == [
        ["message.received", "2", "204", "7 ms"],
        ["message.received", "1", "500", "12 ms"],
    ]
    assert "out of order" in rows[1][5]
    assert (delivery.outcome, delivery.due_at is None) == ("pending", False)


def test_nothing_is_sent_again_to_a_paused_webhook(administrator: Client, webhook: Subscription) -> None:
    delivery = tried(webhook, status=200)
    administrator.post(f"{ALL}{webhook.pk}/pause/")

    answer = administrator.post(f"{ALL}{webhook.pk}/deliveries/{delivery.pk}/again/", follow=True)

    delivery.refresh_from_db()
    assert "Nothing is sent there now. Resume the webhook first." in read(answer).text()
    assert delivery.due_at is None


def test_administrators_are_told_of_a_disabled_webhook(administrator: Client, webhook: Subscription) -> None:
    Subscription.objects.update(state=State.DISABLED, disabled_because=Cause.FAILING)

    for page in ("/center/channels/", ALL, f"{ALL}{webhook.pk}/"):
        bar = read(administrator.get(page)).one("div", role="alert").text()
        assert "The webhook “shop” is disabled. The address took nothing for five days." in bar


@pytest.mark.parametrize("who", ["agent", "supervisor", "outsider"])
def test_others_find_nothing(who: str, request: pytest.FixtureRequest, webhook: Subscription) -> None:
    client: Client = request.getfixturevalue(who)
    place, delivery = f"{ALL}{webhook.pk}/", tried(webhook)
    acts = ("secret", "pause", "resume", "delete", "test", f"deliveries/{delivery.pk}/again")

    seen = [client.get(page).status_code for page in (ALL, ADD, place, f"{place}change/")]
    done = [client.post(f"{place}{act}/").status_code for act in acts]

    assert (set(seen), set(done)) == ({404}, {404})
    assert client.post(ADD, asked()).status_code == 404
    assert Subscription.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_the_database_the_same_for_any_number(
    count: int, administrator: Client, webhook: Subscription, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, count):
        administrator.post(ADD, asked(name=str(number)))
    for _ in range(count):
        tried(webhook)

    with django_assert_num_queries(3):
        listed = read(administrator.get(ALL))
    with django_assert_num_queries(5):
        log = read(administrator.get(f"{ALL}{webhook.pk}/"))

    assert (len(table(listed)), len(table(log))) == (count, count)


def test_pages_speak_polish(administrator: Client, webhook: Subscription) -> None:
    pages = [ALL, ADD, f"{ALL}{webhook.pk}/change/"]
    headings = [read(administrator.get(page, headers={"Accept-Language": "pl"})).one("h1").text() for page in pages]

    assert headings == ["Webhooki", "Nowy webhook", "Zmień webhook"]

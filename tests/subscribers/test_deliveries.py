"""What subscribers are told: signed, again until they take it, nothing lost, and nothing said that is not theirs."""

import json
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from centrala.api import jobs as api_jobs
from centrala.api import telling
from centrala.api.actions import issue
from centrala.api.models import Scope
from centrala.conversations.models import Conversation, Message, MessageState
from centrala.conversations.sending import settle
from centrala.organization.models import AuditEntry, User
from centrala.routing import actions as routing
from centrala.routing.sweeps import close_silent
from centrala.subscribers import actions, deliveries, jobs
from centrala.subscribers.deliveries import WAITS
from centrala.subscribers.models import TEST, Attempt, Cause, Delivery, Kind, Outcome, State, Subscription
from centrala.subscribers.posting import Answer, asked_wait
from centrala.subscribers.sending import Sender
from hub import CUSTOMER, ala, arrive, connected, drained, event, text
from subscribers.scene import Program, Told

pytestmark = pytest.mark.django_db

Subscribe = Callable[..., tuple[Subscription, str]]
WORDS = "Zażółć gęślą jaźń"


def writes(words: str = WORDS, **data: object) -> Conversation:
    arrive(text(words, **data))
    drained()
    return Conversation.objects.latest("opened_at")


def send(go_on: Callable[[], bool] = lambda: True) -> None:
    """What the worker does: the notes become deliveries, twice as after a kill, and what is due is sent."""
    for job in ProcrastinateJob.objects.filter(task_name="subscribers.spread").order_by("pk"):
        jobs.spread(**job.args)
        jobs.spread(**job.args)
    Sender(telling.data, encoder=api_jobs.NinjaJSONEncoder, linger=timedelta(0), go_on=go_on).run()


def due_again() -> None:
    Delivery.objects.filter(due_at__isnull=False).update(due_at=now())


def kinds(program: Program) -> list[str]:
    return [json.loads(told.body)["type"] for told in program.told]


def test_subscriber_verifies_what_it_is_told_in_the_shapes_of_the_api(
    subscribe: Subscribe, program: Program, adam: User
) -> None:
    _subscription, secret = subscribe(Kind.RECEIVED)
    connected()
    conversation = writes()

    send()

    [told] = program.told
    body = Webhook(secret).verify(told.body, told.headers)
    token = issue(owner=adam, name="shop", scopes=[Scope.CONVERSATIONS_READ], actor=adam)[1]
    api = Client(headers={"Authorization": f"Bearer {token}"})
    message = conversation.messages.get()
    assert (body["type"], set(body)) == ("message.received", {"type", "timestamp", "data"})
    assert body["data"] == {
        "conversation": api.get(f"/api/v1/conversations/{conversation.pk}").json(),
        "message": api.get(f"/api/v1/messages/{message.pk}").json(),
    }
    assert body["data"]["message"]["text"] == WORDS
    assert told.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(told.body.replace("received", "removed"), told.headers)


def test_every_kind_is_told_when_it_happens(subscribe: Subscribe, program: Program) -> None:
    connected()
    subscribe()
    agent = ala()

    conversation = writes()
    send()
    assert sorted(kinds(program)) == ["conversation.opened", "message.received"]
    routing.pick(conversation=conversation, user=agent)
    answers = [routing.answer(conversation=conversation, author=agent, text="Hello") for _ in range(2)]
    routing.end(conversation=conversation, user=agent)
    routing.close(conversation=conversation, user=agent)
    Message.objects.filter(pk=answers[0].pk).update(state=MessageState.SENT, provider_id="Outgoing_1")
    arrive(event("sms_delivery_report_received", messageId="Outgoing_1", deliveryStatus="Delivered"))
    drained()
    settle(answers[1], MessageState.FAILED, "HTTP 400")
    program.told.clear()
    send()

    assert sorted(kinds(program)) == [
        *("conversation.assigned", "conversation.closed", "conversation.ended", "message.delivered", "message.failed")
    ]


def test_conversation_that_an_agent_begins_is_told(subscribe: Subscribe, program: Program) -> None:
    number = connected().numbers.get()
    subscribe()

    routing.start(customer=CUSTOMER, number=number, author=ala(), text="Your parcel is here.")
    send()

    assert sorted(kinds(program)) == ["conversation.assigned", "conversation.opened"]


def test_conversation_that_silence_closes_is_told(subscribe: Subscribe, program: Program) -> None:
    connected()
    subscribe(Kind.CLOSED)
    conversation, agent = writes(), ala()
    routing.pick(conversation=conversation, user=agent)
    routing.set_aside(conversation=conversation, user=agent)

    close_silent(at=now() + timedelta(days=8))
    send()

    assert kinds(program) == ["conversation.closed"]


def test_nothing_is_noted_where_nobody_asked(subscribe: Subscribe) -> None:
    connected()
    subscription, _secret = subscribe(Kind.FAILED)
    writes()
    actions.change(subscription=subscription, name="shop", address=subscription.address, kinds=list(Kind), actor=None)
    actions.pause(subscription=subscription, actor=None)
    writes()

    assert not ProcrastinateJob.objects.filter(task_name="subscribers.spread").exists()


def test_burst_costs_one_job(subscribe: Subscribe) -> None:
    connected()
    subscribe()
    for n in range(20):
        arrive(text("Hello", **{"from": f"+1425555{n:04}"}))
    drained()

    [job] = ProcrastinateJob.objects.filter(task_name="subscribers.spread")
    jobs.spread(**job.args)
    jobs.spread(**job.args)

    assert job.priority < 0
    assert Delivery.objects.count() == 40


def test_refused_delivery_comes_again_by_the_schedule_with_the_same_id(subscribe: Subscribe, program: Program) -> None:
    connected()
    _subscription, secret = subscribe(Kind.OPENED)
    program.answers = lambda _told: (500, "out of order")
    writes()
    send()
    waits = []
    for _ in WAITS:
        delivery = Delivery.objects.get()
        waits.append(delivery.due_at - delivery.log.latest("number").at)
        due_again()
        send()

    delivery = Delivery.objects.get()
    assert [wait <= waited <= wait * 1.1 for wait, waited in zip(WAITS, waits, strict=True)] == [True] * 7
    assert (delivery.outcome, delivery.due_at, delivery.attempts) == (Outcome.FAILED, None, 8)
    assert {told.headers["webhook-id"] for told in program.told} == {delivery.webhook_id}
    assert len(program.told) == 8
    program.answers = lambda _told: (204, "")
    actions.send_again(delivery=delivery, actor=None)
    send()
    delivery.refresh_from_db()
    assert (delivery.outcome, delivery.attempts) == (Outcome.DELIVERED, 9)
    Webhook(secret).verify(program.told[-1].body, program.told[-1].headers)


def test_both_secrets_sign_for_a_day(subscribe: Subscribe, program: Program) -> None:
    connected()
    subscription, old = subscribe(Kind.RECEIVED)
    new = actions.renew_secret(subscription=subscription, actor=None)
    writes()
    send()
    Subscription.objects.update(old_secret_until=now())
    writes()
    send()

    first, second = program.told
    for secret, told in ((old, first), (new, first), (new, second)):
        Webhook(secret).verify(told.body, told.headers)
    assert len(second.headers["webhook-signature"].split()) == 1
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(second.body, second.headers)
    assert new not in str(AuditEntry.objects.values_list())


def test_address_that_is_gone_is_disabled_at_once(
    subscribe: Subscribe, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    connected()
    subscribe(Kind.OPENED)
    program.answers = lambda _told: (410, "")
    caplog.set_level(logging.INFO)
    writes()
    send()

    subscription = Subscription.objects.get()
    assert (subscription.state, subscription.disabled_because) == (State.DISABLED, Cause.GONE)
    assert Delivery.objects.get().outcome == Outcome.FAILED
    assert AuditEntry.objects.get(act="disable webhook").actor_name == "system"
    assert WORDS not in caplog.text
    assert CUSTOMER not in caplog.text


def test_address_that_takes_nothing_for_five_days_is_disabled(subscribe: Subscribe, program: Program) -> None:
    connected()
    subscribe(Kind.OPENED)
    program.answers = lambda _told: (503, "")
    writes()
    send()
    before = Subscription.objects.get().state
    Subscription.objects.update(failing_since=now() - timedelta(days=5))
    due_again()
    send()

    subscription = Subscription.objects.get()
    assert (before, subscription.state, subscription.disabled_because) == (State.ACTIVE, State.DISABLED, Cause.FAILING)
    program.answers = lambda _told: (200, "")
    actions.resume(subscription=subscription, actor=None)
    due_again()
    send()
    assert (len(program.told), Delivery.objects.get().outcome) == (3, Outcome.DELIVERED)


def test_success_ends_the_count_of_days(subscribe: Subscribe, program: Program) -> None:
    connected()
    subscribe(Kind.OPENED)
    Subscription.objects.update(failing_since=now() - timedelta(days=6))
    writes()

    send()

    assert Subscription.objects.get().failing_since is None


def test_log_holds_no_word_of_the_customer_though_the_address_repeats_it(
    subscribe: Subscribe, program: Program
) -> None:
    connected()
    subscribe(Kind.RECEIVED)
    program.answers = lambda told: (
        500,
        f"cannot read: {told.body} {json.dumps(json.loads(told.body))} {CUSTOMER[1:]} " + "x" * 3000,
    )
    writes()

    send()

    answer = Attempt.objects.get().answer
    assert answer.startswith("cannot read: ")
    assert len(answer) == 1000
    for words in (WORDS, json.dumps(WORDS)[1:-1], CUSTOMER, CUSTOMER[1:]):
        assert words not in answer


def test_redirect_is_not_followed(subscribe: Subscribe, program: Program) -> None:
    connected()
    subscribe(Kind.OPENED)
    program.location = program.url + "/elsewhere"
    program.answers = lambda _told: (307, "")
    writes()

    send()

    assert [told.path for told in program.told] == ["/hub"]
    assert Attempt.objects.get().status == 307


def test_what_was_deleted_is_told_to_nobody(subscribe: Subscribe, program: Program) -> None:
    connected()
    subscribe(Kind.OPENED)
    conversation = writes()
    send(go_on=lambda: False)
    Message.objects.all().delete()
    conversation.delete()

    send()

    assert program.told == []
    assert (Attempt.objects.get().problem, Delivery.objects.get().outcome) == ("deleted", Outcome.FAILED)
    assert Subscription.objects.get().failing_since is None


def test_paused_address_gets_tests_alone_and_the_rest_when_it_is_resumed(
    subscribe: Subscribe, program: Program
) -> None:
    connected()
    subscription, secret = subscribe(Kind.OPENED)
    writes()
    send(go_on=lambda: False)
    actions.pause(subscription=subscription, actor=None)
    actions.send_test(subscription=subscription, actor=None)

    send()
    before = kinds(program)
    actions.resume(subscription=subscription, actor=None)
    send()

    assert (before, kinds(program)) == ([TEST], [TEST, "conversation.opened"])
    assert Webhook(secret).verify(program.told[0].body, program.told[0].headers)["data"] == {"webhook": "shop"}


def test_failed_test_is_not_repeated_and_says_nothing_of_the_address(subscribe: Subscribe, program: Program) -> None:
    subscription, _secret = subscribe()
    program.answers = lambda _told: (500, "")
    actions.send_test(subscription=subscription, actor=None)

    send()

    assert Delivery.objects.get().due_at is None
    assert Subscription.objects.get().failing_since is None


def test_address_that_hangs_holds_up_nobody_else(subscribe: Subscribe, program: Program, adam: User) -> None:
    """The slow one answers only after the other was served."""
    connected()
    subscribe(Kind.OPENED)
    actions.register(name="slow", address=f"{program.url}/slow", kinds=[Kind.OPENED], actor=adam)
    served = threading.Event()

    def answers(told: Told) -> tuple[int, str]:
        if told.path.endswith("/slow"):
            assert served.wait(10)
        elif sum(not one.path.endswith("/slow") for one in program.told) == 6:
            served.set()
        return 200, ""

    program.answers = answers
    for n in range(6):
        writes(**{"from": f"+1425555{n:04}"})

    send()

    assert Delivery.objects.filter(outcome=Outcome.DELIVERED).count() == 12


def test_nobody_at_home_is_a_problem_with_a_name(subscribe: Subscribe, program: Program) -> None:
    subscription, _secret = subscribe()
    Subscription.objects.update(address="http://127.0.0.1:1/")
    actions.send_test(subscription=subscription, actor=None)

    send()

    assert (Attempt.objects.get().status, Attempt.objects.get().problem) == (None, "unreachable")


def test_log_is_forgotten_after_a_month(subscribe: Subscribe) -> None:
    subscription, _secret = subscribe()
    for _ in range(2):
        actions.send_test(subscription=subscription, actor=None)
    send()
    oldest = Delivery.objects.first()
    assert oldest is not None
    Delivery.objects.filter(pk=oldest.pk).update(happened_at=now() - timedelta(days=31))

    assert deliveries.forget() == 2
    assert (Delivery.objects.count(), Attempt.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 5),
        ("999999999", 24 * 3600),
        ("soon", 5),
        ("Fri, 27 Nov 2026 13:00:00 GMT", 3600),
        ("Fri, 27 Nov 2020 13:00:00 GMT", 5),
        ("", 5),
    ],
)
def test_wait_that_the_address_asks_for_is_kept_within_bounds(subscribe: Subscribe, header: str, seconds: int) -> None:
    subscription, _secret = subscribe()
    noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    delivery = Delivery.objects.create(subscription=subscription, kind=Kind.SENT, happened_at=noon, due_at=noon)

    answer = Answer(10, 503, retry_after=asked_wait(header, at=noon))
    deliveries.record(delivery_id=delivery.pk, answer=answer, at=noon)

    delivery.refresh_from_db()
    assert delivery.due_at is not None
    assert 1 <= (delivery.due_at - noon).total_seconds() / seconds <= 1 + deliveries.JITTER

"""A reply leaves once, and its state says what is known of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.connection.models import Connection
from centrala.conversations import actions, jobs, sending
from centrala.conversations.models import Conversation, ConversationState, Message, MessageState, Reason
from centrala.errors import Refused
from centrala.numbers import pace
from centrala.organization.crypto import encrypt
from centrala.routing.actions import answer
from centrala.subscribers.models import Kind, Subscription
from hub import CUSTOMER, NOWHERE, ala, arrive, close_all, connected, drained, text
from localazure.pytest_plugin import LocalAzure

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud(local_azure: LocalAzure, settings: Settings) -> Iterator[LocalAzure]:
    settings.CLOUD = Cloud(
        authority=local_azure.url,
        resource_manager=local_azure.url,
        graph=local_azure.url,
        ca_bundle=local_azure.ca_bundle,
    )
    yield local_azure
    local_azure.control.post("/_local/reset", json={}).raise_for_status()


def conversation(cloud: LocalAzure) -> Conversation:
    connected(cloud.acs.connection_string, number=cloud.acs.phone_numbers[0])
    arrive(text("Where is my parcel?", to=cloud.acs.phone_numbers[0].lstrip("+")))
    drained()
    return Conversation.objects.get()


def on_the_phone(cloud: LocalAzure) -> list[str]:
    """What really reached the customer."""
    answer = cloud.control.get("/_local/inbox", params={"number": CUSTOMER}).raise_for_status().json()
    return [item["text"] for item in answer["items"] if item["to"] == CUSTOMER]


def test_reply_is_queued_with_its_job_in_one_transaction(cloud: LocalAzure) -> None:
    talk = conversation(cloud)

    message = answer(conversation=talk, author=ala(), text="  Tomorrow.  ")

    assert (message.text, message.state) == ("Tomorrow.", MessageState.QUEUED)
    assert ProcrastinateJob.objects.get(queue_name="sms").args == {"message_id": str(message.pk)}
    talk.refresh_from_db()
    assert (talk.state, talk.unread, talk.preview) == (ConversationState.ACTIVE, 0, "Tomorrow.")


def test_subscriber_hears_of_what_is_sent(cloud: LocalAzure) -> None:
    Subscription.objects.create(name="shop", address="https://example.org/", kinds=[Kind.SENT])
    message = actions.reply(conversation=conversation(cloud), author=None, text="Tomorrow.")

    sending.send(message_id=message.pk)

    [told] = ProcrastinateJob.objects.filter(task_name="subscribers.spread")
    assert told.args["news"] == {"message.sent": [str(message.pk)]}


def test_reply_reaches_the_customer_once_however_often_its_job_runs(cloud: LocalAzure) -> None:
    message = actions.reply(conversation=conversation(cloud), author=None, text="Tomorrow.")

    for _ in range(3):
        sending.send(message_id=message.pk)

    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert message.provider_id is not None
    assert on_the_phone(cloud) == ["Tomorrow."]


def test_send_that_died_before_the_answer_is_repeated_with_the_same_id(cloud: LocalAzure) -> None:
    message = actions.reply(conversation=conversation(cloud), author=None, text="Once only.")
    sending.send(message_id=message.pk)
    sent = Message.objects.get(pk=message.pk)
    # As a worker leaves it that was killed between the send and its answer.
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING, provider_id=None, sent_at=None)

    sending.send(message_id=message.pk)

    message.refresh_from_db()
    assert (message.state, message.provider_id) == (MessageState.SENT, sent.provider_id)
    assert on_the_phone(cloud) == ["Once only."]


def test_send_whose_answer_was_lost_is_unknown_past_the_window(cloud: LocalAzure) -> None:
    message = actions.reply(conversation=conversation(cloud), author=None, text="Did it leave?")
    long_ago = now() - sending.REPEATABILITY_WINDOW - timedelta(seconds=1)
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING, first_attempt_at=long_ago)

    sending.send(message_id=message.pk)

    message.refresh_from_db()
    assert (message.state, message.error) == (MessageState.UNKNOWN, Reason.ANSWER_LOST)
    assert on_the_phone(cloud) == []


def disconnect_from_the_network(talk: Conversation) -> None:
    connection = talk.number.connection
    connection.encrypted_connection_string = encrypt(NOWHERE)
    connection.save(update_fields=["encrypted_connection_string"])


def test_service_out_of_reach_puts_the_message_back_into_the_queue(cloud: LocalAzure) -> None:
    talk = conversation(cloud)
    message = actions.reply(conversation=talk, author=None, text="Later.")
    disconnect_from_the_network(talk)

    with pytest.raises(AzureError) as refusal:
        sending.send(message_id=message.pk)

    assert not refusal.value.permanent
    message.refresh_from_db()
    assert (message.state, message.first_attempt_at) == (MessageState.QUEUED, None)


def test_earlier_attempt_in_doubt_keeps_its_window_when_the_network_goes(cloud: LocalAzure) -> None:
    talk = conversation(cloud)
    message = actions.reply(conversation=talk, author=None, text="In doubt.")
    minute_ago = now() - timedelta(minutes=1)
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING, first_attempt_at=minute_ago)
    disconnect_from_the_network(talk)

    with pytest.raises(AzureError):
        sending.send(message_id=message.pk)

    message.refresh_from_db()
    assert (message.state, message.first_attempt_at) == (MessageState.SENDING, minute_ago)


def test_message_that_waited_a_day_fails(cloud: LocalAzure) -> None:
    message = actions.reply(conversation=conversation(cloud), author=None, text="Yesterday's news.")
    Message.objects.filter(pk=message.pk).update(created_at=now() - timedelta(hours=25))

    sending.send(message_id=message.pk)

    message.refresh_from_db()
    assert (message.state, message.error) == (MessageState.FAILED, Reason.UNREACHABLE)


def test_message_waits_for_the_repair_of_a_rotated_key(cloud: LocalAzure) -> None:
    talk = conversation(cloud)
    message = actions.reply(conversation=talk, author=None, text="With an old key.")
    connection = talk.number.connection
    right, old = connection.connection_string, "YW4gb2xkIGtleSB0aGF0IHdhcyByb3RhdGVk"
    keep_key(connection, old)

    with pytest.raises(AzureError) as refusal:
        sending.send(message_id=message.pk)
    message.refresh_from_db()
    waiting = (message.state, message.error)
    keep_key(connection, right.access_key)
    sending.send(message_id=message.pk)

    assert not refusal.value.permanent
    assert waiting == (MessageState.QUEUED, Reason.KEY_REFUSED)
    message.refresh_from_db()
    assert (message.state, message.error) == (MessageState.SENT, "")


def test_earlier_attempt_in_doubt_stays_in_doubt_when_the_key_is_rotated(cloud: LocalAzure) -> None:
    talk = conversation(cloud)
    message = actions.reply(conversation=talk, author=None, text="In doubt.")
    minute_ago = now() - timedelta(minutes=1)
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING, first_attempt_at=minute_ago)
    keep_key(talk.number.connection, "YW4gb2xkIGtleSB0aGF0IHdhcyByb3RhdGVk")

    with pytest.raises(AzureError):
        sending.send(message_id=message.pk)

    message.refresh_from_db()
    assert (message.state, message.first_attempt_at) == (MessageState.SENDING, minute_ago)


def test_repeat_that_is_refused_for_good_is_unknown_not_failed(cloud: LocalAzure) -> None:
    message = actions.reply(conversation=conversation(cloud), author=None, text="Asked.")
    sending.send(message_id=message.pk)
    # As after a lost answer, and with another content: the service rejects the repetition.
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING, provider_id=None, text="Asked otherwise.")

    sending.send(message_id=message.pk)

    message.refresh_from_db()
    assert (message.state, message.error) == (MessageState.UNKNOWN, Reason.ANSWER_LOST)
    assert on_the_phone(cloud) == ["Asked."]


def test_message_whose_job_is_gone_is_settled_as_unknown_by_the_sweep(cloud: LocalAzure) -> None:
    talk = conversation(cloud)
    lost, fresh = (actions.reply(conversation=talk, author=None, text=words) for words in ("Lost.", "Fresh."))
    long_ago = now() - 2 * sending.REPEATABILITY_WINDOW - timedelta(seconds=1)
    Message.objects.filter(pk=lost.pk).update(state=MessageState.SENDING, first_attempt_at=long_ago)
    Message.objects.filter(pk=fresh.pk).update(state=MessageState.SENDING, first_attempt_at=now())

    assert sending.settle_forgotten() == 1

    states = dict(Message.objects.filter(pk__in=[lost.pk, fresh.pk]).values_list("text", "state"))
    assert states == {"Lost.": MessageState.UNKNOWN, "Fresh.": MessageState.SENDING}


@pytest.mark.parametrize(
    ("error", "attempts", "wait"),
    [
        (AzureError("busy", permanent=False, retry_after=17), 3, 17),
        (AzureError("busy", permanent=False), 3, 8),
        (AzureError("busy", permanent=False), 90, 300),
        (RuntimeError("a fault of ours"), 3, 8),
        (RuntimeError("a fault of ours"), 8, None),
    ],
    ids=["as-asked", "doubling", "at-most", "fault", "fault-too-often"],
)
def test_job_is_tried_again_after(error: Exception, attempts: int, wait: int | None) -> None:
    job = Job(id=1, queue="sms", lock=None, queueing_lock=None, task_name="send", attempts=attempts)

    decision = jobs.WhileItMaySucceed().get_retry_decision(exception=error, job=job)

    if wait is None:
        assert decision is None
    else:
        assert decision is not None
        assert decision.retry_at is not None
        assert wait - 2 <= (decision.retry_at - now()).total_seconds() <= wait


def keep_key(connection: Connection, key: str) -> None:
    connection.encrypted_connection_string = encrypt(str(replace(connection.connection_string, access_key=key)))
    connection.save(update_fields=["encrypted_connection_string"])


def test_delivery_report_after_the_answer_names_the_message(cloud: LocalAzure) -> None:
    message = actions.reply(conversation=conversation(cloud), author=None, text="Report, please.")
    sending.send(message_id=message.pk)
    message.refresh_from_db()

    state = cloud.control.get("/_local/inbox", params={"number": CUSTOMER}).json()["items"][-1]

    assert state["message_id"] == message.provider_id


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("", "Write something first"),
        ("   \n ", "Write something first"),
        ("a" * 2049, "2049 characters"),
        ("a\0b", "a character that cannot be sent"),
        ("a\ud83d", "a character that cannot be sent"),
    ],
    ids=["empty", "blank", "too-long", "nul", "lone-surrogate"],
)
def test_text_that_cannot_be_sent_is_refused_and_nothing_is_stored(words: str, complaint: str) -> None:
    connected()
    arrive(text("Hello"))
    drained()

    with pytest.raises(Refused, match=complaint):
        actions.reply(conversation=Conversation.objects.get(), author=None, text=words)

    assert Message.objects.count() == 1


def test_closed_conversation_takes_no_reply() -> None:
    connected()
    arrive(text("Hello"))
    drained()
    close_all()

    with pytest.raises(Refused, match="closed"):
        actions.reply(conversation=Conversation.objects.get(), author=None, text="Too late")


def test_job_of_a_message_that_is_gone_does_nothing() -> None:
    sending.send(message_id=UUID(int=0))


def test_reply_beyond_the_rate_waits_for_its_turn_and_says_when(cloud: LocalAzure) -> None:
    talk = conversation(cloud)
    pace.hold(talk.number, until=now() + timedelta(minutes=1))
    message = actions.reply(conversation=talk, author=None, text="In a minute.")

    with pytest.raises(sending.NotYet) as early:
        sending.send(message_id=message.pk)

    message.refresh_from_db()
    assert (message.state, message.expected_at) == (MessageState.QUEUED, early.value.due_at)
    assert on_the_phone(cloud) == []


def test_moment_that_went_by_unused_is_promised_anew(cloud: LocalAzure) -> None:
    message = actions.reply(conversation=conversation(cloud), author=None, text="The worker was away.")
    missed = now() - pace.GOOD_FOR - timedelta(seconds=1)
    Message.objects.filter(pk=message.pk).update(due_at=missed)

    sending.send(message_id=message.pk)

    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert message.due_at is not None
    assert message.due_at > missed


def test_refusal_for_too_many_holds_every_text_of_the_sender(cloud: LocalAzure) -> None:
    talk = conversation(cloud)
    first, second = (actions.reply(conversation=talk, author=None, text=words) for words in ("One.", "Two."))
    fault = {"operation": "POST /sms", "status": 429, "retry_after_seconds": 40, "times": 1}
    cloud.control.post("/_local/faults", json=fault).raise_for_status()

    with pytest.raises(AzureError):
        sending.send(message_id=first.pk)
    with pytest.raises(sending.NotYet) as held:
        sending.send(message_id=second.pk)

    assert held.value.due_at - now() > timedelta(seconds=30)
    assert set(talk.messages.filter(direction="outbound").values_list("state", flat=True)) == {MessageState.QUEUED}
    assert on_the_phone(cloud) == []


def test_job_that_came_too_early_comes_again_on_time() -> None:
    due = now() + timedelta(seconds=20)

    job = Job(id=1, queue="sms", lock=None, queueing_lock=None, task_name="send", attempts=0)

    decision = jobs.WhileItMaySucceed().get_retry_decision(exception=sending.NotYet(due), job=job)

    assert decision is not None
    assert decision.retry_at == due


def test_two_replies_leave_in_the_order_they_were_written(cloud: LocalAzure) -> None:
    talk = conversation(cloud)
    for words in ("One.", "Two."):
        actions.reply(conversation=talk, author=None, text=words)

    # Procrastinate runs jobs of one lock one after another, the older one first.
    locks = set(ProcrastinateJob.objects.filter(queue_name="sms").values_list("lock", flat=True))
    assert locks == {f"conversation {talk.pk}"}

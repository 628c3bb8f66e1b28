"""Events of SMS become conversations: once, in any order, whatever they hold."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.connection.models import Connection, Endpoint, Service
from centrala.conversations import actions
from centrala.conversations.handlers import HANDLERS
from centrala.conversations.models import Contact, Conversation, ConversationState, Message, MessageState
from centrala.conversations.queries import thread
from centrala.inbox.actions import replay
from centrala.inbox.drain import drain
from centrala.inbox.models import INCOMING_CALL, Event, State
from centrala.inbox.waiting import Lane, Waiting
from centrala.numbers.models import PhoneNumber
from centrala.subscribers.models import Kind, Subscription
from hub import CUSTOMER, OURS, RESOURCE, ala, arrive, close_all, connected, drained, event, text

pytestmark = pytest.mark.django_db


def texts() -> list[str]:
    return list(Message.objects.order_by("created_at").values_list("text", flat=True))


def test_sms_opens_a_conversation_on_the_number_and_its_workstream() -> None:
    connected()
    arrive(text("Where is my parcel?"))

    drained()

    conversation = Conversation.objects.get()
    assert (conversation.contact.number, conversation.number.number) == (CUSTOMER, OURS)
    assert conversation.workstream is not None
    assert conversation.workstream.name == "SMS"
    assert (conversation.state, conversation.unread) == (ConversationState.OPEN, 1)
    assert conversation.preview == "Where is my parcel?"
    message = conversation.messages.get()
    assert (message.state, message.created_at) == (
        MessageState.RECEIVED,
        datetime(2026, 11, 20, 9, 14, 3, 710000, tzinfo=UTC),
    )


def test_sms_that_came_to_another_services_endpoint_opens_a_conversation_all_the_same() -> None:
    connected()
    stray = arrive(text("Where is my parcel?"))
    recording = Endpoint.objects.get(service=Service.RECORDING)
    Event.objects.filter(pk=stray.pk).update(endpoint=recording.pk, misdirected=True)

    drained()

    assert Event.objects.get().state == State.PROCESSED
    assert (Conversation.objects.get().number.number, texts()) == (OURS, ["Where is my parcel?"])


def test_two_texts_of_one_customer_share_a_conversation() -> None:
    connected()
    arrive(text("First", receivedTimestamp="2026-11-20T09:00:00Z"))
    arrive(text("Second", receivedTimestamp="2026-11-20T09:01:00Z"))

    drained()

    conversation = Conversation.objects.get()
    assert texts() == ["First", "Second"]
    assert (conversation.unread, conversation.preview) == (2, "Second")


def test_text_to_another_number_opens_another_conversation() -> None:
    connected()
    arrive(text("One"))
    arrive(text("Two", to="18335550101"))

    drained()

    assert Conversation.objects.count() == 2
    assert PhoneNumber.objects.get(number="+18335550101").synced_at is None


def test_texts_of_one_moment_stand_as_they_arrived() -> None:
    connected()
    words = [f"Part {n}" for n in range(9)]
    for part in words:
        arrive(text(part))

    drained()

    conversation = Conversation.objects.get()
    assert [message.text for message in thread(conversation)[0]] == words
    assert conversation.preview == words[-1]


def test_same_message_in_two_events_is_kept_once() -> None:
    connected()
    arrive(text("Once", message_id="Incoming_1"))
    drained()
    arrive(text("Once", message_id="Incoming_1"))

    drained()

    assert texts() == ["Once"]
    assert Conversation.objects.get().unread == 1
    assert set(Event.objects.values_list("state", flat=True)) == {State.PROCESSED}


def test_same_message_again_after_the_end_opens_nothing() -> None:
    connected()
    arrive(text("Once", message_id="Incoming_1"))
    drained()
    close_all()
    arrive(text("Once", message_id="Incoming_1"))

    drained()

    assert Conversation.objects.get().state == ConversationState.CLOSED


def test_late_text_takes_its_place_without_becoming_the_newest() -> None:
    connected()
    arrive(text("Newer", receivedTimestamp="2026-11-20T10:00:00Z"))
    drained()
    arrive(text("Older", receivedTimestamp="2026-11-20T09:00:00Z"))

    drained()

    conversation = Conversation.objects.get()
    assert texts() == ["Older", "Newer"]
    assert conversation.preview == "Newer"
    assert conversation.last_message_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_text_from_a_cloud_whose_clock_is_ahead_stands_before_its_answer() -> None:
    connected()
    arrive(text("Question", receivedTimestamp="2099-01-01T00:00:00Z"))
    drained()

    actions.reply(conversation=Conversation.objects.get(), author=None, text="Answer")

    assert texts() == ["Question", "Answer"]


def test_text_after_a_closed_conversation_opens_a_new_one() -> None:
    connected()
    arrive(text("Before"))
    drained()
    close_all()
    arrive(text("After"))

    drained()

    assert Conversation.objects.count() == 2
    assert Conversation.objects.exclude(state=ConversationState.CLOSED).get().preview == "After"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("", ""),
        ("a" * 2049, "a" * 2049),
        ("before\0after", "before\ufffdafter"),
        ("half \ud83d of a smile", "half \ufffd of a smile"),
        ("Zażółć gęślą jaźń 🙂", "Zażółć gęślą jaźń 🙂"),
    ],
    ids=["empty", "too-long-to-send", "nul", "lone-surrogate", "polish-and-emoji"],
)
def test_any_text_is_kept(sent: str, kept: str) -> None:
    connected()
    arrive(text(sent))

    drained()

    assert texts() == [kept]


def test_keys_in_other_case_are_understood() -> None:
    connected()
    body = text("Hello")
    body["data"] = {key[0].upper() + key[1:]: value for key, value in body["data"].items()}
    arrive(body)

    drained()

    assert texts() == ["Hello"]


def test_senders_name_is_kept_as_it_came() -> None:
    connected()
    arrive(text("Your code", **{"from": "PACZKA"}))

    drained()

    assert Contact.objects.get().number == "PACZKA"


def test_unreadable_event_fails_alone_with_its_reason() -> None:
    connected()
    good = [text(f"Good {n}") for n in range(5)]
    bad = text("Bad")
    del bad["data"]["from"]
    for body in [*good[:3], bad, *good[3:]]:
        arrive(body)

    drained()

    assert sorted(texts()) == [f"Good {n}" for n in range(5)]
    failed = Event.objects.get(state=State.FAILED)
    assert failed.event_id == bad["id"]
    assert failed.error == "The event's data has no from."


def test_value_too_long_for_an_index_does_not_stop_the_drain() -> None:
    connected()
    arrive(text("Too long an id", message_id="Incoming_" + uuid4().hex * 200))
    arrive(text("Good"))

    drained()

    assert texts() == ["Good"]
    assert Event.objects.get(state=State.FAILED).error == "The event's messageid is longer than 512 characters."


def test_what_postgresql_refuses_of_one_event_spares_the_others() -> None:
    connected()
    good, bad = arrive(text("Good")), arrive(text("Bad"))

    def handler(events: Sequence[Waiting]) -> None:
        if bad.pk in {event.id for event in events}:
            # The column takes any length, its index does not: SQLSTATE 54000, which psycopg calls operational.
            Event.objects.filter(pk=bad.pk).update(event_id="".join(uuid4().hex for _ in range(500)))

    drain({good.type: handler})

    assert dict(Event.objects.values_list("pk", "state")) == {good.pk: State.PROCESSED, bad.pk: State.FAILED}


def test_failed_event_is_handled_again_by_replay() -> None:
    connected()
    bad = text("Now readable")
    sender = bad["data"].pop("from")
    row = arrive(bad)
    drained()
    row.body = json.dumps(bad | {"data": bad["data"] | {"from": sender}}).encode()
    row.save(update_fields=["body"])

    assert replay(events=[row.pk], actor=None) == 1
    drained()

    assert texts() == ["Now readable"]


def test_call_is_drained_in_a_lane_of_its_own() -> None:
    connected()
    waiting = {arrive(text("Text")).pk, (call := arrive(text("Call"), type_=INCOMING_CALL)).pk}

    assert drain(HANDLERS, lane=Lane.CALLS) == 1
    assert set(Event.objects.filter(state=State.RECEIVED).values_list("pk", flat=True)) == waiting - {call.pk}
    assert drain(HANDLERS, lane=Lane.CALLS) == 0
    assert drain(HANDLERS, lane=Lane.OTHERS) == 1


def test_batch_ends_where_its_bodies_become_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    connected()
    for words in ("One", "Two", "Three"):
        arrive(text(words))
    one = min(len(bytes(event.body)) for event in Event.objects.all())
    monkeypatch.setattr("centrala.inbox.waiting.BATCH_BYTES", one + 1)

    assert [drained(), drained(), drained()] == [2, 1, 0]
    assert len(texts()) == 3


def test_unknown_event_type_is_kept_as_unknown() -> None:
    connected()
    arrive(text("Whatever"), type_="Microsoft.Communication.SomethingNew")

    drained()

    assert Event.objects.get().state == State.UNKNOWN
    assert Message.objects.count() == 0


def sent_message() -> Message:
    arrive(text("Question"))
    drained()
    message = actions.reply(conversation=Conversation.objects.get(), author=ala(), text="Answer")
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENT, provider_id="Outgoing_1")
    return message


def report(message: Message, status: str, **data: str) -> dict[str, object]:
    return event(
        "sms_delivery_report_received", deliveryStatus=status, messageId="Outgoing_1", tag=str(message.pk), **data
    )


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        (["Delivered"], MessageState.DELIVERED),
        (["Failed"], MessageState.FAILED),
        (["Failed", "Delivered"], MessageState.DELIVERED),
        (["Delivered", "Failed"], MessageState.DELIVERED),
        (["Delivered", "Delivered"], MessageState.DELIVERED),
        (["InventedYesterday"], MessageState.SENT),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["one-batch", "one-by-one"])
def test_delivery_reports_settle_a_message_in_any_order(
    statuses: list[str], state: MessageState, together: bool
) -> None:
    connected()
    message = sent_message()
    for status in statuses:
        arrive(report(message, status))
        if not together:
            drained()

    drained()

    assert Message.objects.get(pk=message.pk).state == state


@pytest.mark.parametrize(("status", "kind"), [("Delivered", Kind.DELIVERED), ("Failed", Kind.FAILED)])
def test_report_is_told_to_other_programs_as_what_it_says(status: str, kind: Kind) -> None:
    connected()
    message = sent_message()
    Subscription.objects.create(name="All", address="https://localhost/", kinds=list(Kind), encrypted_secret="x")
    arrive(report(message, status))

    drained()

    job = ProcrastinateJob.objects.get(task_name="subscribers.spread")
    assert job.args["news"] == {kind.value: [str(message.pk)]}


def test_failed_report_leaves_its_reason() -> None:
    connected()
    message = sent_message()
    arrive(report(message, "Failed", deliveryStatusDetails="Sender blocked for given recipient."))

    drained()

    message.refresh_from_db()
    assert (message.error, message.explanation) == ("Sender blocked for given recipient.",) * 2


def test_report_before_the_send_was_recorded_is_not_undone_by_it() -> None:
    connected()
    message = sent_message()
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING, provider_id=None)
    arrive(report(message, "Delivered"))

    drained()

    message.refresh_from_db()
    assert (message.state, message.provider_id) == (MessageState.DELIVERED, "Outgoing_1")


def test_report_of_somebody_elses_message_changes_nothing() -> None:
    connected()
    message = sent_message()
    arrive(event("sms_delivery_report_received", messageId="Outgoing_other", tag="their-tag", deliveryStatus="Failed"))

    drained()

    assert Message.objects.get(pk=message.pk).state == MessageState.SENT
    assert not Event.objects.exclude(state=State.PROCESSED).exists()


OTHER_RESOURCE = f"{RESOURCE}-other"


def stranger() -> Endpoint:
    """The endpoint of a resource that was connected before ours."""
    other = Connection.objects.create(
        resource_name="other",
        resource_id=OTHER_RESOURCE,
        encrypted_connection_string="",
        connected_at=now(),
        disconnected_at=now(),
    )
    return Endpoint.objects.create(connection=other, service=Service.SMS)


def test_report_of_another_resource_settles_nothing_here() -> None:
    connected()
    message = sent_message()
    Event.objects.filter(pk=arrive(report(message, "Failed")).pk).update(endpoint=stranger().pk)

    drained()

    assert Message.objects.get(pk=message.pk).state == MessageState.SENT


def test_report_of_another_text_with_our_tag_settles_nothing() -> None:
    connected()
    message = sent_message()
    arrive(event("sms_delivery_report_received", messageId="Outgoing_other", tag=str(message.pk)))

    drained()

    assert Message.objects.get(pk=message.pk).state == MessageState.SENT


def test_report_of_a_message_that_has_not_left_settles_nothing() -> None:
    connected()
    message = sent_message()
    Message.objects.filter(pk=message.pk).update(state=MessageState.QUEUED, provider_id=None)
    arrive(report(message, "Delivered"))

    drained()

    assert Message.objects.get(pk=message.pk).state == MessageState.QUEUED


@pytest.mark.parametrize(
    "said",
    ["0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday", None, 7],
)
def test_time_that_cannot_be_is_replaced_by_the_events_own(said: object) -> None:
    connected()
    message = sent_message()
    arrive(report(message, "Delivered") | {"data": report(message, "Delivered")["data"] | {"receivedTimestamp": said}})
    arrive(text("When?", receivedTimestamp=said))

    drained()

    assert abs(Message.objects.get(text="When?").created_at - now()).total_seconds() < 60
    settled_at = Message.objects.get(pk=message.pk).settled_at
    assert settled_at is not None
    assert abs(settled_at - now()).total_seconds() < 60


def test_control_characters_inside_a_text_are_kept() -> None:
    connected()
    arrive(json.dumps(text("line one@line two")).encode().replace(b"@", b"\n"))

    drained()

    assert texts() == ["line one\nline two"]


@pytest.mark.parametrize(
    "body", [b"[]", b"not json", b'{"data": null}', b'{"data": [1]}', b'{"a":' * 5000 + b"1" + b"}" * 5000]
)
def test_body_that_cannot_be_read_fails_with_a_reason(body: bytes) -> None:
    connected()
    Event.objects.filter(pk=arrive(text("x")).pk).update(body=body)

    drained()

    assert Event.objects.get().state == State.FAILED
    assert Event.objects.get().error.startswith("The event")

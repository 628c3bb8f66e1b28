"""A text whose delivery report does not come is told of, where reports do come."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from procrastinate.contrib.django import app

from centrala.conversations.jobs import note_missing_reports
from centrala.conversations.models import Conversation, Direction, Message, MessageState, Reason
from centrala.conversations.unreported import missing
from hub import arrive, connected, drained, event, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk() -> Conversation:
    connected()
    arrive(text("Where is my parcel?"))
    drained()
    return Conversation.objects.get()


def sent(talk: Conversation, *, hours_ago: float, **fields: object) -> Message:
    at = now() - timedelta(hours=hours_ago)
    values: dict[str, object] = {"state": MessageState.SENT, "created_at": at, "first_attempt_at": at, "sent_at": at}
    return Message.objects.create(
        conversation=talk,
        direction=Direction.OUTBOUND,
        text="Tomorrow.",
        **values | {"provider_id": f"Outgoing_{hours_ago}"} | fields,
    )


def report(message: Message) -> None:
    data = {"messageId": message.provider_id, "tag": str(message.pk), "receivedTimestamp": now().isoformat()}
    arrive(event("sms_delivery_report_received", **data))
    drained()
    message.refresh_from_db()


def test_only_a_text_that_has_waited_too_long_is_told_of(talk: Conversation) -> None:
    late, early = sent(talk, hours_ago=12.1), sent(talk, hours_ago=11.9)
    never_sent = sent(talk, hours_ago=13, state=MessageState.FAILED, error="HTTP 400", provider_id=None)
    report(sent(talk, hours_ago=14))

    note_missing_reports(0)

    for message in (late, early, never_sent):
        message.refresh_from_db()
    assert (late.state, late.error) == (MessageState.SENT, Reason.NO_REPORT)
    assert late.explanation.startswith("No delivery report has come within 12 hours")
    assert (early.error, never_sent.error) == ("", "HTTP 400")
    assert missing(now()) == 1


def test_number_whose_texts_are_never_reported_is_left_alone(talk: Conversation) -> None:
    late = sent(talk, hours_ago=13)
    sent(talk, hours_ago=14, state=MessageState.FAILED, provider_id=None)  # refused: nobody reported that

    note_missing_reports(0)

    late.refresh_from_db()
    assert (late.error, missing(now())) == ("", 0)


def test_report_that_comes_after_all_settles_the_text(talk: Conversation) -> None:
    late = sent(talk, hours_ago=13)
    report(sent(talk, hours_ago=14))
    note_missing_reports(0)

    report(late)

    assert (late.state, late.error, missing(now())) == (MessageState.DELIVERED, "", 0)


def test_reports_are_looked_for_every_quarter_of_an_hour() -> None:
    app.perform_import_paths()

    tasks = {one.task.name: one.cron for one in app.periodic_registry.periodic_tasks.values()}

    assert tasks["conversations.note_missing_reports"] == "*/15 * * * *"

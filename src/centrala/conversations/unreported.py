"""Delivery reports that should have come and did not."""

from datetime import datetime, timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from centrala.conversations.live import announce
from centrala.conversations.models import Direction, Message, MessageState, Reason

# The longest that a sender may have the service wait for a carrier's word.
# https://learn.microsoft.com/rest/api/communication/sms/send (deliveryReportTimeoutInSeconds)
DUE_WITHIN = timedelta(hours=12)
LOOKED_BACK = timedelta(days=7)
SWEEP = 500

# Some countries and carriers never report. Of a number the conversations that were last written in show whether its
# texts are reported: a report brings state and name at once.
REPORTED = """
    select exists (
        select from (
            select id, number_id from conversations_conversation order by last_message_at desc, id desc limit 50000
        ) as recent
        join conversations_message as message on message.conversation_id = recent.id
        where recent.number_id = %s and message.direction = 'outbound' and message.state in ('delivered', 'failed')
            and message.provider_id is not null
    )
"""


def note_missing() -> int:
    """Says so of texts that were sent, through numbers whose texts are reported; returns of how many. A report that
    comes later still settles its text."""
    late = _late(now())
    numbers = late.order_by().values_list("conversation__number_id", flat=True).distinct()
    reported = [number for number in numbers if _is_reported(number)]
    count = 0
    while messages := list(late.filter(conversation__number_id__in=reported)[:SWEEP]):
        count += _note(messages)
    return count


def missing(at: datetime) -> int:
    """Of how many texts of the last days it is said."""
    return _sent(at).filter(error=Reason.NO_REPORT).count()


def _late(at: datetime) -> QuerySet[Message]:
    return _sent(at).filter(first_attempt_at__lt=at - DUE_WITHIN, error="").order_by("first_attempt_at", "id")


def _sent(at: datetime) -> QuerySet[Message]:
    """Worded so that message_under_way serves it."""
    return Message.objects.filter(
        direction=Direction.OUTBOUND, state=MessageState.SENT, first_attempt_at__gt=at - LOOKED_BACK
    )


def _is_reported(number: int) -> bool:
    with database.cursor() as cursor:
        cursor.execute(REPORTED, [number])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def _note(messages: list[Message]) -> int:
    """Unless a report has come meanwhile."""
    ids = sorted(message.pk for message in messages)
    noted = Message.objects.filter(pk__in=ids, state=MessageState.SENT).update(error=Reason.NO_REPORT)
    announce(message.conversation_id for message in messages)
    return noted

"""Background jobs of conversations: each fetches by id and calls one action."""

import logging
from uuid import UUID

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from centrala.azure.errors import AzureError
from centrala.conversations import automation, sending, unreported
from centrala.conversations.models import Message
from centrala.moments import moment
from centrala.organization.jobs import AFTER_TEXTS
from centrala.workstreams.models import Occasion

log = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 300
MOST_FAULTS = 8  # attempts after which a fault of ours is left to the sweep, and to whoever reads the log


class WhileItMaySucceed(BaseRetryStrategy):
    """Again after what the service asked for, else 1, 2, 4 ... 300 s: for as long as the cloud may change its mind,
    and a few times after a fault of ours (a lost key, an empty pool). What came too early comes again on time."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, sending.NotYet):
            return RetryDecision(retry_at=exception.due_at)
        asked = None
        if isinstance(exception, AzureError):
            asked = exception.retry_after
        elif job.attempts >= MOST_FAULTS:
            return None
        wait = min(asked or 2**job.attempts, LONGEST_WAIT_SECONDS)
        return RetryDecision(retry_in={"seconds": int(wait)})


@app.task(name="conversations.send_message", queue="sms", retry=WhileItMaySucceed())
def send_message(*, message_id: str) -> None:
    sending.send(message_id=UUID(message_id))


def enqueue(message: Message, *, after_answers: bool = False) -> None:
    """Its turn decides when. Messages of one conversation leave one after another, in the order they were written; of
    what is due at once, answers go first."""
    waits = message.due_at is not None and message.due_at > message.created_at  # else at once, by whatever clock
    job = send_message.configure(
        lock=f"conversation {message.conversation_id}",
        schedule_at=message.due_at if waits else None,
        priority=AFTER_TEXTS if after_answers else 0,
    )
    job.defer(message_id=str(message.pk))


@app.task(name="conversations.write_automatically", queue="sms", retry=WhileItMaySucceed())
def write_automatically(*, conversations: list[str], occasions: list[str], at: str) -> None:
    for conversation in conversations:
        automation.write(
            conversation_id=UUID(conversation), occasions=[Occasion(one) for one in occasions], at=moment(at)
        )


@app.periodic(cron="* * * * *")
@app.task(name="conversations.settle_forgotten", queue="sms")
def settle_forgotten(timestamp: int) -> None:
    sending.settle_forgotten()


@app.periodic(cron="*/15 * * * *")
@app.task(name="conversations.note_missing_reports", queue="sms", priority=AFTER_TEXTS)
def note_missing_reports(timestamp: int) -> None:
    if count := unreported.note_missing():
        log.warning("%d texts have had no delivery report for 12 hours", count)

"""Background jobs of conversations: each fetches by id and calls one action."""

from uuid import UUID

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from centrala.azure.errors import AzureError
from centrala.conversations import sending

LONGEST_WAIT_SECONDS = 300


class WhileItMaySucceed(BaseRetryStrategy):
    """Again after what the service asked for, else 1, 2, 4 ... 300 s, for as long as the action raises."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not isinstance(exception, AzureError) or exception.permanent:
            return None
        wait = exception.retry_after or min(2**job.attempts, LONGEST_WAIT_SECONDS)
        return RetryDecision(retry_in={"seconds": int(wait)})


@app.task(name="conversations.send_message", queue="sms", retry=WhileItMaySucceed())
def send_message(*, message_id: str) -> None:
    sending.send(message_id=UUID(message_id))

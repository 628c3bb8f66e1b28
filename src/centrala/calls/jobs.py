"""Background jobs of calls: each fetches by id and calls one action."""

from uuid import UUID

from procrastinate.contrib.django import app

from centrala.calls import enquiring, transcript
from centrala.conversations.jobs import WhileItMaySucceed


@app.task(name="calls.transcribe", queue="calls", retry=WhileItMaySucceed())
def transcribe(*, call_id: str) -> None:
    transcript.follow(call_id=UUID(call_id))


@app.task(name=enquiring.HANG_UP, queue="calls", retry=WhileItMaySucceed())
def hang_up_outside(*, enquiry_id: str) -> None:
    enquiring.hang_up(UUID(enquiry_id))

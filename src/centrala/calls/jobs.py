"""Background jobs of calls: each fetches by id and calls one action."""

from uuid import UUID

from procrastinate.contrib.django import app

from centrala.calls import transcript
from centrala.conversations.jobs import WhileItMaySucceed


@app.task(name="calls.transcribe", queue="calls", retry=WhileItMaySucceed())
def transcribe(*, call_id: str) -> None:
    transcript.follow(call_id=UUID(call_id))

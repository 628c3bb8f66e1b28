"""Background jobs of carriers: each fetches by id and calls one action."""

from uuid import UUID

from procrastinate.contrib.django import app

from centrala.carriers import importing
from centrala.conversations.jobs import WhileItMaySucceed
from centrala.ordering.actions import QUEUE


@app.task(name="carriers.import_numbers", queue=QUEUE, retry=WhileItMaySucceed())
def import_numbers(*, import_id: str) -> None:
    importing.carry_out(import_id=UUID(import_id))

"""Background jobs of orders: each fetches by id and calls one action."""

from uuid import UUID

from procrastinate.contrib.django import app

from centrala.conversations.jobs import WhileItMaySucceed
from centrala.ordering import carrying
from centrala.ordering.actions import QUEUE


@app.task(name="ordering.carry_out", queue=QUEUE, retry=WhileItMaySucceed())
def carry_out(*, order_id: str) -> None:
    carrying.carry_out(order_id=UUID(order_id))

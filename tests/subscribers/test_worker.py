"""The worker's own part: a note becomes deliveries, and the first retry comes after five seconds."""

import asyncio
from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.subscribers.models import Delivery, Kind, Outcome, Subscription
from centrala.worker.jobs import working_app
from hub import arrive, connected, drained, text
from subscribers.scene import Program


async def work() -> None:
    """Until no job is left."""
    async with working_app().open_async() as working:
        await working.run_worker_async(queues=["webhooks"], wait=False, install_signal_handlers=False)
    await sync_to_async(connections.close_all)()  # of the thread in which periodic jobs are deferred


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_worker_sends_what_is_due_and_again_after_five_seconds(
    subscribe: Callable[..., tuple[Subscription, str]], program: Program
) -> None:
    subscribe(Kind.RECEIVED)
    connected()
    program.answers = lambda _told: (500 if len(program.told) == 1 else 200, "")
    arrive(text("Hello"))
    drained()

    asyncio.run(work())

    delivery = Delivery.objects.get()
    first, second = delivery.log.order_by("number")
    assert (delivery.outcome, first.status, second.status) == (Outcome.DELIVERED, 500, 200)
    assert 5 <= (second.at - first.at).total_seconds() < 8
    assert not ProcrastinateJob.objects.filter(queue_name="webhooks", status="failed").exists()

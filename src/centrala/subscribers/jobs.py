"""Background jobs of outgoing webhooks. What a body holds is the REST API's to say, so `api.jobs` sends them."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from centrala.moments import moment
from centrala.organization.jobs import AFTER_TEXTS
from centrala.subscribers import deliveries

QUEUE, RETRY = "webhooks", RetryStrategy(max_attempts=8, exponential_wait=4)


@app.task(name="subscribers.spread", queue=QUEUE, priority=AFTER_TEXTS, retry=RETRY)
def spread(*, news: dict[str, list[str]], at: str) -> None:
    deliveries.spread(news=news, at=moment(at))


@app.periodic(cron="53 3 * * *")
@app.task(name="subscribers.forget_old", queue=QUEUE, priority=AFTER_TEXTS)
def forget_old(timestamp: int) -> None:
    deliveries.forget()

"""Background jobs of the REST API, and of webhooks, whose bodies are its shapes."""

from ninja.responses import NinjaJSONEncoder
from procrastinate import JobContext
from procrastinate.contrib.django import app

from centrala.api import actions, sending, telling
from centrala.organization.jobs import AFTER_TEXTS
from centrala.subscribers.deliveries import wake
from centrala.subscribers.jobs import QUEUE, RETRY
from centrala.subscribers.sending import LINGER, Sender


@app.periodic(cron="41 3 * * *")
@app.task(name="api.forget_old", queue="api", priority=AFTER_TEXTS)
def forget_old(timestamp: int) -> None:
    """Tokens that are over, and keys of messages sent long ago."""
    actions.forget()
    sending.forget()


@app.periodic(cron="* * * * *")
@app.task(
    name="api.deliver_webhooks", queue=QUEUE, lock="webhooks", priority=AFTER_TEXTS, retry=RETRY, pass_context=True
)
def deliver_webhooks(context: JobContext, timestamp: int = 0) -> None:
    sender = Sender(telling.data, encoder=NinjaJSONEncoder, linger=LINGER, go_on=lambda: not context.should_abort())
    if sender.run():
        wake()

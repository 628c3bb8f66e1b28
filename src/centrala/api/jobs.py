"""Background jobs of the REST API."""

from procrastinate.contrib.django import app

from centrala.api import actions, sending
from centrala.organization.jobs import AFTER_TEXTS


@app.periodic(cron="41 3 * * *")
@app.task(name="api.forget_old", queue="api", priority=AFTER_TEXTS)
def forget_old(timestamp: int) -> None:
    """Tokens that are over, and keys of messages sent long ago."""
    actions.forget()
    sending.forget()

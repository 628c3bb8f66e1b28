"""Background jobs of the REST API."""

from procrastinate.contrib.django import app

from centrala.api import actions, sending

AFTER_TEXTS = -10


@app.periodic(cron="41 3 * * *")
@app.task(name="api.forget_old", queue="mail", priority=AFTER_TEXTS)
def forget_old(timestamp: int) -> None:
    """Tokens that are over, and keys of messages sent long ago."""
    actions.forget()
    sending.forget()

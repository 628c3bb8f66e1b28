"""Background jobs of the connection."""

from procrastinate.contrib.django import app

from centrala.connection import keys, sightings
from centrala.connection.access import active_connection
from centrala.organization.jobs import AFTER_TEXTS


@app.periodic(cron="*/5 * * * *")
@app.task(name="connection.check_key", queue="connection", priority=AFTER_TEXTS, queueing_lock="connection.check_key")
def check_key(timestamp: int) -> None:
    """A key that was regenerated in Azure is noticed before an agent meets it."""
    connection = active_connection()
    if connection is not None:
        keys.check(connection)


@app.periodic(cron="41 3 * * *")
@app.task(name="connection.forget_refusals", queue="connection", priority=AFTER_TEXTS)
def forget_refusals(timestamp: int) -> None:
    sightings.forget_refusals()

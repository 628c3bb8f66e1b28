"""A trial ends by itself."""

from procrastinate.contrib.django import app

from centrala.organization.jobs import AFTER_TEXTS
from centrala.trial import actions


@app.periodic(cron="* * * * *")
@app.task(name="trial.end_when_over", queue="trial", priority=AFTER_TEXTS, queueing_lock="trial.end_when_over")
def end_when_over(timestamp: int) -> None:
    actions.end_when_over()

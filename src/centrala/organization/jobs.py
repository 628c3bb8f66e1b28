"""Background jobs about people, and about the jobs themselves."""

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from centrala.organization import lockout, people
from centrala.organization.crypto import decrypt
from centrala.organization.mailing import mail_to

FAILED_JOBS_DAYS = 30
AFTER_TEXTS = -10  # whoever asks for a thousand mails delays no customer's answer


@app.task(
    name="organization.mail_reset",
    queue="mail",
    priority=AFTER_TEXTS,
    retry=RetryStrategy(max_attempts=6, exponential_wait=4),
)
def mail_reset(*, sealed_address: str, language: str) -> None:
    """Sealed, because the arguments of a job that fails are logged."""
    mail_to(address=decrypt(sealed_address), language=language)


@app.periodic(cron="17 3 * * *")
@app.task(name="organization.forget_expired", queue="mail", priority=AFTER_TEXTS)
def forget_expired(timestamp: int) -> None:
    """Sessions, links and failures to sign in that mean nothing any more."""
    people.forget_expired()
    lockout.forget_expired()


@app.periodic(cron="29 3 * * *")
@app.task(name="organization.forget_failed_jobs", queue="mail", priority=AFTER_TEXTS, pass_context=True)
async def forget_failed_jobs(context: JobContext, timestamp: int) -> None:
    """Those that succeed are gone at once; what failed stays for a month, for whoever looks why."""
    assert context.app is not None
    await context.app.job_manager.delete_old_jobs(
        nb_hours=FAILED_JOBS_DAYS * 24, include_failed=True, include_cancelled=True, include_aborted=True
    )

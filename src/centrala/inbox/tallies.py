"""What is counted for whoever watches the hub, kept in the database: it does not matter which process is asked."""

from enum import StrEnum

from django.db import connection as database
from django.db import transaction

from centrala.inbox.models import Tally


class Counted(StrEnum):
    """The names; in brackets what the label is. Those of jobs, messages and deliveries are written by triggers of the
    migrations."""

    RECEIVED = "received"  # events that were new (service)
    DUPLICATES = "duplicates"  # events that the inbox had already (service)
    REFUSED = "refused"  # requests of a webhook (code)
    DRAINED = "drained"  # events (state they came into)
    JOBS_FAILED = "jobs_failed"  # for good (task)
    MESSAGES = "messages"  # outbound (state they came into)
    SOUND_LOST = "sound_lost"  # frames of 20 ms that an end of a call did not take in time (end)
    DELIVERED_WITHIN = "delivered_within"  # seconds from first attempt to report (upper bound of BOUNDS, or inf)
    DELIVERY_MILLISECONDS = "delivery_milliseconds"  # their sum


# As in the function message_tally of the migrations of conversations.
BOUNDS = ("0.5", "1", "2.5", "5", "10", "30", "60", "300", "1800", "inf")

ADD = "INSERT INTO inbox_tally (name, label, amount) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])"
SUMS = "SELECT name, label, sum(amount)::bigint AS amount FROM inbox_tally GROUP BY name, label"
# In one statement, so that nobody ever sees the rows and their sum both, or neither.
SUM_UP = """
with gone as (delete from inbox_tally returning name, label, amount)
insert into inbox_tally (name, label, amount) select name, label, sum(amount) from gone group by name, label
"""


def tally(name: Counted, label: str, amount: int) -> None:
    """In the caller's transaction, if there is one."""
    Tally.objects.create(name=name, label=label, amount=amount)


@transaction.atomic
def sum_up() -> None:
    """One row of each kind stays. Two at once take turns."""
    with database.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('centrala.tallies'))")
        cursor.execute(SUM_UP)

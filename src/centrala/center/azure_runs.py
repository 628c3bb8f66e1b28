"""Setting up Azure in the background of the web process, for the page that shows it.

It runs with the administrator's token, which lives in this process's memory and nowhere else, and goes when the run
ends; so does what a run tells, here, in the one module of the admin center with state that changes. A run that dies
with its process is begun again.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock, Thread

from django.db import connections
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import override

from centrala.azure.errors import AzureError
from centrala.azure.eventgrid import DeadLetters
from centrala.connection.azure_words import in_words
from centrala.connection.models import Connection
from centrala.connection.provisioning import Progress, Provisioner, Report, Step, Stopped
from centrala.connection.sign_in import SignIn
from centrala.errors import Refused
from centrala.numbers import actions as numbers
from centrala.organization.models import Role, User
from centrala.workstreams.actions import put_to_work

log = logging.getLogger(__name__)

NEWS = timedelta(minutes=15)
Order = tuple[str, str, DeadLetters | None]  # the resource's id, and what was chosen


class Outcome(StrEnum):
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Row:
    """A step of the plan and the latest of what the run told of it, if anything yet."""

    step: Step
    report: Report | None
    stopped: bool = False

    @property
    def seconds_left(self) -> int:
        """How long Entra may still take to spread what is new."""
        until = self.report.until if self.report else None
        return max(0, round((until - now()).total_seconds())) if until else 0

    @property
    def minutes_left(self) -> int:
        return self.seconds_left // 60

    @property
    def rest_left(self) -> str:
        return f"{self.seconds_left % 60:02}"


@dataclass
class Run:
    """`provisioner` and `sign_in` hold the token; there are none any more when the run has ended."""

    provisioner: Provisioner | None = field(repr=False)
    sign_in: SignIn | None = field(repr=False)
    order: Order
    actor_id: int
    language: str
    ended_at: datetime | None = None
    steps: tuple[Step, ...] = ()
    reports: dict[str, Report] = field(default_factory=dict)
    outcome: Outcome = Outcome.RUNNING
    queued: bool = False
    message: str = ""
    stopped_at: str = ""  # the key of the step that stopped it

    @property
    def rows(self) -> list[Row]:
        return [
            Row(step, self.reports.get(step.key), stopped=step.key == self.stopped_at and self.ended)
            for step in self.steps
        ]

    @property
    def ended(self) -> bool:
        return self.outcome is not Outcome.RUNNING

    @property
    def done(self) -> int:
        return sum(one.progress is Progress.DONE for one in self.reports.values())

    def shown_to(self, user: User) -> bool:
        """What ended is news for a while to whoever began it; nobody else is kept from a plan of their own."""
        if self.ended_at is None:
            return True
        return self.actor_id == user.pk and now() - self.ended_at < NEWS

    def hear(self, report: Report) -> None:
        """Raises Refused when whoever began it may not go on: each step is told before it is done."""
        if not User.objects.filter(pk=self.actor_id, is_active=True, role=Role.ADMINISTRATOR).exists():
            raise Refused(_("Whoever began this is no administrator any more, so it was stopped."))
        if self.sign_in is not None and self.sign_in.signed_out:
            raise Refused(_("Whoever began this has signed out of Azure, so it was stopped."))
        self.queued = report.progress is Progress.QUEUED
        if report.key:
            self.reports[report.key] = report


class Runs:
    """One at a time. The database's lock keeps those of other processes apart, this one keeps two tabs apart."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._latest: Run | None = None

    @property
    def latest(self) -> Run | None:
        return self._latest

    def forget(self, user: User) -> None:
        """The ended one that this person began; one that is under way goes on and stays."""
        with self._lock:
            if self._latest is not None and self._latest.ended and self._latest.actor_id == user.pk:
                self._latest = None

    def begin(self, provisioner: Provisioner, *, sign_in: SignIn, actor: User, language: str) -> Run:
        """The run under way where it does the same, else a new one. Raises Refused while one does something else."""
        order = str(provisioner.resource).lower(), provisioner.application_id, provisioner.dead_letters
        with self._lock:
            if self._latest is not None and not self._latest.ended:
                return _same(self._latest, order)
            run = self._latest = Run(provisioner, sign_in, order, actor.pk, language)
            provisioner.tell = run.hear
            Thread(target=_run, args=(run,), name="azure set-up", daemon=True).start()
            return run


RUNS = Runs()


def _same(running: Run, order: Order) -> Run:
    if running.order == order:
        return running
    raise Refused(
        _("Nothing was begun: Azure is being set up for “%(name)s”, with other choices. Wait until that has ended.")
        % {"name": running.order[0].rpartition("/")[2]}
    )


def _run(run: Run) -> None:
    try:
        with override(run.language):
            run.message = _ended(run)
            run.outcome = Outcome.DONE
    except Stopped as stopped:
        _stop(run, stopped.message, key=stopped.key)
    except (Refused, AzureError) as refused:
        with override(run.language):
            _stop(run, in_words(refused))
    except Exception:  # a bug must not leave a page that waits for ever
        log.exception("setting up Azure failed")
        with override(run.language):
            _stop(run, _("Centrala failed, its log says where. What was made stays; you can try again."))
    finally:
        run.provisioner, run.sign_in, run.ended_at = None, None, now()
        connections.close_all()


def _stop(run: Run, message: str, *, key: str = "") -> None:
    running = [name for name, one in run.reports.items() if one.progress is not Progress.DONE]
    run.message, run.stopped_at, run.outcome = message, key or next(iter(running), ""), Outcome.STOPPED


def _ended(run: Run) -> str:
    assert run.provisioner is not None
    run.steps = run.provisioner.plan().steps
    connection = run.provisioner.apply()
    return _put_to_work(connection)


def _put_to_work(connection: Connection) -> str:
    """Everything is set up by now, so that numbers which do not come are no failure of it."""
    try:
        put_to_work(numbers=numbers.sync(connection=connection))
    except AzureError as error:
        return _("Events arrive. The phone numbers could not be fetched: %(reason)s") % {"reason": in_words(error)}
    return _("“%(name)s” is connected, and its events arrive here.") % {"name": connection.resource_name}

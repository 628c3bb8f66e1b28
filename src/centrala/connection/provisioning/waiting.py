"""What a run does when a piece is not as it should be yet: waits and shows it, or ends with cause and fix."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.utils.translation import gettext as _

from centrala.azure.errors import AzureError
from centrala.connection.azure_words import in_words
from centrala.connection.provisioning import handshakes
from centrala.connection.provisioning.patience import Patience
from centrala.connection.provisioning.pieces import Kind, Piece
from centrala.connection.provisioning.reports import Progress, Report, Stopped, Tell
from centrala.connection.provisioning.rights import TO_MAKE
from centrala.connection.provisioning.survey import Section

T = TypeVar("T")
NEVER = {"ReadOnlyDisabledSubscription", "ScopeLocked"}  # a 409 that no waiting mends


@dataclass(kw_only=True)
class Course:
    """How one piece has gone so far. `troubles` counts what patience bounds."""

    key: str
    name: str
    since: datetime
    troubles: int = 0


@dataclass(frozen=True, kw_only=True)
class Waiting:
    who: str  # whose credential acts
    tell: Tell
    patience: Patience

    def course(self, key: str, name: str) -> Course:
        return Course(key=key, name=name, since=self.patience.now())

    def asking(self, question: Callable[[], T], *, course: Course, right: object) -> T:
        """The answer, asked for again while Azure is busy. Raises Stopped."""
        while True:
            try:
                return question()
            except AzureError as error:
                if error.permanent:
                    raise self._refusal(course, error, right) from None
                self._pause(course, error)

    def after(self, piece: Piece, error: AzureError | None, course: Course, *, spread_by: datetime | None) -> None:
        """Returns when it is time to try the piece again. Raises Stopped when that is pointless."""
        if piece.kind is Kind.PROVIDER and error is None and piece.found is not None:
            self._registering(course)
        elif error is not None and handshakes.failed(error):
            self._spreading(course, error, url=piece.wanted["endpointUrl"], until=spread_by)
        elif error is None or _may_pass(error, piece.kind.section):
            self._pause(course, error)
        else:
            raise self._refusal(course, error, TO_MAKE[piece.kind])

    def _registering(self, course: Course) -> None:
        until = course.since + self.patience.registering
        if self.patience.now() >= until:
            raise Stopped(course.key, course.name, cause=_("Azure is still registering it."), fix=_later())
        self._until(course, Progress.REGISTERING, "", until, self.patience.between_looks)

    def _spreading(self, course: Course, error: AzureError, *, url: str, until: datetime | None) -> None:
        if until is None or self.patience.now() >= until or not handshakes.may_be_spreading(error):
            cause = handshakes.cause(error, url=url)
            raise Stopped(course.key, course.name, cause=cause.text, fix=cause.fix)
        self._until(course, Progress.SPREADING, in_words(error), until, self.patience.between_handshakes)

    def _pause(self, course: Course, error: AzureError | None) -> None:
        course.troubles += 1
        reason = in_words(error) if error else _("What was made does not show.")
        if course.troubles >= self.patience.tries:
            cause = _("Azure does not do it: %(reason)s") % {"reason": reason}
            raise Stopped(course.key, course.name, cause=cause, fix=_later())
        seconds = self.patience.wait_of(course.troubles, error.retry_after if error else None)
        again = self.patience.now() + timedelta(seconds=seconds)
        self.tell(Report(key=course.key, name=course.name, progress=Progress.RETRYING, reason=reason, again=again))
        self.patience.sleep(seconds)

    def _until(self, course: Course, progress: Progress, reason: str, until: datetime, seconds: float) -> None:
        again = min(until, self.patience.now() + timedelta(seconds=seconds))
        self.tell(Report(key=course.key, name=course.name, progress=progress, reason=reason, until=until, again=again))
        self.patience.sleep(seconds)

    def _refusal(self, course: Course, error: AzureError, right: object) -> Stopped:
        if error.status != 403:
            return Stopped(course.key, course.name, cause=in_words(error), fix=_correct())
        cause = _("Azure does not let %(who)s do this (%(reason)s).") % {"who": self.who, "reason": in_words(error)}
        fix = _(
            "get %(right)s; or hand it to somebody who has it: centrala provision --export az prints what they run."
        )
        return Stopped(course.key, course.name, cause=cause, fix=fix % {"right": right})


def _may_pass(error: AzureError, section: Section) -> bool:
    if not error.permanent or (error.status == 409 and error.code not in NEVER):
        return True
    # What was made a moment ago is not known to all of Graph at once.
    return section is Section.DIRECTORY and error.status in {400, 404}


def _later() -> str:
    return _("run this again in a few minutes; it goes on from here.")


def _correct() -> str:
    return _("correct that, then run this again; it goes on from here.")

"""What a run tells while it goes on, and how it ends when it cannot."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from centrala.connection.provisioning.plan import Change, title
from centrala.errors import Refused

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Progress(StrEnum):
    QUEUED = "queued"  # another run is under way
    RUNNING = "running"
    RETRYING = "retrying"  # Azure was busy or did not answer
    REGISTERING = "registering"
    SPREADING = "spreading"  # Entra takes up to 15 minutes to spread a new application
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class Report:
    """`change` is what was to be done at first. `until` is when waiting ends, `again` when it is tried next."""

    key: str = ""
    name: str = ""
    progress: Progress
    change: Change = Change.KEPT
    reason: str = ""
    until: datetime | None = None
    again: datetime | None = None

    @property
    def title(self) -> "StrOrPromise":
        return title(self.key)


Tell = Callable[[Report], None]


class UsedElsewhere(Refused):
    """Another installation's event subscriptions are there. It may be told that the resource is taken over."""


class DisconnectedMeanwhile(Refused):
    """By somebody else, or in another tab. What was made in Azure stays."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "“%(name)s” was disconnected while this ran, so it was stopped. "
                "Fix: if it is to be connected after all, run this again."
            )
            % {"name": name}
        )


class ConnectedMeanwhile(Refused):
    """By hand, with another application than the run's: going on would undo that, or lead nowhere."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "“%(name)s” was connected with another application while this ran, so it was stopped. "
                "Fix: look at the plan again, then run it."
            )
            % {"name": name}
        )


class Stopped(Refused):
    """The run cannot go on at one piece. What was made stays, and running again goes on from there."""

    def __init__(self, key: str, name: str, *, cause: str, fix: str) -> None:
        what = str(title(key)) if key else name
        super().__init__(
            _("%(what)s: %(cause)s Fix: %(fix)s")
            % {"what": f"{what} ({name})" if key else what, "cause": cause, "fix": fix}
        )
        self.key = key
        self.cause = cause
        self.fix = fix

"""What a rule says."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class State(StrEnum):
    ERROR = "error"  # something does not work
    WARNING = "warning"  # it works, and will not always
    NOT_CHECKED = "not_checked"
    OK = "ok"


class Action(StrEnum):
    """What can be done about it by a button."""

    SIGN_IN = "sign-in"  # to Azure
    PROVISION = "provision"
    CONNECT = "connect"
    MANAGE = "manage"  # repair, and the endpoints to copy
    EVENTS = "events"
    ORGANIZATION = "organization"
    NUMBERS = "numbers"
    PROTECT = "protect"  # files of this installation become their owner's alone


@dataclass(frozen=True, kw_only=True)
class Fix:
    """In plain words; `command` is exact, for a terminal; `action` is what a page offers as a button."""

    text: "StrOrPromise" = ""
    command: str = ""
    action: Action | None = None

    def __str__(self) -> str:
        return f"{self.text} {self.command}".strip() if self.command else str(self.text)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Of one rule, this time. Where `fix` is None the rule's own holds."""

    state: State
    cause: str = ""
    fix: Fix | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    id: str
    title: str
    state: State
    cause: str
    fix: Fix

    @property
    def wrong(self) -> bool:
        return self.state in {State.ERROR, State.WARNING}


class NotChecked(Exception):
    """Raised by whatever a rule asks for and cannot have: says why, and what would let it be checked."""

    def __init__(self, cause: str, fix: Fix | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.fix = fix or Fix()


class NotShown(NotChecked):
    """Azure would tell, but not to whoever asks."""


def fine(cause: str = "") -> Outcome:
    return Outcome(state=State.OK, cause=cause)

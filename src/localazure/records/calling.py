"""Call Automation: what outlasts a restart. Calls do not."""

from enum import StrEnum

import msgspec

from localazure.records.directory import SigningKey


class CallbackKey(SigningKey, frozen=True, kw_only=True):
    """Signs what is told to callback addresses. The tenant's keys have no part in it."""


class WhenCalled(StrEnum):
    """What a telephone outside does. `ring`: nothing, until somebody picks it up by the control API."""

    RING = "ring"
    ANSWER = "answer"
    BUSY = "busy"
    DECLINE = "decline"
    UNREACHABLE = "unreachable"


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that a scripted party does: exactly one of these is set. `wait` is in seconds of the cloud's clock."""

    wait: float | None = None
    hang_up: bool | None = None


class Telephone(msgspec.Struct, frozen=True, kw_only=True):
    """How the telephone with that raw id behaves when it is called, and what its script does then."""

    raw_id: str
    when_called: WhenCalled
    after_seconds: float = 0
    script: tuple[Step, ...] = ()

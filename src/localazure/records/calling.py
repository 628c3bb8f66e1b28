"""Call Automation: what outlasts a restart. Calls do not."""

from datetime import datetime
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
    """One thing that a scripted party does: exactly one of the first group is set. Times are seconds.

    `play` is a WAV file. The waits for silence (so long, after something was heard) and for sound end after `at_most`.
    """

    say: str | None = None
    play: bytes | None = None
    press: str | None = None
    wait: float | None = None
    until_silence: float | None = None
    until_sound: bool | None = None
    hang_up: bool | None = None

    language: str = "en"
    at_most: float = 30


class Telephone(msgspec.Struct, frozen=True, kw_only=True):
    """How the telephone with that raw id behaves when it is called, and what its script does then."""

    raw_id: str
    when_called: WhenCalled
    after_seconds: float = 0
    script: tuple[Step, ...] = ()


class AiResource(msgspec.Struct, frozen=True, kw_only=True):
    """An Azure AI services resource that a Communication Services resource may use."""

    resource: str
    endpoint: str


class RecordingFile(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk of a recording; `path` is below the folder of recordings. A day after `made_at` it is gone."""

    document: str
    resource: str
    path: str
    metadata: dict[str, object]
    made_at: datetime

"""What is, and what will be, as a diff."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from centrala.connection.provisioning.blueprint import Blueprint
from centrala.connection.provisioning.pieces import Kind, Piece

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TITLES: dict[str, "StrOrPromise"] = {
    Kind.PROVIDER: _("Resource provider registered"),
    Kind.APPLICATION: _("Application registration"),
    Kind.PRINCIPAL: _("Service principal of the application"),
    Kind.ROLE: _("Application role"),
    Kind.EVENT_GRID: _("Service principal of Event Grid"),
    f"{Kind.ASSIGNMENT}:event-grid": _("Role given to Event Grid"),
    f"{Kind.ASSIGNMENT}:writer": _("Role given to whoever makes the event subscriptions"),
    f"{Kind.OWNER}:application": _("Owner of the application"),
    f"{Kind.OWNER}:principal": _("Owner of its service principal"),
    Kind.CONNECTION: _("Connection of Centrala"),
    Kind.TOPIC: _("System topic"),
    f"{Kind.SUBSCRIPTION}:sms": _("Event subscription for SMS"),
    f"{Kind.SUBSCRIPTION}:recording": _("Event subscription for recordings"),
    f"{Kind.SUBSCRIPTION}:incoming-call": _("Event subscription for incoming calls"),
}


class Change(StrEnum):
    KEPT = "kept"
    MADE = "made"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`before` is None for what is not there yet."""

    field: str
    before: str | None
    after: str


@dataclass(frozen=True, kw_only=True)
class Step:
    key: str
    kind: Kind
    name: str
    change: Change
    differences: tuple[Difference, ...]

    @property
    def title(self) -> "StrOrPromise":
        return title(self.key)


@dataclass(frozen=True, kw_only=True)
class Plan:
    steps: tuple[Step, ...]
    blueprint: Blueprint

    @property
    def to_do(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.change is not Change.KEPT)


def title(key: str) -> "StrOrPromise":
    return TITLES.get(key) or TITLES[key.partition(":")[0]]


def step_of(piece: Piece) -> Step:
    found = piece.found
    differences = tuple(
        Difference(field=name, before=None if found is None else found.get(name, ""), after=value)
        for name, value in piece.wanted.items()
        if found is None or found.get(name, "") != value
    )
    change = Change.KEPT if piece.settled else (Change.MADE if found is None else Change.CHANGED)
    return Step(key=piece.key, kind=piece.kind, name=piece.name, change=change, differences=differences)

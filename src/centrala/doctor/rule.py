"""A rule: one thing that may be wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from centrala.doctor.context import Context
from centrala.doctor.finding import Fix, Outcome, State

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Needs(StrEnum):
    """What a rule has to be able to ask; without it the rule is not checked."""

    NOTHING = "nothing"
    DATABASE = "the database"
    NETWORK = "the network"
    AZURE = "Azure, signed in to by you or as the hub's own principal"
    DIRECTORY = "the directory, which you have to be signed in to"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`check` returns what is wrong in plain words, or "" where nothing is; or an Outcome where that is not enough.

    `looks_at` and `because` are for docs/doctor.md: where it looks, and what comes of it. `pitfalls` are the numbers in
    the list of what is known to go wrong between Azure and its customers.
    """

    id: str
    title: "StrOrPromise"
    severity: State
    needs: Needs
    check: Callable[[Context], str | Outcome] = field(repr=False)
    fix: Fix
    looks_at: str
    because: str
    pitfalls: tuple[int, ...] = ()

    def ask(self, context: Context) -> Outcome:
        said = self.check(context)
        if isinstance(said, Outcome):
            return said
        return Outcome(state=self.severity if said else State.OK, cause=said)

"""Which routes of direct routing a number is for.

https://learn.microsoft.com/azure/communication-services/concepts/telephony/direct-routing-provisioning
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import process_time

from localazure.communication.patterns import CannotMatch, matches
from localazure.records.telephony import Route

EACH, ALL = 0.1, 0.4  # seconds: everybody else waits meanwhile


@dataclass(frozen=True, kw_only=True)
class Matched:
    """`routes` in their order; `stopped` says why others, by their place, could not be asked and count as no match."""

    routes: tuple[Route, ...] = ()
    stopped: tuple[str, ...] = ()


def match(routes: Sequence[Route], number: str) -> Matched:
    """The first one has precedence; those below it are tried when none of its border controllers can be had."""
    found, stopped, ends = list[Route](), list[str](), process_time() + ALL
    for place, route in enumerate(routes, 1):
        left = max(min(EACH, ends - process_time()), 0)
        try:
            if matches(route.pattern, number, seconds=left):
                found.append(route)
        except CannotMatch as error:
            stopped.append(f"The pattern of route {place} matched nothing: {error}.")
    return Matched(routes=tuple(found), stopped=tuple(stopped))

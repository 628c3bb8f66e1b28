"""Calls that leave by an organisation's own carrier: the routes that a number matches, and their border controllers.

Routes are tried in their order, the border controllers of one by chance; the next one is asked after 408, 503 and 504
only. A number that no route is for goes through Microsoft's network, where the caller id is one of the resource's own
numbers, else nowhere.

https://learn.microsoft.com/azure/communication-services/concepts/telephony/direct-routing-provisioning#outbound-voice-routing-considerations
https://learn.microsoft.com/azure/communication-services/concepts/telephony/monitoring-troubleshooting-telephony/troubleshoot-outbound-calls
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from localazure.calling import identifiers
from localazure.calling.model import Leg, LegState
from localazure.calling.results import BLOCKED, BUSY, DECLINED, NO_WAY, NOBODY_ANSWERED, UNREACHABLE, Result
from localazure.communication import health, sip
from localazure.communication.matching import match
from localazure.records.telephony import Route
from localazure.world import World

OUTBOUND = "outbound"
TRY_NEXT = frozenset({408, 503, 504})
KNOWN = {one.code: one for one in (UNREACHABLE, BUSY, DECLINED)}


@dataclass(kw_only=True)
class Attempt:
    """An INVITE to a border controller. `status` is the final one of SIP, None while none has come."""

    route: str
    trunk: str
    caller_id: str
    status: int | None = None


@dataclass(eq=False, kw_only=True)
class Way:
    """Of a party who is called by direct routing, or came by it, `through` a trunk.

    `paid_by` is the number that Microsoft's network would take as the caller's where no route is.
    """

    caller_id: str
    paid_by: str = ""
    routes: tuple[Route, ...] = ()
    stopped: tuple[str, ...] = ()
    attempts: list[Attempt] = field(default_factory=list)
    through: str = ""

    @property
    def last(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    def settle(self, status: int) -> None:
        """The border controller's last word on the attempt under way."""
        if self.last and self.last.status is None:
            self.last.status = status


def is_set_up(world: World, resource: str) -> bool:
    """Whether any route of the resource leads to a border controller."""
    return any(route.trunks for route in sip.configuration(world, resource).routes)


def way(world: World, resource: str, name: str, *, caller_id: str, paid_by: str) -> Way | None:
    """None for users, and for resources without routes, whose calls go through Microsoft's network."""
    if not identifiers.is_telephone(name) or not is_set_up(world, resource):
        return None
    routes = [one for one in sip.configuration(world, resource).routes if one.trunks]
    matched = match(routes, identifiers.number_of(name))
    return Way(caller_id=caller_id, paid_by=paid_by, routes=matched.routes, stopped=matched.stopped)


def may_pay(world: World, resource: str, number: str) -> bool:
    """Whether Microsoft's network takes it for a caller's: a number of the resource that may call out."""
    owned = world.numbers.get(number)
    return owned is not None and owned.resource == resource and OUTBOUND in owned.calling


async def reach(world: World, leg: Leg, until: datetime) -> Result | None:
    """None where the party's telephone rings now, or the leg has gone meanwhile; else why it never will."""
    one = leg.way
    if one is None:
        return None
    if not one.routes:
        return None if may_pay(world, leg.call.resource, one.paid_by) else BLOCKED
    for attempt in _attempts(world, leg.call.resource, one):
        one.attempts.append(attempt)
        controller = health.controller(world, attempt.trunk)
        await world.clock.sleep_until(min(world.clock.after(controller.seconds), until))
        if leg.state is not LegState.RINGING or controller.answers is None:
            return None
        if world.clock.now() >= until:
            return NOBODY_ANSWERED
        one.settle(controller.answers)
        if controller.answers not in TRY_NEXT:
            break
    return refused(one.last.status) if one.last and one.last.status else NO_WAY


def refused(status: int) -> Result:
    """560 before the status says that a border controller answered so, and nobody of Microsoft's."""
    return KNOWN.get(status) or Result(status, 560_000 + status, f"The border controller answered {status}.")


def _attempts(world: World, resource: str, one: Way) -> Iterator[Attempt]:
    """As the configuration is when each is made."""
    for route in one.routes:
        for trunk in world.dice.sample(route.trunks, len(route.trunks)):
            if health.takes_calls(world, sip.configuration(world, resource), trunk):
                yield Attempt(route=route.name, trunk=trunk, caller_id=route.caller_id or one.caller_id)

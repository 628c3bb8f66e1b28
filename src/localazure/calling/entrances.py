"""Where a call from outside comes in: at a number bought from Microsoft, or over a border controller.

https://learn.microsoft.com/azure/communication-services/concepts/telephony/direct-routing-sip-specification#processing-the-incoming-request-finding-the-communication-services-resource
"""

from dataclasses import dataclass

from localazure.calling.errors import BOUGHT_NUMBER, CANNOT_BE_CALLED, TRUNK_IS_DISABLED, TRUNK_IS_NOT_TRUSTED
from localazure.communication import health, sip
from localazure.communication.senders import E164
from localazure.errors import INVALID_CONTROL, UNKNOWN_NUMBER, ServiceError
from localazure.records.resources import PhoneNumber
from localazure.records.telephony import SipConfiguration, Tls
from localazure.world import World


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """`number` of which resource is called; `through` is the trunk, empty in Microsoft's network."""

    resource: str
    number: str
    through: str = ""


def of_number(number: PhoneNumber) -> Entrance:
    return Entrance(resource=number.resource, number=number.number)


def entrance(world: World, to: str, through: str | None = None) -> Entrance:
    """Raises what is wrong with it. Through a trunk any number goes that was not bought: Azure knows none of them."""
    number = world.numbers.get(to)
    if through:
        if number is not None:
            raise BOUGHT_NUMBER.of()
        return _by_trunk(world, to, through)
    if number is None:
        raise UNKNOWN_NUMBER.of(field="to")
    if "inbound" not in number.calling:
        raise CANNOT_BE_CALLED.of(calling=number.calling)
    return of_number(number)


def _by_trunk(world: World, to: str, through: str) -> Entrance:
    """Pings that do not come keep calls out from going there, but nobody from calling; a bad certificate does."""
    if not E164.fullmatch(to):
        raise INVALID_CONTROL.of(reason="The number in 'to' is no E.164 number.")
    known, trunk = _find(world, through)
    if not health.is_enabled(known, trunk):
        raise TRUNK_IS_DISABLED.of()
    if health.controller(world, trunk).tls is Tls.EXPIRED:
        raise TRUNK_IS_NOT_TRUSTED.of()
    return Entrance(resource=known.resource, number=to, through=trunk)


def _find(world: World, through: str) -> tuple[SipConfiguration, str]:
    """By the whole name, else by the one above it: a carrier may have a name for each customer below a trunk's."""
    try:
        return sip.find_trunk(world, through)
    except ServiceError:
        return sip.find_trunk(world, through.partition(".")[2])

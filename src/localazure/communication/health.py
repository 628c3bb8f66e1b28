"""How the border controllers behind the trunks are.

https://learn.microsoft.com/azure/communication-services/concepts/telephony/direct-routing-provisioning#session-border-controller-connection-status
"""

from enum import StrEnum

from localazure.records.telephony import BorderController, Ping, SipConfiguration, Tls
from localazure.world import World


class Overall(StrEnum):
    UNKNOWN = "unknown"
    ACTIVE = "active"
    INACTIVE = "inactive"


class Reason(StrEnum):
    NO_CALLS = "noRecentCalls"
    NO_PINGS = "noRecentPings"
    NEITHER = "noRecentCallsAndPings"


def controller(world: World, trunk: str) -> BorderController:
    """As it was ordered; one of which nobody said anything is in good health."""
    return world.border_controllers.get(trunk.lower()) or BorderController(trunk=trunk)


def overall(one: BorderController) -> tuple[Overall, Reason | None]:
    """Without a certificate that is good there is no connection, so that neither calls nor pings come through."""
    calls = one.recent_calls and one.tls is not Tls.EXPIRED
    pings = one.ping not in {Ping.EXPIRED, Ping.ERROR} and one.tls is not Tls.EXPIRED
    if calls and pings:
        known = Tls.UNKNOWN is not one.tls and Ping.UNKNOWN is not one.ping
        return (Overall.ACTIVE if known else Overall.UNKNOWN), None
    return Overall.INACTIVE, Reason.NO_PINGS if calls else Reason.NO_CALLS if pings else Reason.NEITHER


def takes_calls(world: World, configuration: SipConfiguration, name: str) -> bool:
    """Whether calls go to that trunk: it and its domain are enabled, and its border controller is not inactive."""
    return is_enabled(configuration, name) and overall(controller(world, name))[0] is not Overall.INACTIVE


def is_enabled(configuration: SipConfiguration, name: str) -> bool:
    trunk = trunk_of(configuration, name)
    return (
        trunk is not None
        and configuration.trunks[trunk].enabled
        and not any(f".{trunk.lower()}".endswith(f".{domain}") for domain in configuration.disabled)
    )


def trunk_of(configuration: SipConfiguration, name: str) -> str | None:
    """In the spelling it was made with; case does not tell names apart."""
    return next((one for one in configuration.trunks if one.lower() == name.lower()), None)


def shape(one: BorderController) -> dict[str, object]:
    status, reason = overall(one)
    return {
        "tls": {"status": one.tls},
        "ping": {"status": one.ping},
        "overall": {"status": status} | ({"reason": reason} if reason else {}),
    }

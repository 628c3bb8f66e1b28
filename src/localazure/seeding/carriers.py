"""A plan's part of direct routing: the trunks and routes of a resource."""

from localazure.communication import sip
from localazure.communication.patterns import is_plausible
from localazure.communication.sip_shapes import PatchBody, RouteBody, TrunkBody
from localazure.records.plan import ResourcePlan, RoutePlan
from localazure.seeding.mistakes import Mistake
from localazure.world import World


def check_carrier(path: str, one: ResourcePlan) -> None:
    """Raises the first Mistake that no single value shows."""
    for key, asked in (("trunks", one.trunks), ("routes", one.routes)):
        if len(asked) > sip.MOST:
            raise Mistake(f"{path}.{key}", "there are too many", f"leave {sip.MOST} of them")
    for place, trunk in enumerate(one.trunks):
        where = f"{path}.trunks[{place}].name"
        if not sip.FQDN.fullmatch(trunk.name):
            raise Mistake(where, "no border controller has such a name", "write a name such as sbc1.contoso.example")
        if not sip.is_below(trunk.name, one.sip_domains):
            raise Mistake(where, "its domain is not verified", "add the domain to sip_domains")
    for place, route in enumerate(one.routes):
        _check_route(f"{path}.routes[{place}]", one, route)


def _check_route(path: str, one: ResourcePlan, route: RoutePlan) -> None:
    if not is_plausible(route.pattern):
        raise Mistake(f"{path}.pattern", "that is no regular expression", "write one such as ^\\+1[0-9]{10}$")
    known = [trunk.name for trunk in one.trunks]
    for place, trunk in enumerate(route.trunks):
        if trunk not in known:
            raise Mistake(f"{path}.trunks[{place}]", "there is no such trunk", f"write one of {', '.join(known)}")
        if trunk in route.trunks[:place]:
            raise Mistake(f"{path}.trunks[{place}]", f"there are two of '{trunk}'", "leave one of them")


def plant_carrier(world: World, resource: str, one: ResourcePlan) -> None:
    if one.trunks or one.routes:
        trunks: dict[str, TrunkBody | None] = {
            each.name: TrunkBody(sip_signaling_port=each.port, enabled=each.enabled) for each in one.trunks
        }
        sip.change(world, resource, PatchBody(trunks=trunks, routes=[_body(each) for each in one.routes]))


def _body(one: RoutePlan) -> RouteBody:
    return RouteBody(
        name=one.name,
        number_pattern=one.pattern,
        description=one.description or None,
        trunks=list(one.trunks),
        caller_id_override=one.caller_id or None,
    )

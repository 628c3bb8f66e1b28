"""Direct routing: the trunks of a resource and the routes that lead to them.

https://learn.microsoft.com/rest/api/communication/sip-routing/
https://learn.microsoft.com/azure/communication-services/concepts/telephony/direct-routing-infrastructure
"""

import re
from collections.abc import Sequence
from typing import Annotated

import msgspec

from localazure.communication.patterns import is_plausible
from localazure.errors import (
    SIP_DOMAIN_NOT_VERIFIED,
    SIP_DUPLICATED_ROUTE,
    SIP_EMPTY_PATCH,
    SIP_INVALID_FQDN,
    SIP_INVALID_NAME,
    SIP_INVALID_PATTERN,
    SIP_INVALID_PORT,
    SIP_MISSING_TRUNK,
    SIP_REPEATED_TRUNK,
    SIP_TOO_MANY,
    SIP_TRUNK_TAKEN,
)
from localazure.loose import Check
from localazure.records.telephony import Route, SipConfiguration, Trunk
from localazure.world import World

MOST = 250
LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
FQDN = re.compile(rf"(?=.{{1,249}}$)({LABEL}\.)+(?=[A-Za-z])(?!-)[A-Za-z0-9-]{{2,63}}(?<!-)")
HIGHEST_PORT = 65535


class TrunkBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    sip_signaling_port: int | None = None


class RouteBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(max_length=256)]
    number_pattern: Annotated[str, msgspec.Meta(max_length=1024)]
    description: Annotated[str, msgspec.Meta(max_length=1024)] | None = None
    trunks: list[str] | None = None


class PatchBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A merge patch: a trunk that is null goes, routes are replaced whole."""

    trunks: dict[str, TrunkBody | None] | None = None
    routes: list[RouteBody] | None = None


def configuration(world: World, resource: str) -> SipConfiguration:
    return world.sip.get(resource) or SipConfiguration(resource=resource)


def change(world: World, resource: str, patch: PatchBody) -> SipConfiguration:
    """All of it or, where one part is wrong, nothing."""
    if not patch.trunks and patch.routes is None:
        raise SIP_EMPTY_PATCH.of()
    known = configuration(world, resource)
    trunks = _patched(world, known, patch.trunks or {})
    routes = known.routes if patch.routes is None else tuple(_route(one) for one in patch.routes)
    if max(len(trunks), len(routes)) > MOST:
        raise SIP_TOO_MANY.of()
    _check_routes(routes, trunks)
    return world.sip.put(resource, msgspec.structs.replace(known, trunks=trunks, routes=routes))


def verify_domain(world: World, resource: str, domain: str) -> SipConfiguration:
    known = configuration(world, resource)
    domains = tuple(sorted({*known.domains, domain.lower()}))
    return world.sip.put(resource, msgspec.structs.replace(known, domains=domains))


def shape(one: SipConfiguration) -> dict[str, object]:
    return {
        "trunks": {name: {"sipSignalingPort": trunk.port} for name, trunk in one.trunks.items()},
        "routes": [_route_shape(route) for route in one.routes],
    }


def _route_shape(one: Route) -> dict[str, object]:
    told = {} if one.description is None else {"description": one.description}
    return {**told, "name": one.name, "numberPattern": one.pattern, "trunks": list(one.trunks)}


def _patched(world: World, known: SipConfiguration, changes: dict[str, TrunkBody | None]) -> dict[str, Trunk]:
    """Names are compared without case; a trunk keeps the spelling it was made with."""
    trunks, spelling = dict(known.trunks), {name.lower(): name for name in known.trunks}
    for asked, body in changes.items():
        name = spelling.setdefault(asked.lower(), asked)
        if body is None:
            trunks.pop(name, None)
        else:
            trunks[name] = _trunk(world, known, name, body, trunks.get(name))
    return trunks


def _trunk(world: World, known: SipConfiguration, name: str, body: TrunkBody, before: Trunk | None) -> Trunk:
    port = body.sip_signaling_port if body.sip_signaling_port is not None or before is None else before.port
    if not FQDN.fullmatch(name):
        raise SIP_INVALID_FQDN.of()
    if port is None or not 1 <= port <= HIGHEST_PORT:
        raise SIP_INVALID_PORT.of()
    if before is None:
        _check_domain(world, known, name)
    return Trunk(port=port)


def _check_domain(world: World, known: SipConfiguration, name: str) -> None:
    """A border controller belongs to one resource, which has shown that its domain is its own."""
    others = [one for one in world.sip.all() if one.resource != known.resource]
    if any(name.lower() == trunk.lower() for one in others for trunk in one.trunks):
        raise SIP_TRUNK_TAKEN.of()
    own = any(f".{name.lower()}".endswith(f".{domain}") for domain in known.domains)
    if not own and Check.SIP_DOMAIN not in world.loose:
        raise SIP_DOMAIN_NOT_VERIFIED.of(name=name)


def _route(body: RouteBody) -> Route:
    if not body.name.strip():
        raise SIP_INVALID_NAME.of()
    if not is_plausible(body.number_pattern):
        raise SIP_INVALID_PATTERN.of()
    trunks = tuple(body.trunks or ())
    if len({one.lower() for one in trunks}) < len(trunks):
        raise SIP_REPEATED_TRUNK.of()
    return Route(name=body.name, pattern=body.number_pattern, description=body.description, trunks=trunks)


def _check_routes(routes: Sequence[Route], trunks: dict[str, Trunk]) -> None:
    if len({one.name.lower() for one in routes}) < len(routes):
        raise SIP_DUPLICATED_ROUTE.of()
    names = {name.lower() for name in trunks}
    if any(trunk.lower() not in names for route in routes for trunk in route.trunks):
        raise SIP_MISSING_TRUNK.of()

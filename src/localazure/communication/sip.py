"""Direct routing: the trunks of a resource and the routes that lead to them.

https://learn.microsoft.com/rest/api/communication/sip-routing/
https://learn.microsoft.com/azure/communication-services/concepts/telephony/direct-routing-infrastructure
"""

import re
from collections.abc import Collection, Iterable, Sequence, Sized

import msgspec
from msgspec import UNSET

from localazure.communication import health
from localazure.communication.patterns import is_plausible
from localazure.communication.senders import E164
from localazure.communication.sip_shapes import ConfigurationBody, DomainBody, PatchBody, RouteBody, TrunkBody
from localazure.errors import (
    SIP_DOMAIN_IN_USE,
    SIP_DOMAIN_NOT_VERIFIED,
    SIP_DUPLICATED_ROUTE,
    SIP_EMPTY_PATCH,
    SIP_INVALID_CALLER_ID,
    SIP_INVALID_FQDN,
    SIP_INVALID_NAME,
    SIP_INVALID_PATTERN,
    SIP_INVALID_PORT,
    SIP_MISSING_TRUNK,
    SIP_REPEATED_TRUNK,
    SIP_TOO_MANY,
    SIP_TRUNK_TAKEN,
    SIP_UNKNOWN_DOMAIN,
    UNKNOWN_TRUNK,
)
from localazure.loose import Check
from localazure.records.telephony import Route, SipConfiguration, Trunk
from localazure.world import World

MOST = 250
LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
FQDN = re.compile(rf"(?=.{{1,249}}$)({LABEL}\.)+(?=[A-Za-z])(?!-)[A-Za-z0-9-]{{2,63}}(?<!-)")
HIGHEST_PORT = 65535


def configuration(world: World, resource: str) -> SipConfiguration:
    return world.sip.get(resource) or SipConfiguration(resource=resource)


def change(world: World, resource: str, patch: PatchBody) -> SipConfiguration:
    """All of it or, where one part is wrong, nothing."""
    if not patch.trunks and not patch.domains and patch.routes is None:
        raise SIP_EMPTY_PATCH.of()
    known = _with_domains(world, configuration(world, resource), patch.domains or {})
    trunks = _patched(world, known, patch.trunks or {})
    routes = known.routes if patch.routes is None else tuple(_route(one) for one in patch.routes)
    _check_numbers(trunks, routes)
    _check_routes(routes, trunks)
    _check_domains_stay(world, known, patch, trunks)
    for name in set(configuration(world, resource).trunks) - set(trunks):
        world.border_controllers.remove(name.lower())
    return world.sip.put(resource, msgspec.structs.replace(known, trunks=trunks, routes=routes))


def to_be_tried(world: World, resource: str, asked: ConfigurationBody | None) -> tuple[Route, ...]:
    """The routes of a configuration that is nobody's yet; without one, the resource's own."""
    if asked is None:
        return configuration(world, resource).routes
    routes = tuple(_route(one) for one in asked.routes or ())
    _check_numbers(asked.trunks or {}, routes)
    _check_routes(routes, asked.trunks)
    return routes


def verify_domain(world: World, resource: str, domain: str) -> SipConfiguration:
    known = configuration(world, resource)
    domains = tuple(sorted({*known.domains, domain.lower()}))
    return world.sip.put(resource, msgspec.structs.replace(known, domains=domains))


def find_trunk(world: World, name: str, resource: str | None = None) -> tuple[SipConfiguration, str]:
    """In the spelling it was made with; of that resource, else of whichever has it. Raises 404."""
    for one in [configuration(world, resource)] if resource else world.sip.all():
        if (trunk := health.trunk_of(one, name)) is not None:
            return one, trunk
    raise UNKNOWN_TRUNK.of()


def _with_domains(world: World, known: SipConfiguration, changes: dict[str, DomainBody | None]) -> SipConfiguration:
    domains, disabled = set(known.domains), set(known.disabled)
    for asked, body in changes.items():
        name = asked.lower()
        if body is not None and name not in domains and Check.SIP_DOMAIN not in world.loose:
            raise SIP_UNKNOWN_DOMAIN.of(name=asked)
        (domains.discard if body is None else domains.add)(name)
        (disabled.add if body and body.enabled is False else disabled.discard)(name)
    return msgspec.structs.replace(known, domains=tuple(sorted(domains)), disabled=frozenset(disabled & domains))


def _check_domains_stay(world: World, known: SipConfiguration, patch: PatchBody, trunks: Iterable[str]) -> None:
    """Where a domain is taken away, every trunk must still be in one."""
    if patch.domains and None in patch.domains.values() and Check.SIP_DOMAIN not in world.loose:
        for name in trunks:
            if not is_below(name, known.domains):
                raise SIP_DOMAIN_IN_USE.of(name=name)


def _check_numbers(trunks: Sized, routes: Sequence[Route]) -> None:
    if max(len(trunks), len(routes), *(len(one.trunks) for one in routes), 0) > MOST:
        raise SIP_TOO_MANY.of()


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
    return msgspec.structs.replace(before or Trunk(port=port), port=port, **body.switches())


def _check_domain(world: World, known: SipConfiguration, name: str) -> None:
    """A border controller belongs to one resource, which has shown that its domain is its own."""
    others = [one for one in world.sip.all() if one.resource != known.resource]
    if any(name.lower() == trunk.lower() for one in others for trunk in one.trunks):
        raise SIP_TRUNK_TAKEN.of()
    if not is_below(name, known.domains) and Check.SIP_DOMAIN not in world.loose:
        raise SIP_DOMAIN_NOT_VERIFIED.of(name=name)


def is_below(name: str, domains: Iterable[str]) -> bool:
    return any(f".{name.lower()}".endswith(f".{domain}") for domain in domains)


def _route(body: RouteBody) -> Route:
    if not body.name.strip():
        raise SIP_INVALID_NAME.of()
    if not is_plausible(body.number_pattern):
        raise SIP_INVALID_PATTERN.of()
    trunks = tuple(body.trunks or ())
    if len({one.lower() for one in trunks}) < len(trunks):
        raise SIP_REPEATED_TRUNK.of()
    caller_id = None if body.caller_id_override is UNSET else body.caller_id_override
    if caller_id is not None and not E164.fullmatch(caller_id):
        raise SIP_INVALID_CALLER_ID.of()
    return Route(
        name=body.name,
        pattern=body.number_pattern,
        description=body.description,
        trunks=trunks,
        caller_id=caller_id,
    )


def _check_routes(routes: Sequence[Route], trunks: Collection[str] | None) -> None:
    """Without trunks, nobody asks whether those of the routes are there."""
    if len({one.name.lower() for one in routes}) < len(routes):
        raise SIP_DUPLICATED_ROUTE.of()
    names = None if trunks is None else {name.lower() for name in trunks}
    if names is not None and any(trunk.lower() not in names for route in routes for trunk in route.trunks):
        raise SIP_MISSING_TRUNK.of()

"""Voice routes: made, changed, moved, deleted, in Azure, which knows a route by its name."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from centrala.azure.direct_routing import SipRouting, VoiceRoute
from centrala.carriers import patterns
from centrala.carriers.sip import Entry, changed, turn
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.organization.fields import readable
from centrala.organization.models import User

MOST = 250  # Azure's own limit
LONGEST_NAME, LONGEST_DESCRIPTION = 256, 1024


@dataclass(frozen=True, kw_only=True)
class RouteChange:
    """`known` is the name that the route had before, "" for a new one; `version` is that of what the page showed."""

    route: VoiceRoute
    known: str = ""
    version: str


def save_route(*, connection: Connection, change: RouteChange, actor: User | None) -> None:
    """Makes it, as the last one, or changes it where it stands. Raises Refused, with its field, and AzureError."""
    pattern = patterns.check(change.route.pattern)
    with turn(connection) as mine:
        mine.as_shown(change.version)
        before = _named(mine.now, change.known) if change.known else None
        route = _checked(replace(change.route, pattern=pattern), mine.now, change.known)
        routes = [replace(route, rest=one.rest) if one is before else one for one in mine.now.routes]
        if before is None:
            routes.append(route)
        if len(routes) > MOST:
            raise Refused(_("A resource has %(most)d voice routes at most.") % {"most": MOST}, field="name")
        act = "change voice route" if before else "add voice route"
        was = _told(before) if before else None
        entry = Entry(actor=actor, act=act, target=route.name, before=was, after=_told(route))
        mine.change(entry, field="pattern", routes=routes)


def move_route(*, connection: Connection, name: str, up: bool, version: str, actor: User | None) -> None:
    """Past its neighbour. Raises Refused and AzureError."""
    with turn(connection) as mine:
        mine.as_shown(version)
        routes = list(mine.now.routes)
        at = routes.index(_named(mine.now, name))
        to = max(0, at - 1) if up else min(len(routes) - 1, at + 1)
        if to == at:
            return
        before = {"order": [route.name for route in routes]}
        routes.insert(to, routes.pop(at))
        after = {"order": [route.name for route in routes]}
        entry = Entry(actor=actor, act="move voice route", target=name, before=before, after=after)
        mine.change(entry, field="name", routes=routes)


def remove_route(*, connection: Connection, name: str, version: str, actor: User | None) -> None:
    """Raises Refused and AzureError."""
    with turn(connection) as mine:
        mine.as_shown(version)
        found = _named(mine.now, name)
        entry = Entry(actor=actor, act="delete voice route", target=name, before=_told(found))
        mine.change(entry, field="name", routes=[route for route in mine.now.routes if route is not found])


def _named(now: SipRouting, name: str) -> VoiceRoute:
    found = next((route for route in now.routes if route.name == name), None)
    if found is None:
        raise changed()
    return found


def _checked(route: VoiceRoute, now: SipRouting, known: str) -> VoiceRoute:
    name = readable(route.name, field="name")
    if not name or len(name) > LONGEST_NAME:
        raise Refused(_("A route has a name of at most %(most)s characters.") % {"most": LONGEST_NAME}, field="name")
    if any(one.name.lower() == name.lower() and one.name != known for one in now.routes):
        raise Refused(_("There is a route of this name already."), field="name")
    if len(route.description) > LONGEST_DESCRIPTION:
        most = {"most": LONGEST_DESCRIPTION}
        raise Refused(_("A description has at most %(most)s characters.") % most, field="description")
    there = {one.fqdn for one in now.controllers}
    if not route.controllers or not set(route.controllers) <= there:
        raise Refused(_("Choose the border controllers that the route leads to."), field="controllers")
    return replace(route, name=name, description=route.description.strip())


def _told(route: VoiceRoute) -> dict[str, object]:
    return {"pattern": route.pattern, "controllers": list(route.controllers), "description": route.description}

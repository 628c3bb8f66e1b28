"""Session border controllers and voice routes. They live in Azure alone: nothing of them is kept here, every change is
made in what Azure has at the moment, and none is made in what somebody else changed since the page was shown."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from centrala.azure.direct_routing import Controller, DirectRouting, SipRouting, VoiceRoute
from centrala.azure.errors import AzureError
from centrala.carriers import patterns
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.organization.audit import record
from centrala.organization.models import User

BAD_REQUEST, UNPROCESSABLE = 400, 422
MOST = 250  # of each: Azure's own limit
LONGEST_FQDN, LONGEST_NAME, LONGEST_DESCRIPTION = 249, 256, 1024
USUAL_PORT, HIGHEST_PORT = 5061, 65535
LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
FQDN = re.compile(rf"(?:{LABEL}\.)+(?=[a-z])(?!-)[a-z0-9-]{{2,63}}(?<!-)", re.ASCII)
FOREIGN = ("onmicrosoft.com", "azure.com")  # Microsoft's own, which Azure does not take
# What Azure says of a change, by its code.
WORDS: dict[str, Callable[[], str]] = {
    "DomainNotVerified": lambda: _(
        "The domain of this controller is not verified on the resource. Fix: Azure portal, the resource, Direct "
        "routing, Domains: add it there, and the TXT record that is shown to your DNS."
    ),
    "TrunkInUse": lambda: _(
        "This controller belongs to another resource. Fix: remove it there, or choose another name."
    ),
}


def of(connection: Connection) -> SipRouting:
    """As Azure has it now. Raises AzureError."""
    with _asked(connection) as azure:
        return azure.read()


def add_controller(*, connection: Connection, fqdn: str, port: int, actor: User | None) -> None:
    """Or gives one that is there another port. Raises Refused, with its field, and AzureError."""
    fqdn = _fqdn(fqdn)
    if not 1 <= port <= HIGHEST_PORT:
        raise Refused(_("A port is a number from 1 to 65535, as 5061."), field="port")
    with _asked(connection) as azure:
        now = azure.read()
        known = next((one for one in now.controllers if one.fqdn.lower() == fqdn), None)
        if known is None and len(now.controllers) >= MOST:
            raise Refused(_("A resource has %(most)d border controllers at most.") % {"most": MOST}, field="fqdn")
        if known is not None and known.port == port:
            return
        act = "change border controller" if known else "add border controller"
        before = {"port": known.port} if known else None
        with _refusals("fqdn"), transaction.atomic():
            record(actor=actor, act=act, target=fqdn, before=before, after={"port": port})
            azure.change(put=[Controller(fqdn=known.fqdn if known else fqdn, port=port)])


def remove_controller(*, connection: Connection, fqdn: str, actor: User | None) -> list[str]:
    """Also from the routes that lead to it; one that leads nowhere then goes with it. The names of those. Raises
    AzureError."""
    with _asked(connection) as azure:
        now = azure.read()
        if all(one.fqdn != fqdn for one in now.controllers):
            return []
        left = [_without(route, fqdn) for route in now.routes]
        gone = [
            route.name
            for route, after in zip(now.routes, left, strict=True)
            if route.controllers and not after.controllers
        ]
        routes = [route for route in left if route.name not in gone]
        with transaction.atomic():
            record(actor=actor, act="delete border controller", target=fqdn, before={"routes": gone})
            azure.change(remove=[fqdn], routes=None if routes == list(now.routes) else routes)
        return gone


@dataclass(frozen=True, kw_only=True)
class RouteChange:
    """`known` is the name that the route had before, "" for a new one; `version` is that of what the page showed."""

    route: VoiceRoute
    known: str = ""
    version: str


def save_route(*, connection: Connection, change: RouteChange, actor: User | None) -> None:
    """Makes it, as the last one, or changes it where it stands. Raises Refused, with its field, and AzureError."""
    with _asked(connection) as azure:
        now = _as_shown(azure.read(), change.version)
        before = next((one for one in now.routes if one.name == change.known), None)
        if change.known and before is None:
            raise _changed()
        route = _checked(change.route, now, change.known)
        routes = [replace(route, rest=one.rest) if one is before else one for one in now.routes]
        if before is None:
            routes.append(route)
        if len(routes) > MOST:
            raise Refused(_("A resource has %(most)d voice routes at most.") % {"most": MOST}, field="name")
        act = "change voice route" if before else "add voice route"
        with _refusals("pattern"), transaction.atomic():
            record(
                actor=actor, act=act, target=route.name, before=_told(before) if before else None, after=_told(route)
            )
            azure.change(routes=routes)


def move_route(*, connection: Connection, name: str, up: bool, version: str, actor: User | None) -> None:
    """Past its neighbour. Raises Refused and AzureError."""
    with _asked(connection) as azure:
        now = _as_shown(azure.read(), version)
        names = [route.name for route in now.routes]
        if name not in names:
            raise _changed()
        at = names.index(name)
        to = max(0, at - 1) if up else min(len(names) - 1, at + 1)
        if to == at:
            return
        routes = list(now.routes)
        routes.insert(to, routes.pop(at))
        with transaction.atomic():
            order = {"order": [route.name for route in routes]}
            record(actor=actor, act="move voice route", target=name, before={"order": names}, after=order)
            azure.change(routes=routes)


def remove_route(*, connection: Connection, name: str, version: str, actor: User | None) -> None:
    """Raises Refused and AzureError."""
    with _asked(connection) as azure:
        now = _as_shown(azure.read(), version)
        found = next((route for route in now.routes if route.name == name), None)
        if found is None:
            raise _changed()
        with transaction.atomic():
            record(actor=actor, act="delete voice route", target=name, before=_told(found))
            azure.change(routes=[route for route in now.routes if route is not found])


def _asked(connection: Connection) -> DirectRouting:
    return DirectRouting(connection=connection.connection_string, cloud=settings.CLOUD)


def _as_shown(now: SipRouting, version: str) -> SipRouting:
    if now.version != version:
        raise _changed()
    return now


def _changed() -> Refused:
    return Refused(
        _("Somebody has changed the routes in the meantime. Nothing was saved. Fix: look at them once more.")
    )


def _fqdn(text: str) -> str:
    fqdn = text.strip().rstrip(".").lower()
    if len(fqdn) > LONGEST_FQDN or not FQDN.fullmatch(fqdn):
        raise Refused(
            _("This is no full name of a host. Fix: as sbc1.contoso.example; no address in digits, no port."),
            field="fqdn",
        )
    if any(f".{fqdn}".endswith(f".{foreign}") for foreign in FOREIGN):
        raise Refused(
            _("Azure takes no names below onmicrosoft.com and azure.com. Fix: a name below your own domain."),
            field="fqdn",
        )
    return fqdn


def _checked(route: VoiceRoute, now: SipRouting, known: str) -> VoiceRoute:
    name = route.name.strip()
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
    return replace(route, name=name, description=route.description.strip(), pattern=patterns.check(route.pattern))


def _without(route: VoiceRoute, fqdn: str) -> VoiceRoute:
    left = tuple(one for one in route.controllers if one.lower() != fqdn.lower())
    return route if left == route.controllers else replace(route, controllers=left)


def _told(route: VoiceRoute) -> dict[str, object]:
    return {"pattern": route.pattern, "controllers": list(route.controllers), "description": route.description}


@contextmanager
def _refusals(field: str) -> Iterator[None]:
    """What Azure refuses for good is the form's to say; the rest passes as AzureError."""
    try:
        yield
    except AzureError as error:
        if error.status not in {BAD_REQUEST, UNPROCESSABLE}:
            raise
        words = WORDS.get(error.inner_code or error.code or "")
        raise Refused(words() if words else error.message, field=field) from None

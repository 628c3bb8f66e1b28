"""Session border controllers: added, given another port, deleted, in Azure."""

import re
from dataclasses import replace

from django.utils.translation import gettext as _

from centrala.azure.direct_routing import Controller, VoiceRoute
from centrala.carriers.sip import Entry, turn
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.organization.models import User

MOST = 250  # Azure's own limit
LONGEST_FQDN = 249
USUAL_PORT, HIGHEST_PORT = 5061, 65535
LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
FQDN = re.compile(rf"(?:{LABEL}\.)+(?=[a-z])(?!-)[a-z0-9-]{{2,63}}(?<!-)", re.ASCII)
FOREIGN = ("onmicrosoft.com", "azure.com")  # Microsoft's own, which Azure does not take


def add_controller(*, connection: Connection, fqdn: str, port: int, actor: User | None) -> None:
    """Or gives one that is there another port. Raises Refused, with its field, and AzureError."""
    fqdn = _fqdn(fqdn)
    if not 1 <= port <= HIGHEST_PORT:
        raise Refused(_("A port is a number from 1 to 65535, as 5061."), field="port")
    with turn(connection) as mine:
        known = next((one for one in mine.now.controllers if one.fqdn.lower() == fqdn), None)
        if known is None and len(mine.now.controllers) >= MOST:
            raise Refused(_("A resource has %(most)d border controllers at most.") % {"most": MOST}, field="fqdn")
        if known is not None and known.port == port:
            return
        act = "change border controller" if known else "add border controller"
        before = {"port": known.port} if known else None
        entry = Entry(actor=actor, act=act, target=fqdn, before=before, after={"port": port})
        mine.change(entry, field="fqdn", put=[Controller(fqdn=known.fqdn if known else fqdn, port=port)])


def remove_controller(*, connection: Connection, fqdn: str, version: str, actor: User | None) -> list[str]:
    """Also from the routes that lead to it; one that leads nowhere then goes with it. The names of those. Raises
    Refused and AzureError."""
    with turn(connection) as mine:
        found = next((one for one in mine.now.controllers if one.fqdn.lower() == fqdn.lower()), None)
        if found is None:
            raise Refused(_("There is no border controller “%(name)s” any more.") % {"name": fqdn[:100]})
        mine.as_shown(version)
        gone = [route.name for route in mine.now.routes if {one.lower() for one in route.controllers} == {fqdn.lower()}]
        routes = [_without(route, fqdn) for route in mine.now.routes if route.name not in gone]
        entry = Entry(actor=actor, act="delete border controller", target=found.fqdn, before={"routes": gone})
        kept = None if routes == list(mine.now.routes) else routes
        mine.change(entry, field="fqdn", remove=[found.fqdn], routes=kept)
        return gone


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


def _without(route: VoiceRoute, fqdn: str) -> VoiceRoute:
    left = tuple(one for one in route.controllers if one.lower() != fqdn.lower())
    return route if left == route.controllers else replace(route, controllers=left)

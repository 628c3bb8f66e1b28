"""The site map of the admin center: its groups and places, in the order of the original's."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from centrala.organization.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Place:
    """`route` names the view; the addresses below its own belong to it, too."""

    label: "StrOrPromise"
    icon: str
    route: str
    supervisors: bool = False  # it is theirs, too

    @property
    def url(self) -> str:
        return reverse(self.route)


@dataclass(frozen=True)
class Group:
    label: "StrOrPromise"
    places: tuple[Place, ...]


SITE_MAP = (
    Group(
        _("Customer support"),
        (
            Place(_("Channels"), "channels", "center:channels"),
            Place(_("Customers"), "person", "center:customers"),
            Place(_("Campaigns"), "megaphone", "campaigns:campaigns", supervisors=True),
            Place(_("Templates"), "log", "templates:templates"),
            Place(_("Workstreams"), "change", "center:workstreams"),
            Place(_("Queues"), "inbox", "center:queues"),
            Place(_("Blocked numbers"), "cross", "center:blocked-numbers"),
            Place(_("Outbound profiles"), "phone", "center:outbound-profiles"),
            Place(_("Operating hours"), "clock", "center:hours"),
            Place(_("Quick replies"), "bolt", "quick-replies:quick-replies"),
            Place(_("Wrap-up codes"), "tag", "center:wrap-up-codes"),
        ),
    ),
    Group(_("General settings"), (Place(_("Phone numbers"), "phone", "center:old-phone-numbers"),)),
    Group(
        "Dataverse",
        (
            Place(_("Tables"), "table", "dataverse:tables"),
            Place(_("Application users"), "program", "dataverse:application-users"),
        ),
    ),
    Group(
        _("Operations"),
        (Place(_("Events"), "pulse", "center:events"), Place(_("Doctor"), "stethoscope", "center:doctor")),
    ),
    Group(
        _("Administration"),
        (
            Place(_("Organisation"), "building", "center:organization"),
            Place(_("Users"), "people", "center:users"),
            Place(_("API tokens"), "key", "tokens:all"),
            Place(_("Webhooks"), "send", "webhooks:all"),
            Place(_("Audit log"), "log", "center:audit"),
        ),
    ),
)
# Addresses that stand beside their place, not below it.
BESIDE = {"center:phone-numbers": "center:channels", "center:azure": "center:channels"}


def site_map_of(user: User) -> list[Group]:
    """What the person may open."""
    if user.is_administrator:
        return list(SITE_MAP)
    theirs = [Group(group.label, tuple(place for place in group.places if place.supervisors)) for group in SITE_MAP]
    return [group for group in theirs if group.places]


def place_of(path: str) -> str:
    """The route of the place to which an address belongs: the longest that it begins with; "" for none."""
    known = {place.url: place.route for group in SITE_MAP for place in group.places}
    known |= {reverse(route): place for route, place in BESIDE.items()}
    return known.get(max((url for url in known if path.startswith(url)), key=len, default=""), "")

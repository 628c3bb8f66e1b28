"""Connecting with a new resource: it is made in Azure, and then set up and connected as any other.

A resource that the original makes has no application linked to it, and no event arrives. Here that cannot happen: what
is made goes on to the plan of `connection.provisioning`, which links one.
"""

import time
from dataclasses import dataclass

from azure.core.credentials import TokenCredential
from django.conf import settings
from django.utils.translation import gettext as _

from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ResourceId
from centrala.azure.new_resource import DATA_LOCATIONS, GROUP, Maker, Name
from centrala.azure.providers import COMMUNICATION, REGISTERED, providers
from centrala.azure.resources import read_resource
from centrala.connection.actions import refuse_another
from centrala.errors import Refused
from centrala.organization.audit import record
from centrala.organization.models import User

REGISTERING_SECONDS = 60
NOT_SEEN = {403, 404}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """`group` may be one that is there, or a new one."""

    subscription_id: str
    group: str
    name: str
    data_location: str


def create(*, wanted: Wanted, credential: TokenCredential, actor: User | None) -> ResourceId:
    """Makes group and resource. Begun again after it was killed it goes on; a name that somebody else has is refused.

    Raises Refused with the field, AzureError.
    """
    target = ResourceId(wanted.subscription_id, wanted.group, wanted.name)
    refuse_another(target)
    if wanted.data_location not in DATA_LOCATIONS:
        raise Refused(_("Azure keeps no data there. Fix: choose a place from the list."), field="data_location")
    if GROUP.fullmatch(wanted.group) is None:
        raise Refused(
            _("A resource group has up to 90 letters, digits and _ ( ) . -, and no dot at the end."), field="group"
        )
    maker = Maker(subscription_id=wanted.subscription_id, credential=credential, cloud=settings.CLOUD)
    if (reason := reason_against(wanted.name, maker)) and not _is_there(target, credential):
        raise Refused(reason, field="name")
    _register(wanted.subscription_id, credential)
    maker.group(wanted.group)
    made = maker.make(group=wanted.group, name=wanted.name, data_location=wanted.data_location)
    record(actor=actor, act="create resource", target=str(made), after={"data_location": wanted.data_location})
    return made


def reason_against(name: str, maker: Maker) -> str:
    """Why a resource cannot be called so, with the fix; "" where it can. Raises AzureError."""
    match maker.name(name):
        case Name.INVALID:
            return _("A name has 1 to 63 letters from A to Z, digits and hyphens, and no hyphen at an end.")
        case Name.TAKEN:
            return _("Somebody has this name already: names are one for all of Azure. Fix: choose another.")
        case _:
            return ""


def _is_there(target: ResourceId, credential: TokenCredential) -> bool:
    """Made by a try before this one, which did not come to its end: nobody else's."""
    try:
        read_resource(target, credential=credential, cloud=settings.CLOUD)
    except AzureError as error:
        if error.status in NOT_SEEN:
            return False
        raise
    return True


def _register(subscription_id: str, credential: TokenCredential) -> None:
    """A new subscription does not know the provider yet; Azure takes a moment to make it known."""
    with providers(subscription_id, credential=credential, cloud=settings.CLOUD) as asked:
        if asked.state(COMMUNICATION) == REGISTERED:
            return
        asked.register(COMMUNICATION)
        until = time.monotonic() + REGISTERING_SECONDS
        while asked.state(COMMUNICATION) != REGISTERED:
            if time.monotonic() > until:
                raise Refused(
                    _("Azure still registers %(name)s in the subscription. Fix: try again in a minute.")
                    % {"name": COMMUNICATION}
                )
            time.sleep(1)

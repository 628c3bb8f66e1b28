"""All that rules may look at."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from azure.core.credentials import TokenCredential
from django.conf import settings
from django.db import ProgrammingError
from django.utils.timezone import now as current
from django.utils.translation import gettext as _

from centrala.azure.cloud import Cloud
from centrala.azure.identifiers import ResourceId
from centrala.doctor.address import Address
from centrala.doctor.dynamics import Dynamics
from centrala.doctor.finding import Fix, NotChecked
from centrala.doctor.hub import Connected, Hub, look, unapplied
from centrala.doctor.in_azure import InAzure
from centrala.installation import Installation


@dataclass(frozen=True, kw_only=True)
class Context:
    """`clock` is this machine's, `now` what it said at the beginning. `dynamics` is an organisation that was asked
    about, too."""

    clock: Callable[[], datetime]
    now: datetime
    cloud: Cloud
    installation: Installation = field(repr=False)
    found: Hub | None
    unapplied: tuple[str, ...]
    address: Address
    azure: InAzure
    dynamics: Dynamics | None = None

    @property
    def hub(self) -> Hub:
        if self.found is None:
            raise NotChecked(_("The database is not of this version."), Fix(command="centrala migrate"))
        return self.found

    @property
    def connected(self) -> Connected:
        if self.hub.connected is None:
            raise NotChecked(_("Nothing is connected."))
        return self.hub.connected


def gather(
    *,
    credential: TokenCredential | None,
    own: TokenCredential | None,
    installation: Installation,
    clock: Callable[[], datetime] = current,
    public_url: str | None = None,
    resource: ResourceId | None = None,
    dynamics: Dynamics | None = None,
) -> Context:
    """Reads the database at once; everything else is asked for when a rule wants it. `credential` is that of the person
    who asks, `own` the hub's; `resource` is one to look at in place of the connected one."""
    at, missing = clock(), unapplied()
    found = _look(at)
    return Context(
        clock=clock,
        now=at,
        cloud=settings.CLOUD,
        installation=installation,
        found=found,
        unapplied=missing,
        address=Address(settings.PUBLIC_URL if public_url is None else public_url, settings.CLOUD),
        azure=InAzure(
            connected=found.connected if found else None,
            resource=resource,
            credential=credential,
            own=own,
            cloud=settings.CLOUD,
        ),
        dynamics=dynamics,
    )


def _look(at: datetime) -> Hub | None:
    try:
        return look(at)
    except ProgrammingError:  # a table or column of this version is not there yet
        return None

"""What comes after connecting, as a checklist that ticks itself off."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from centrala.center.endpoints import EndpointRow
from centrala.connection.models import Service
from centrala.dialling.access import profiles_of
from centrala.numbers.access import numbers_of
from centrala.organization.models import User
from centrala.workstreams.models import Channel, Line


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """`route` is the page for it, "" for this one."""

    title: str
    text: str
    done: bool = False
    route: str = ""


def next_steps(user: User, rows: Sequence[EndpointRow]) -> list[NextStep]:
    answered = {row.endpoint.service for row in rows if row.seen.handshake is not None and not row.seen.deserted}
    channels = set(Line.objects.filter(number__in=numbers_of(user)).values_list("channel", flat=True))
    numbers = numbers_of(user).aggregate(all=Count("pk"), own=Count("carrier"))
    return [
        NextStep(
            title=_("Add number"),
            text=_("The numbers that the resource owns come by Sync from Azure, below. More are bought here."),
            done=numbers["all"] > 0,
            route="center:add-number",
        ),
        NextStep(
            title=_("SMS"),
            text=_(
                "Needs an event subscription in Azure that has answered the handshake, and a workstream that takes "
                "the texts."
            ),
            done=Service.SMS in answered and Channel.SMS in channels,
        ),
        NextStep(
            title=_("Call recording"),
            text=_("Needs an event subscription in Azure that has answered the handshake."),
            done=Service.RECORDING in answered,
        ),
        NextStep(
            title=_("Inbound calls"),
            text=_("Needs an event subscription in Azure that has answered the handshake."),
            done=Service.INCOMING_CALL in answered,
        ),
        NextStep(
            title=_("Voice workstream"),
            text=_("Needs a workstream that takes the calls to your numbers."),
            done=Channel.VOICE in channels,
            route="center:workstreams",
        ),
        NextStep(
            title=_("Outbound calls"),
            text=_("Needs an outbound profile that allows a country."),
            done=profiles_of(user).exclude(countries=[]).exists(),
            route="center:outbound-profiles",
        ),
        NextStep(
            title=_("Bring your own carrier"),
            text=_("Only where numbers are not Microsoft's: needs a border controller and a number of the carrier."),
            done=numbers["own"] > 0,
            route="center:carriers",
        ),
    ]

"""The webhook endpoints as the page shows them: what to enter in Azure, and whether anything arrives."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Max
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from centrala.connection.models import Connection, Endpoint, Service
from centrala.inbox.access import events_of
from centrala.organization.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LOOKED_AT = 10_000  # the inbox has no index by endpoint: writing events fast is worth more than this figure

LABELS: dict[str, "StrOrPromise"] = {
    Service.RECORDING: _("Recording Web Hook Endpoint"),
    Service.SMS: _("SMS Web Hook Endpoint"),
    Service.INCOMING_CALL: _("Incoming call Web Hook Endpoint"),
}
# What Filter to Event Types of an event subscription calls them.
EVENT_LABELS: dict[str, list["StrOrPromise"]] = {
    Service.RECORDING: [_("Recording File Status Updated")],
    Service.SMS: [_("SMS Received"), _("SMS Delivery Report Received")],
    Service.INCOMING_CALL: [_("Incoming Call")],
}


@dataclass(frozen=True)
class EndpointRow:
    endpoint: Endpoint
    label: "StrOrPromise"
    event_labels: list["StrOrPromise"]
    last_event: datetime | None
    searched_all: bool  # false: older events exist that were not looked at

    @property
    def looked_at(self) -> str:
        """How many events a search that did not reach the oldest went through, as the reader writes such a number."""
        return number_format(LOOKED_AT, force_grouping=True)


def endpoints_of(user: User, connection: Connection) -> list[EndpointRow]:
    """The endpoints in force, in the order of the original's page."""
    live = {endpoint.service: endpoint for endpoint in connection.endpoints.filter(retires_at=None)}
    last, searched_all = _last_events(user)
    return [
        EndpointRow(live[service], label, EVENT_LABELS[service], last.get(live[service].id), searched_all)
        for service, label in LABELS.items()
        if service in live
    ]


def _last_events(user: User) -> tuple[dict[UUID, datetime], bool]:
    newest = events_of(user).order_by("-received_at", "-id")[:LOOKED_AT]
    recent = events_of(user).filter(pk__in=newest.values("pk"))
    last = dict(recent.values_list("endpoint").annotate(Max("received_at")))
    return last, not events_of(user).order_by("-received_at", "-id")[LOOKED_AT : LOOKED_AT + 1].exists()

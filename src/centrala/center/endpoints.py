"""The webhook endpoints as the page shows them: their state, and what to enter for each in Azure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centrala.connection.models import Connection, Endpoint, Service
from centrala.connection.sightings import Seen, seen_by

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LABELS: dict[str, "StrOrPromise"] = {
    Service.RECORDING: gettext_lazy("Recording Web Hook Endpoint"),
    Service.SMS: gettext_lazy("SMS Web Hook Endpoint"),
    Service.INCOMING_CALL: gettext_lazy("Incoming call Web Hook Endpoint"),
}
# What Filter to Event Types of an event subscription calls them.
EVENT_LABELS: dict[str, list["StrOrPromise"]] = {
    Service.RECORDING: [gettext_lazy("Recording File Status Updated")],
    Service.SMS: [gettext_lazy("SMS Received"), gettext_lazy("SMS Delivery Report Received")],
    Service.INCOMING_CALL: [gettext_lazy("Incoming Call")],
}


@dataclass(frozen=True)
class EndpointRow:
    """`values` are for the portal's form, in its order: label and value."""

    endpoint: Endpoint
    label: "StrOrPromise"
    event_labels: list["StrOrPromise"]
    seen: Seen
    values: Sequence[tuple[str, str]]


def endpoint_rows(connection: Connection, *, app_id: str, tenant_id: str) -> list[EndpointRow]:
    """The endpoints in force, in the order of the original's page."""
    live = {endpoint.service: endpoint for endpoint in connection.endpoints.filter(retires_at=None)}
    seen = seen_by(live.values())
    return [
        EndpointRow(
            live[service],
            label,
            EVENT_LABELS[service],
            seen[live[service].pk],
            _values(connection, live[service], app_id=app_id, tenant_id=tenant_id),
        )
        for service, label in LABELS.items()
        if service in live
    ]


def _values(connection: Connection, endpoint: Endpoint, *, app_id: str, tenant_id: str) -> list[tuple[str, str]]:
    """Tabs Basic and Additional Features of Create Event Subscription."""
    resource = connection.resource
    return [
        (_("Name"), f"centrala-{endpoint.service.replace('_', '-')}"),
        (_("Event Schema"), _("Event Grid Schema")),
        (_("Topic Types"), "Azure Communication Services"),
        (_("Subscription"), resource.subscription_id),
        (_("Resource group"), resource.resource_group),
        (_("Resource"), resource.name),
        (_("System Topic Name"), f"{resource.name}-events"),
        (_("Filter to Event Types"), ", ".join(str(label) for label in EVENT_LABELS[endpoint.service])),
        (_("Endpoint Type"), _("Web Hook")),
        (_("Subscriber Endpoint"), endpoint.url),
        (_("AAD Tenant ID"), tenant_id),
        (_("AAD Application ID or URI"), app_id),
    ]

"""What the database of this hub tells, read in one go before any rule runs: rules wait for the network in threads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from procrastinate.contrib.django.models import ProcrastinateWorker

from centrala.azure.identifiers import ConnectionString
from centrala.calls.queries import unwritten
from centrala.connection.access import active_connection
from centrala.connection.letter_box import named
from centrala.connection.models import Connection, DeadLetterContainer, Endpoint, EntryKey, Service
from centrala.connection.sightings import Seen, seen_by
from centrala.conversations.unreported import missing
from centrala.dialling.queries import CallerNumber, caller_numbers
from centrala.inbox.models import Event, State
from centrala.organization.models import Organization
from centrala.organization.standing import Standing, standing
from centrala.recordings import reconciling as recordings


@dataclass(frozen=True, kw_only=True)
class EndpointSeen:
    url: str
    seen: Seen

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


@dataclass(frozen=True, kw_only=True)
class Connected:
    """The connection in force. `retired` are the addresses of replaced endpoints."""

    connection: Connection
    app_id: str
    tenant_id: str
    endpoints: Mapping[Service, EndpointSeen]
    retired: Mapping[str, Service]

    @property
    def connection_string(self) -> ConnectionString:
        return self.connection.connection_string


@dataclass(frozen=True, kw_only=True)
class Hub:
    standing: Standing
    connected: Connected | None
    worker_seen: datetime | None
    oldest_waiting: datetime | None
    failed_events: int
    missing_reports: int
    recordings: recordings.Standing
    unwritten: int
    caller_numbers: tuple[CallerNumber, ...]
    dead_letters: DeadLetterContainer | None

    @property
    def organization(self) -> Organization | None:
        return self.standing.organization


def look(at: datetime) -> Hub:
    connection = active_connection()
    return Hub(
        standing=standing(at),
        connected=_connected(connection) if connection else None,
        worker_seen=ProcrastinateWorker.objects.order_by("-last_heartbeat")
        .values_list("last_heartbeat", flat=True)
        .first(),
        oldest_waiting=Event.objects.filter(state=State.RECEIVED).aggregate(oldest=Min("received_at"))["oldest"],
        failed_events=Event.objects.filter(state=State.FAILED).count(),
        missing_reports=missing(at),
        recordings=recordings.standing(at),
        unwritten=unwritten(at),
        caller_numbers=caller_numbers(),
        dead_letters=named(),
    )


def unapplied() -> tuple[str, ...]:
    executor = MigrationExecutor(connections["default"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return tuple(f"{migration.app_label}.{migration.name}" for migration, _ in plan)


def _connected(connection: Connection) -> Connected:
    entries = dict(connection.entries.values_list("key", "value"))
    live: list[Endpoint] = list(connection.endpoints.filter(retires_at=None))
    seen = seen_by(live)
    return Connected(
        connection=connection,
        app_id=entries.get(EntryKey.APP_ID, "").lower(),
        tenant_id=entries.get(EntryKey.TENANT_ID, "").lower(),
        endpoints={Service(one.service): EndpointSeen(url=one.url, seen=seen[one.pk]) for one in live},
        retired={urlsplit(one.url).path: Service(one.service) for one in connection.endpoints.exclude(retires_at=None)},
    )

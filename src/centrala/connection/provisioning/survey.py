"""What there is now: in Azure, in its directory, and here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from centrala.azure import eventgrid
from centrala.azure.caller import Caller
from centrala.azure.graph import Application, Assignment, Directory, Principal
from centrala.azure.identifiers import ResourceId
from centrala.connection.models import Connection, EntryKey, Service
from centrala.connection.provisioning.clients import Clients
from centrala.errors import Refused


class Section(StrEnum):
    """What is read, and read again, together."""

    PROVIDERS = "providers"
    DIRECTORY = "directory"
    HUB = "hub"
    EVENTS = "events"


@dataclass(frozen=True, kw_only=True)
class DirectorySeen:
    application: Application | None = None
    principal: Principal | None = None
    application_owners: frozenset[str] = frozenset()
    principal_owners: frozenset[str] = frozenset()
    event_grid: Principal | None = None
    assignments: tuple[Assignment, ...] = ()

    def assignment(self, role_id: str, to: str) -> Assignment | None:
        return next((one for one in self.assignments if (one.role_id, one.principal_id) == (role_id, to)), None)


@dataclass(frozen=True, kw_only=True)
class EventsSeen:
    topic: eventgrid.Topic | None = None
    subscriptions: tuple[eventgrid.Subscription, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HubSeen:
    """The connection of this resource; endpoints are kept while it is disconnected. `retired` are the addresses that
    were replaced, the newest first."""

    connected: bool = False
    client_id: str = ""
    tenant_id: str = ""
    requires_role: bool = False
    key_refused: bool = False
    endpoints: Mapping[Service, str]
    retired: Mapping[Service, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Survey:
    caller: Caller
    providers: Mapping[str, str]  # namespace -> registration state
    directory: DirectorySeen
    hub: HubSeen
    events: EventsSeen


@dataclass(frozen=True, kw_only=True)
class Surveyor:
    """Reads in the name of one credential. Everything it does may raise AzureError."""

    resource: ResourceId
    application_id: str  # the one that was asked for, if any
    unique_name: str
    display_name: str
    namespaces: tuple[str, ...]
    event_grid_app_id: str
    caller_id: str  # whose credential it is
    clients: Clients

    def look_again(self, survey: Survey, section: Section) -> Survey:
        """The survey with this section as it is now. The hub is read each time: its endpoints may be new."""
        survey = replace(survey, hub=self.hub())
        if section is Section.PROVIDERS:
            return replace(survey, providers=self.providers())
        if section is Section.HUB:
            return survey
        if section is Section.EVENTS:
            return replace(survey, events=self.events())
        return replace(survey, directory=self.directory(survey.hub))

    def providers(self) -> Mapping[str, str]:
        return {namespace: self.clients.providers.state(namespace) for namespace in self.namespaces}

    def hub(self) -> HubSeen:
        found = Connection.objects.filter(resource_id__iexact=str(self.resource)).first()
        if found is None:
            return HubSeen(endpoints={})
        entries = dict(found.entries.values_list("key", "value"))
        return HubSeen(
            connected=found.disconnected_at is None,
            client_id=entries.get(EntryKey.APP_ID, ""),
            tenant_id=entries.get(EntryKey.TENANT_ID, ""),
            requires_role=found.require_role,
            key_refused=found.key_refused_at is not None,
            endpoints={Service(one.service): one.url for one in found.endpoints.filter(retires_at=None)},
            retired=_retired(found),
        )

    def events(self) -> EventsSeen:
        topic = self.clients.events.topic()
        return EventsSeen(topic=topic, subscriptions=self.clients.events.subscriptions(topic) if topic else ())

    def directory(self, hub: HubSeen) -> DirectorySeen:
        reader = self.clients.directory
        event_grid, application = reader.principal(self.event_grid_app_id), self._application(reader, hub)
        if application is None:
            return DirectorySeen(event_grid=event_grid)
        principal = reader.principal(application.client_id)
        return DirectorySeen(
            application=application,
            principal=principal,
            application_owners=reader.owners("applications", application.object_id),
            principal_owners=reader.owners("servicePrincipals", principal.object_id) if principal else frozenset(),
            event_grid=event_grid,
            assignments=reader.assignments(principal) if principal else (),
        )

    def _application(self, reader: Directory, hub: HubSeen) -> Application | None:
        """The one that was asked for; the connected one; ours by its unique name, else by the name people see."""
        if self.application_id:
            return _asked_for(reader, self.application_id)
        connected = reader.application(hub.client_id) if hub.client_id else None
        return connected or reader.application_by_unique_name(self.unique_name) or self._named(reader)

    def _named(self, reader: Directory) -> Application | None:
        """Anybody in the tenant may give an application this name: only its owner is taken at that word."""
        found = reader.applications_named(self.display_name)
        if len(found) > 1:
            raise Refused(
                _("There are %(count)s applications named “%(name)s”: %(ids)s. Fix: name one, --application-id ID.")
                % {
                    "count": len(found),
                    "name": self.display_name,
                    "ids": ", ".join(sorted(one.client_id for one in found)),
                }
            )
        if found and self.caller_id not in reader.owners("applications", found[0].object_id):
            raise Refused(
                _(
                    "There is an application named “%(name)s”, %(id)s, and you are not its owner. Fix: if it is yours, "
                    "name it, --application-id %(id)s; else let somebody rename or delete it."
                )
                % {"name": self.display_name, "id": found[0].client_id}
            )
        return found[0] if found else None


def _retired(connection: Connection) -> Mapping[Service, tuple[str, ...]]:
    found = list(connection.endpoints.exclude(retires_at=None).order_by("-retires_at"))
    return {service: tuple(one.url for one in found if one.service == service) for service in Service}


def _asked_for(reader: Directory, client_id: str) -> Application:
    found = reader.application(client_id)
    if found is None:
        raise Refused(
            _(
                "The directory has no application with the id %(id)s. Copy Application (client) ID from the "
                "application's page under App registrations."
            )
            % {"id": client_id}
        )
    return found

"""Everything Azure needs so that events arrive, made or found, in the order Azure wants it.

Every step may be repeated: what is there is kept. So far the SMS service; the other services come with their parts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from azure.core.credentials import TokenCredential
from django.conf import settings

from centrala.azure import eventgrid, graph, providers, resources
from centrala.azure.identifiers import ResourceId
from centrala.connection.actions import ConnectFields, connect, refuse_another
from centrala.connection.checks import eligible
from centrala.connection.models import EVENT_TYPES, Connection, EntryKey, Service
from centrala.organization.models import User

SERVICES = (Service.SMS,)
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Provisioner:
    """Acts with `credential`, in the name of the person whose it is; `say` hears of each step."""

    resource: ResourceId
    tenant_id: str
    credential: TokenCredential
    actor: User | None
    say: Say

    def provision(self) -> Connection:
        """Returns when each event subscription's handshake has succeeded. Raises AzureError or Refused."""
        self._register()
        connection = self._connection()
        topic = eventgrid.ensure_system_topic(self.resource, credential=self.credential, cloud=settings.CLOUD)
        self.say(f"System topic {topic}.")
        for service in SERVICES:
            self._subscribe(connection, service, topic)
        return connection

    def _register(self) -> None:
        made = providers.ensure_registered(
            providers.EVENT_GRID,
            subscription_id=self.resource.subscription_id,
            credential=self.credential,
            cloud=settings.CLOUD,
            pause=2 if settings.CLOUD.is_public else 0.1,
        )
        self.say(f"Provider {providers.EVENT_GRID} {'registered' if made else 'is registered'}.")

    def _connection(self) -> Connection:
        """The connection in force when it is this resource's, else a new one with an application of its own."""
        found = Connection.objects.filter(disconnected_at=None, resource_id__iexact=str(self.resource)).first()
        if found is not None:
            self.say(f"{found.resource_name} is connected.")
            return found
        eligible()
        refuse_another(self.resource)
        # First what needs no making: a resource that is not there must not leave an application behind.
        keys = resources.read_connection_string(self.resource, credential=self.credential, cloud=settings.CLOUD)
        application = graph.ensure_application(
            f"Centrala {self.resource.name}", credential=self.credential, cloud=settings.CLOUD
        )
        self.say(f"Application {application.display_name}: {application.client_id}.")
        fields = ConnectFields(
            resource_name=self.resource.name,
            resource_id=str(self.resource),
            connection_string=keys,
            event_grid_app_id=application.client_id,
            event_grid_app_tenant_id=self.tenant_id,
            confirmed=True,
        )
        connection = connect(fields=fields, actor=self.actor, credential=self.credential)
        self.say(f"Connected to {connection.resource_name}.")
        return connection

    def _subscribe(self, connection: Connection, service: Service, topic: str) -> None:
        entries = dict(connection.entries.values_list("key", "value"))
        endpoint = connection.endpoints.get(service=service, retires_at=None)
        webhook = eventgrid.Webhook(
            name=f"centrala-{service.replace('_', '-')}",
            url=endpoint.url,
            event_types=EVENT_TYPES[service],
            tenant_id=entries[EntryKey.TENANT_ID],
            application_id=entries[EntryKey.APP_ID],
        )
        eventgrid.ensure_subscription(
            webhook, topic=topic, resource=self.resource, credential=self.credential, cloud=settings.CLOUD
        )
        self.say(f"Event subscription {webhook.name}: handshake answered.")

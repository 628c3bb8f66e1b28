"""What brings one piece to what it should be. Each act may be repeated: what is there already is no error to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from centrala.azure.cloud import Cloud
from centrala.azure.eventgrid import SCHEMA, Topic
from centrala.azure.graph import Principal
from centrala.connection import actions
from centrala.connection.checks import ConnectFields
from centrala.connection.models import Connection
from centrala.connection.provisioning.blueprint import Blueprint
from centrala.connection.provisioning.clients import Clients
from centrala.connection.provisioning.pieces import Kind, Piece
from centrala.connection.provisioning.survey import Survey
from centrala.organization.audit import record
from centrala.organization.models import User


@dataclass(frozen=True, kw_only=True)
class Task:
    piece: Piece
    blueprint: Blueprint
    survey: Survey

    @property
    def topic(self) -> Topic:
        assert self.survey.events.topic is not None
        return self.survey.events.topic

    @property
    def principal(self) -> Principal:
        assert self.survey.directory.principal is not None
        return self.survey.directory.principal


@dataclass(frozen=True)
class Hand:
    """Acts with `credential`, in the name of the person whose it is. Every act may raise AzureError."""

    clients: Clients
    cloud: Cloud
    actor: User | None
    lent: bool = False

    def do(self, task: Task) -> None:
        self._acts[task.piece.kind](task)

    @cached_property
    def _acts(self) -> Mapping[Kind, Callable[[Task], None]]:
        return {
            Kind.PROVIDER: self._register,
            Kind.APPLICATION: self._application,
            Kind.PRINCIPAL: self._principal,
            Kind.ROLE: self._role,
            Kind.EVENT_GRID: self._event_grid,
            Kind.ASSIGNMENT: self._assign,
            Kind.OWNER: self._own,
            Kind.CONNECTION: self._connect,
            Kind.TOPIC: self._topic,
            Kind.SUBSCRIPTION: self._subscribe,
        }

    def _register(self, task: Task) -> None:
        if task.piece.found is None:
            self.clients.providers.register(task.piece.subject)

    def _application(self, task: Task) -> None:
        wanted, found = task.blueprint.application, task.survey.directory.application
        if found is None:
            self.clients.directory.put_application(
                wanted.unique_name, display_name=wanted.display_name, audience=wanted.audience
            )
        else:
            self.clients.directory.set_audience(found, wanted.audience)

    def _principal(self, task: Task) -> None:
        self.clients.directory.make_principal(task.blueprint.application.client_id)

    def _role(self, task: Task) -> None:
        application = task.survey.directory.application
        assert application is not None
        self.clients.directory.set_role(application, task.blueprint.role)

    def _event_grid(self, task: Task) -> None:
        self.clients.directory.make_principal(task.blueprint.event_grid_app_id)

    def _assign(self, task: Task) -> None:
        role, to = task.blueprint.role, task.piece.wanted["principalId"]
        self.clients.directory.assign(task.principal, role_id=role.id, to=to)

    def _own(self, task: Task) -> None:
        application = task.blueprint.application
        kind, object_id = {
            "application": ("applications", application.object_id),
            "principal": ("servicePrincipals", application.principal_id),
        }[task.piece.subject]
        self.clients.directory.add_owner(kind, object_id, task.blueprint.writer.object_id)

    def _connect(self, task: Task) -> None:
        blueprint, seen = task.blueprint, task.survey.hub
        wanted, found = task.piece.wanted, task.piece.found or {}
        if not seen.connected or any(wanted[name] != found[name] for name in wanted if name != "requireRole"):
            self._make_connection(blueprint)
        if wanted["requireRole"] == "true":
            connection = Connection.objects.get(resource_id__iexact=str(blueprint.resource))
            actions.require_role(connection=connection, actor=self.actor)

    def _make_connection(self, blueprint: Blueprint) -> None:
        fields = ConnectFields(
            resource_name=blueprint.resource.name,
            resource_id=str(blueprint.resource),
            connection_string=self.clients.resource.connection_string(),
            event_grid_app_id=blueprint.application.client_id,
            event_grid_app_tenant_id=blueprint.tenant_id,
            confirmed=True,
        )
        lender = UUID(blueprint.tenant_id) if self.lent else None
        actions.connect(fields=fields, actor=self.actor, cloud=self.cloud, lender=lender)

    def _topic(self, task: Task) -> None:
        wanted = task.blueprint.topic
        self.clients.events.make_topic(name=wanted.name, resource_group=wanted.resource_group, location=wanted.location)

    def _subscribe(self, task: Task) -> None:
        """Returns when the endpoint has answered the handshake."""
        events, found = self.clients.events, task.piece.found
        wanted = next(one for one in task.blueprint.subscriptions if one.webhook.name == task.piece.name)
        if found and found["eventDeliverySchema"] != SCHEMA:
            self._remove(task, wanted.webhook.name)  # Azure changes no other schema back to this one
            found = None
        if found is None:
            events.make(wanted.webhook, topic=task.topic)
        else:
            events.change(wanted.webhook, topic=task.topic)

    def _remove(self, task: Task, name: str) -> None:
        """Recorded here: whether another one can be made in its place is not sure yet."""
        self.clients.events.remove(name, topic=task.topic)
        record(actor=self.actor, act="delete event subscription", target=f"{name} of {task.topic.name}")

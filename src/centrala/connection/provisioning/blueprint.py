"""What Azure should look like: one description, from which plan, apply and every export are made.

Pure: drawn from what was asked for and what was seen. What Azure or the connection chooses is empty until it has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from django.utils.crypto import salted_hmac

from centrala.azure.caller import Caller
from centrala.azure.eventgrid import DeadLetters, Subscription, Webhook
from centrala.azure.graph import MULTI_TENANT, AppRole
from centrala.azure.identifiers import ResourceId
from centrala.azure.providers import COMMUNICATION, EVENT_GRID
from centrala.connection.models import EVENT_TYPES, LENT, Service, hook_of
from centrala.connection.provisioning.survey import Survey

PROVIDERS = (COMMUNICATION, EVENT_GRID)
# https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery
ROLE = "AzureEventGridSecureWebhookSubscriber"
ROLE_DESCRIPTION = "Azure Event Grid may deliver to this application's webhooks, and point subscriptions at them."
GLOBAL = "global"
# Attempts and minutes. A caller does not wait; a text or a recording may come a day late, but must come.
RETRIES = {Service.SMS: (30, 1440), Service.RECORDING: (30, 1440), Service.INCOMING_CALL: (2, 1)}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was asked for: an application of one's own choice, a place for what could not be delivered."""

    resource: ResourceId
    tenant_id: str
    application_id: str = ""
    dead_letters: DeadLetters | None = None
    lent: bool = False  # to a trial, which has calls alone

    @property
    def display_name(self) -> str:
        return f"Centrala {self.resource.name}"

    @property
    def unique_name(self) -> str:
        """The same for the same resource, whoever asks here: so that there is never a second application. By the hub's
        own key, because anybody in the tenant might register a name that can be guessed, and it would be adopted."""
        seal = salted_hmac("centrala.provision", str(self.resource).lower(), algorithm="sha256").hexdigest()
        return f"centrala-{self.resource.name}-{seal[:20]}"


@dataclass(frozen=True, kw_only=True)
class WantedApplication:
    """`audience` is empty for an application that is not ours: it stays as it is. Owners are those of the principal."""

    client_id: str
    object_id: str
    principal_id: str
    display_name: str
    unique_name: str
    audience: str
    owners: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class WantedTopic:
    name: str
    resource_group: str
    location: str
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class WantedSubscription:
    service: Service
    webhook: Webhook


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    resource: ResourceId
    tenant_id: str
    providers: tuple[str, ...]
    application: WantedApplication
    role: AppRole
    event_grid_app_id: str
    event_grid_principal_id: str
    writer: Caller
    assignment_ids: Mapping[str, str]  # of the assignments that are there, by their principal
    topic: WantedTopic
    subscriptions: tuple[WantedSubscription, ...]


def draw(order: Order, survey: Survey, *, event_grid_app_id: str) -> Blueprint:
    application, role, topic = _application(order, survey), _role(order, survey), survey.events.topic
    return Blueprint(
        resource=order.resource,
        tenant_id=order.tenant_id,
        providers=PROVIDERS,
        application=application,
        role=role,
        event_grid_app_id=event_grid_app_id,
        event_grid_principal_id=survey.directory.event_grid.object_id if survey.directory.event_grid else "",
        writer=survey.caller,
        assignment_ids={one.principal_id: one.id for one in survey.directory.assignments if one.role_id == role.id},
        topic=WantedTopic(
            name=topic.name if topic else f"{order.resource.name}-events",
            resource_group=topic.resource_group if topic else order.resource.resource_group,
            location=topic.location if topic else GLOBAL,
            tags=topic.tags if topic else {},
        ),
        subscriptions=tuple(
            WantedSubscription(service=service, webhook=_webhook(service, order, survey, application.client_id))
            for service in (LENT if order.lent else Service)
        ),
    )


def subscription_of(service: Service, survey: Survey) -> Subscription | None:
    """The one that feeds this service's endpoint, whatever its name and host; else one that feeds an endpoint it had;
    else the one that bears our name."""
    hub, found = survey.hub, survey.events.subscriptions
    hooks = [hook_of(url) for url in (hub.endpoints.get(service, ""), *hub.retired.get(service, ()))]
    by_hook = [one for hook in hooks for one in found if hook and hook_of(one.url) == hook]
    by_name = [one for one in found if one.name.lower() == _name(service)]
    return next(iter([*by_hook, *by_name]), None)


def _application(order: Order, survey: Survey) -> WantedApplication:
    found, principal = survey.directory.application, survey.directory.principal
    ours = found is None or order.unique_name == found.unique_name or order.display_name == found.display_name
    return WantedApplication(
        client_id=found.client_id if found else "",
        object_id=found.object_id if found else "",
        principal_id=principal.object_id if principal else "",
        display_name=found.display_name if found else order.display_name,
        unique_name=order.unique_name,
        audience=MULTI_TENANT if ours else "",
        owners=tuple(sorted(survey.directory.principal_owners | {survey.caller.object_id})),
    )


def _role(order: Order, survey: Survey) -> AppRole:
    """The id of a role that is there stays: assignments name it."""
    found = survey.directory.application.role(ROLE) if survey.directory.application else None
    return AppRole(
        id=found.id if found else str(uuid5(NAMESPACE_URL, f"{order.unique_name}/{ROLE}")),
        value=ROLE,
        display_name=found.display_name if found else ROLE,
        description=found.description if found else ROLE_DESCRIPTION,
        members=("Application", "User"),
    )


def _webhook(service: Service, order: Order, survey: Survey, client_id: str) -> Webhook:
    found = subscription_of(service, survey)
    attempts, minutes = RETRIES[service]
    return Webhook(
        name=found.name if found else _name(service),
        url=survey.hub.endpoints.get(service, ""),
        event_types=EVENT_TYPES[service],
        tenant_id=order.tenant_id,
        application_id=client_id,
        attempts=attempts,
        minutes=minutes,
        # Where none is named, what somebody has set up stays.
        dead_letters=order.dead_letters or (found.dead_letters if found else None),
    )


def _name(service: Service) -> str:
    return f"centrala-{service.replace('_', '-')}"

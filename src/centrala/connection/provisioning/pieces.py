"""The plan's pieces in the order Azure wants them: what each should be, beside what it is. Pure.

Fields bear Azure's own names, because that is where people look for them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from centrala.azure.eventgrid import SCHEMA, SUCCEEDED, TOPIC_TYPE, Subscription
from centrala.azure.providers import REGISTERED
from centrala.connection.models import OLD_TOKENS
from centrala.connection.provisioning.blueprint import Blueprint, WantedSubscription, subscription_of
from centrala.connection.provisioning.survey import Section, Survey

Fields = Mapping[str, str]
LATER = "…"  # a value that is known only once something before it has been made
NOT_REGISTERED = {"", "NotRegistered"}


class Kind(StrEnum):
    PROVIDER = "provider"
    APPLICATION = "application"
    PRINCIPAL = "principal"
    ROLE = "role"
    EVENT_GRID = "event-grid"
    ASSIGNMENT = "assignment"
    OWNER = "owner"
    CONNECTION = "connection"
    TOPIC = "topic"
    SUBSCRIPTION = "subscription"

    @property
    def section(self) -> Section:
        return SECTIONS.get(self, Section.DIRECTORY)


SECTIONS = {
    Kind.PROVIDER: Section.PROVIDERS,
    Kind.CONNECTION: Section.HUB,
    Kind.TOPIC: Section.EVENTS,
    Kind.SUBSCRIPTION: Section.EVENTS,
}


@dataclass(frozen=True, kw_only=True)
class Piece:
    """`found` is None for what is not there. `subject` says which one of its kind it is."""

    kind: Kind
    subject: str = ""
    name: str
    wanted: Fields
    found: Fields | None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.subject}" if self.subject else str(self.kind)

    @property
    def settled(self) -> bool:
        return self.found == self.wanted


def pieces(blueprint: Blueprint, survey: Survey, *, now: datetime) -> list[Piece]:
    return [
        *_providers(blueprint, survey),
        *_directory(blueprint, survey),
        _connection(blueprint, survey, now),
        _topic(blueprint, survey),
        *(_subscription(wanted, subscription_of(wanted.service, survey)) for wanted in blueprint.subscriptions),
    ]


def _providers(blueprint: Blueprint, survey: Survey) -> Iterator[Piece]:
    for namespace in blueprint.providers:
        state = survey.providers.get(namespace, "")
        yield Piece(
            kind=Kind.PROVIDER,
            subject=namespace,
            name=namespace,
            wanted={"registrationState": REGISTERED},
            found=None if state in NOT_REGISTERED else {"registrationState": state},
        )


def _directory(blueprint: Blueprint, survey: Survey) -> Iterator[Piece]:
    application, seen = blueprint.application, survey.directory
    found = seen.application
    audience = application.audience or (found.audience if found else "")
    yield Piece(
        kind=Kind.APPLICATION,
        name=application.display_name,
        wanted={"appId": application.client_id or LATER, "signInAudience": audience},
        found={"appId": found.client_id, "signInAudience": found.audience} if found else None,
    )
    yield Piece(
        kind=Kind.PRINCIPAL,
        name=application.display_name,
        wanted={"appId": application.client_id or LATER},
        found={"appId": seen.principal.client_id} if seen.principal else None,
    )
    yield _role(blueprint, survey)
    yield Piece(
        kind=Kind.EVENT_GRID,
        name="Microsoft.EventGrid",
        wanted={"appId": blueprint.event_grid_app_id},
        found={"appId": seen.event_grid.client_id} if seen.event_grid else None,
    )
    yield _assignment(blueprint, survey, "event-grid", "Microsoft.EventGrid", blueprint.event_grid_principal_id)
    yield _assignment(blueprint, survey, "writer", blueprint.writer.name, blueprint.writer.object_id)
    yield _owner(blueprint, "application", seen.application_owners)
    yield _owner(blueprint, "principal", seen.principal_owners)


def _role(blueprint: Blueprint, survey: Survey) -> Piece:
    role = blueprint.role
    found = survey.directory.application.role(role.value) if survey.directory.application else None
    return Piece(
        kind=Kind.ROLE,
        name=role.value,
        wanted={"allowedMemberTypes": ", ".join(role.members), "isEnabled": "true"},
        found={"allowedMemberTypes": ", ".join(found.members), "isEnabled": str(found.enabled).lower()}
        if found
        else None,
    )


def _assignment(blueprint: Blueprint, survey: Survey, subject: str, name: str, principal: str) -> Piece:
    there = bool(principal) and survey.directory.assignment(blueprint.role.id, principal) is not None
    wanted = {"principalId": principal or LATER, "appRole": blueprint.role.value}
    return Piece(kind=Kind.ASSIGNMENT, subject=subject, name=name, wanted=wanted, found=wanted if there else None)


def _owner(blueprint: Blueprint, subject: str, owners: frozenset[str]) -> Piece:
    wanted = {"owner": blueprint.writer.object_id}
    there = blueprint.writer.object_id in owners
    return Piece(
        kind=Kind.OWNER, subject=subject, name=blueprint.writer.name, wanted=wanted, found=wanted if there else None
    )


def _connection(blueprint: Blueprint, survey: Survey, now: datetime) -> Piece:
    hub = survey.hub
    wanted = {
        "EventGridAppID": blueprint.application.client_id or LATER,
        "EventGripAppTenantID": blueprint.tenant_id,
        "requireRole": str(role_may_be_required(blueprint, survey, now)).lower(),
    }
    found = {
        "EventGridAppID": hub.client_id,
        "EventGripAppTenantID": hub.tenant_id,
        "requireRole": str(hub.requires_role).lower(),
    }
    if hub.key_refused:
        wanted["accessKey"], found["accessKey"] = "accepted", "refused"
    name = blueprint.resource.name
    return Piece(kind=Kind.CONNECTION, name=name, wanted=wanted, found=found if hub.connected else None)


def role_may_be_required(blueprint: Blueprint, survey: Survey, now: datetime) -> bool:
    """Whether no delivery under way can still carry a token from before the role was assigned: it would be dropped."""
    if survey.hub.connected and survey.hub.requires_role and survey.hub.client_id == blueprint.application.client_id:
        return True
    given = survey.directory.assignment(blueprint.role.id, blueprint.event_grid_principal_id)
    if given and given.created_at and given.created_at < now - OLD_TOKENS:
        return True
    found = [subscription_of(one.service, survey) for one in blueprint.subscriptions]
    return not any(one and _names(one.application_id, blueprint.application.client_id) for one in found)


def _topic(blueprint: Blueprint, survey: Survey) -> Piece:
    """One that is there is adopted with its name and place: Azure allows one per source."""
    topic, seen = blueprint.topic, survey.events.topic
    wanted = {"resourceGroup": topic.resource_group, "topicType": TOPIC_TYPE, "source": str(blueprint.resource)}
    return Piece(kind=Kind.TOPIC, name=topic.name, wanted=wanted, found=wanted if seen else None)


def _subscription(wanted: WantedSubscription, found: Subscription | None) -> Piece:
    hook = wanted.webhook
    return Piece(
        kind=Kind.SUBSCRIPTION,
        subject=wanted.service.replace("_", "-"),
        name=hook.name,
        wanted={
            "endpointUrl": hook.url or LATER,
            "includedEventTypes": ", ".join(sorted(hook.event_types)),
            "filters": "",
            "eventDeliverySchema": SCHEMA,
            "azureActiveDirectoryTenantId": hook.tenant_id,
            "azureActiveDirectoryApplicationIdOrUri": hook.application_id or LATER,
            "maxDeliveryAttempts": str(hook.attempts),
            "eventTimeToLiveInMinutes": str(hook.minutes),
            "deadLetterDestination": str(hook.dead_letters or ""),
            "provisioningState": SUCCEEDED,
        },
        found=_as_seen(found, hook.application_id) if found else None,
    )


def _as_seen(one: Subscription, client_id: str) -> Fields:
    return {
        "endpointUrl": one.url,
        "includedEventTypes": ", ".join(sorted(one.event_types)),
        "filters": one.filters,
        "eventDeliverySchema": one.schema,
        "azureActiveDirectoryTenantId": one.tenant_id,
        # Either spelling names it, and the hub takes the tokens of both.
        "azureActiveDirectoryApplicationIdOrUri": client_id
        if _names(one.application_id, client_id)
        else one.application_id,
        "maxDeliveryAttempts": str(one.attempts),
        "eventTimeToLiveInMinutes": str(one.minutes),
        "deadLetterDestination": str(one.dead_letters or ""),
        "provisioningState": one.state,
    }


def _names(application_id: str, client_id: str) -> bool:
    return bool(client_id) and application_id.lower() in {client_id.lower(), f"api://{client_id.lower()}"}

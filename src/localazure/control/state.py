"""Everything the portal shows, as one JSON value."""

from typing import Any

import msgspec

from localazure.arm.scopes import registration_state
from localazure.communication.management import keys
from localazure.control.identity import people
from localazure.control.rules import clock
from localazure.entra.clients import principal_of
from localazure.eventgrid.journal import counts
from localazure.records.directory import Application
from localazure.records.events import EventSubscription
from localazure.records.resources import CommunicationService, Subscription
from localazure.world import World

Json = dict[str, Any]  # the state's objects


def state(world: World) -> Json:
    return {
        "clock": msgspec.to_builtins(clock(world)),
        "url": world.addresses.url,
        "portal": world.addresses.portal,
        "tenants": [
            {"id": one.id, "display_name": one.display_name, "domain": one.domain} for one in world.tenants.all()
        ],
        "demo": {"client_id": world.seed.client_id, "client_secret": world.seed.client_secret},
        "people": people(world),
        "propagation_seconds": propagation.seconds if (propagation := world.propagation.get("seconds")) else 0,
        "subscriptions": [_subscription(world, one) for one in world.subscriptions.all()],
        "communication_services": [_communication(world, one) for one in world.communication.all()],
        "applications": [_application(world, one) for one in world.applications.all()],
        "system_topics": [
            {"id": one.id, "name": one.name, "resource_group": one.group, "source": one.source}
            for one in world.system_topics.all()
        ],
        "event_subscriptions": [_event_subscription(world, one) for one in world.event_subscriptions.all()],
    }


def _subscription(world: World, one: Subscription) -> Json:
    groups = [group.name for group in world.groups.all() if group.subscription_id == one.id]
    providers = [
        {"namespace": provider.namespace, "state": registration_state(world, provider)}
        for provider in world.providers.all()
        if provider.subscription_id == one.id
    ]
    return {"id": one.id, "name": one.name, "state": one.state, "resource_groups": groups, "providers": providers}


def _communication(world: World, one: CommunicationService) -> Json:
    told = keys(world, one)
    return {
        "id": one.id,
        "name": one.name,
        "resource_group": one.group,
        "host_name": world.addresses.host,
        "data_location": one.data_location,
        "immutable_resource_id": one.immutable_id,
        "primary_key": told["primaryKey"],
        "secondary_key": told["secondaryKey"],
        "primary_connection_string": told["primaryConnectionString"],
        "secondary_connection_string": told["secondaryConnectionString"],
        "disable_local_auth": one.disable_local_auth,
        "phone_numbers": [
            {"number": number.number, "type": number.kind, "calling": number.calling, "sms": number.sms}
            for number in world.numbers.all()
            if number.resource == one.key
        ],
    }


def _application(world: World, one: Application) -> Json:
    principal = principal_of(world, one.app_id)
    return {
        "client_id": one.app_id,
        "object_id": one.id,
        "tenant_id": one.tenant_id,
        "display_name": one.display_name,
        "identifier_uris": list(one.identifier_uris),
        "token_version": one.token_version or 1,
        "service_principal_id": principal.id if principal else None,
    }


def _event_subscription(world: World, one: EventSubscription) -> Json:
    settings = one.asked or one.settings
    assert settings is not None
    return {
        "id": one.id,
        "name": one.name,
        "topic": one.topic,
        "source": one.source,
        "state": one.state,
        "last_error": one.last_error,
        "endpoint": settings.destination.base_url,
        "tenant_id": settings.destination.tenant_id,
        "application": settings.destination.application,
        "event_types": list(settings.filter.event_types),
        "deliveries": counts(world, one.key),
    }

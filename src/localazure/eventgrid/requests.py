"""Headers and tokens of what Event Grid sends.

https://learn.microsoft.com/azure/event-grid/delivery-and-retry
https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery
"""

from datetime import timedelta

import msgspec

from localazure.clock import real_time
from localazure.entra.rules import resource_of
from localazure.entra.tokens import mint, roles
from localazure.errors import UNKNOWN_RESOURCE, UNKNOWN_TENANT
from localazure.eventgrid.identity import event_grid_principal
from localazure.records.events import DeliveryAttribute, Destination, EventSubscription
from localazure.records.seed import new_id
from localazure.world import World

TOKEN_LIFETIME = timedelta(seconds=86_700)
RENEW_BEFORE = timedelta(minutes=30)


def headers(
    world: World, subscription: EventSubscription, destination: Destination, kind: str, *, attempts: int, version: str
) -> dict[str, str]:
    """`kind` is the aeg-event-type, `attempts` how many were made before, `version` the event's data version.

    Raises a ServiceError in Entra's words when no token can be had.
    """
    values = {
        "content-type": "application/json; charset=utf-8",
        "aeg-subscription-name": subscription.name.upper(),
        "aeg-delivery-count": str(attempts),
        "aeg-data-version": version,
        "aeg-metadata-version": "1",
        "aeg-event-type": kind,
        "x-ms-request-id": new_id(),
    }
    if destination.application:
        values["authorization"] = f"Bearer {token(world, destination)}"
    return values


def attribute_headers(destination: Destination, event: str) -> dict[str, str]:
    """https://learn.microsoft.com/azure/event-grid/delivery-properties"""
    return {one.name: _attribute(one, event) for one in destination.attributes}


def token(world: World, destination: Destination) -> str:
    """Kept while it has half an hour to live and says the same."""
    if destination.tenant_id.lower() not in world.tenants:
        raise UNKNOWN_TENANT.of(tenant=destination.tenant_id)
    resource = resource_of(world, destination.application)
    if resource is None or not resource.principal_id:
        tenant = world.tenants[destination.tenant_id.lower()]
        raise UNKNOWN_RESOURCE.of(resource=destination.application, tenant=tenant.display_name)
    client = event_grid_principal(world)
    wanted = (resource, tuple(roles(world, client, resource)))
    kept = world.event_grid_tokens.get(wanted)
    if kept is None or kept.expires_at - RENEW_BEFORE <= real_time():
        kept = mint(world, client=client, resource=resource, lifetime=TOKEN_LIFETIME)
        world.event_grid_tokens[wanted] = kept
    return kept.token


def _attribute(one: DeliveryAttribute, event: str) -> str:
    if one.kind == "Static":
        return one.value
    value: object = msgspec.json.decode(event)
    for part in one.source_field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return (
        "" if value is None else "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in str(value))
    )

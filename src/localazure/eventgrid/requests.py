"""Headers and tokens of what Event Grid sends.

https://learn.microsoft.com/azure/event-grid/delivery-and-retry
https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery
"""

from dataclasses import dataclass
from datetime import timedelta

import msgspec

from localazure.clock import real_time
from localazure.entra.resources import resource_of
from localazure.entra.tokens import mint, roles
from localazure.errors import UNKNOWN_CLIENT, UNKNOWN_RESOURCE, UNKNOWN_TENANT
from localazure.eventgrid.filters import at
from localazure.eventgrid.identity import EVENT_GRID_APP_ID, known_principal
from localazure.records.events import DeliveryAttribute, DeliverySchema, Destination, EventSubscription
from localazure.records.ids import new_id
from localazure.world import World

TOKEN_LIFETIME = timedelta(seconds=86_700)
RENEW_BEFORE = timedelta(minutes=30)


ORIGIN = "eventgrid.azure.net"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a request is about: its aeg-event-type, and the versions that stand beside it."""

    name: str
    content_type: str = "application/json; charset=utf-8"
    data_version: str = "1.0"
    metadata_version: str = "1"
    more: tuple[tuple[str, str], ...] = ()


def kind(name: str, schema: DeliverySchema, *, batched: bool = False, data_version: str = "1.0") -> Kind:
    """https://learn.microsoft.com/azure/event-grid/cloud-event-schema"""
    if schema is DeliverySchema.EVENT_GRID:
        return Kind(name=name, data_version=data_version)
    form = "cloudevents-batch" if batched else "cloudevents"
    return Kind(
        name=name,
        content_type=f"application/{form}+json; charset=utf-8",
        data_version="",
        metadata_version="1.0",
        more=(("origin", ORIGIN),),
    )


def headers(
    world: World, subscription: EventSubscription, destination: Destination, what: Kind, *, attempts: int
) -> dict[str, str]:
    """`attempts` is how many were made before. Raises a ServiceError in Entra's words when no token can be had."""
    values = {
        "content-type": what.content_type,
        "aeg-subscription-name": subscription.name.upper(),
        "aeg-delivery-count": str(attempts),
        "aeg-data-version": what.data_version,
        "aeg-metadata-version": what.metadata_version,
        "aeg-event-type": what.name,
        "x-ms-request-id": new_id(),
    }
    return values | dict(what.more) | authorization(world, destination)


def authorization(world: World, destination: Destination) -> dict[str, str]:
    return {"authorization": f"Bearer {token(world, destination)}"} if destination.application else {}


def attribute_headers(destination: Destination, event: str) -> dict[str, str]:
    """In lower case as the other headers, one of which it may replace.

    https://learn.microsoft.com/azure/event-grid/delivery-properties
    """
    return {one.name.lower(): _attribute(one, event) for one in destination.attributes}


def token(world: World, destination: Destination) -> str:
    """Kept while it has half an hour to live and says the same."""
    if destination.tenant_id.lower() not in world.tenants:
        raise UNKNOWN_TENANT.of(tenant=destination.tenant_id)
    resource = resource_of(world, destination.application)
    if resource is None or not resource.principal_id:
        tenant = world.tenants[destination.tenant_id.lower()]
        raise UNKNOWN_RESOURCE.of(resource=destination.application, tenant=tenant.display_name)
    client = known_principal(world)
    if client is None:
        tenant = world.tenants[destination.tenant_id.lower()]
        raise UNKNOWN_CLIENT.of(client=EVENT_GRID_APP_ID, tenant=tenant.display_name)
    wanted = (resource, tuple(roles(world, client, resource)))
    kept = world.event_grid_tokens.get(wanted)
    if kept is None or kept.expires_at - RENEW_BEFORE <= real_time():
        kept = mint(world, client=client, resource=resource, lifetime=TOKEN_LIFETIME)
        world.event_grid_tokens[wanted] = kept
    return kept.token


def _attribute(one: DeliveryAttribute, event: str) -> str:
    if one.kind == "Static":
        return one.value
    value = at(msgspec.json.decode(event), one.source_field)
    return (
        "" if value is None else "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in str(value))
    )

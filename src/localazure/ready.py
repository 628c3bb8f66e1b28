"""What a client needs to know, as one JSON value."""

from pathlib import Path
from typing import Any

import msgspec

from localazure.certificates import write_private
from localazure.communication.rules import connection_string
from localazure.control.identity import people
from localazure.eventgrid.identity import EVENT_GRID_APP_ID
from localazure.records.plan import ApplicationPlan
from localazure.records.resources import CommunicationService
from localazure.records.storage import StorageAccount
from localazure.seeding.names import everything
from localazure.storage.accounts import connection_string as account_string
from localazure.storage.accounts import endpoint
from localazure.world import World

FILE = "ready.json"


def facts(world: World) -> dict[str, Any]:  # JSON of several shapes
    """The ready file's content; `acs` is the first resource, null when there is none."""
    seed = world.seed
    resources = [_communication(world, one) for one in world.communication.all()]
    return {
        "url": world.addresses.url,
        "portal": world.addresses.portal,
        "ca_bundle": str(world.addresses.ca),
        "ca_bundle_with_public": str(world.addresses.ca_bundle),
        "tenant_id": seed.tenant_id,
        "subscription_id": seed.subscription_id,
        "resource_group": seed.resource_group,
        "client_id": seed.client_id,
        "client_secret": seed.client_secret,
        "people": people(world),
        "acs": next(iter(resources), None),
        "communication_services": {one["resource_name"]: one for one in resources},
        "storage_accounts": {one.name: _storage(world, one) for one in world.storage_accounts.all()},
        "applications": {one.name: _application(one) for one in everything(seed.plan)},
        "event_grid_principal": EVENT_GRID_APP_ID,
    }


def _communication(world: World, resource: CommunicationService) -> dict[str, object]:
    return {
        "resource_name": resource.name,
        "resource_id": resource.id,
        "connection_string": connection_string(world, resource.primary_key),
        "phone_numbers": [one.number for one in world.numbers.all() if one.resource == resource.key],
    }


def _storage(world: World, one: StorageAccount) -> dict[str, str]:
    return {"resource_id": one.id, "url": endpoint(world, one), "connection_string": account_string(world, one)}


def _application(one: ApplicationPlan) -> dict[str, object]:
    return {
        "client_id": one.client_id,
        "object_id": one.id,
        "service_principal_id": one.principal_id if one.service_principal else "",
        "secrets": {secret.name: secret.value for secret in one.secrets},
    }


def write(world: World, *files: Path) -> None:
    content = msgspec.json.format(msgspec.json.encode(facts(world)), indent=2) + b"\n"
    for path in files:
        write_private(path, content)

"""Event Grid as an application of the tenant."""

from localazure.clock import real_time
from localazure.records.directory import ServicePrincipal
from localazure.world import World

# https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery
EVENT_GRID_APP_ID = "4962773b-9cdb-44cf-a8bf-237846a00ab7"
MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"


TAKEN_AWAY = "eventgrid.principal"  # the fault by which registering the provider does not make it


def known_principal(world: World) -> ServicePrincipal | None:
    return world.principals.get(world.seed.event_grid_object_id)


def event_grid_principal(world: World) -> ServicePrincipal:
    """The first-party service principal; made where it is missing, its object id is the seed's."""
    object_id = world.seed.event_grid_object_id
    world.faults.remove(TAKEN_AWAY)
    return world.principals.get(object_id) or world.principals.put(
        object_id,
        ServicePrincipal(
            id=object_id,
            app_id=EVENT_GRID_APP_ID,
            tenant_id=world.seed.tenant_id,
            display_name="Microsoft.EventGrid",
            made_at=real_time(),
            app_owner_organization_id=MICROSOFT_TENANT,
        ),
    )

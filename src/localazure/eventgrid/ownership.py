"""Who may point an event subscription at an application of Entra, since 2021-03-30.

https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery
"""

from localazure.entra.resources import resource_of
from localazure.loose import Check
from localazure.records.directory import ServicePrincipal
from localazure.records.events import Destination
from localazure.world import World

ROLE = "AzureEventGridSecureWebhookSubscriber"


def may_write(world: World, destination: Destination, writer: str) -> bool:
    """Whether the writer, by object id, owns the application's service principal or was assigned its role.

    True for an application nobody knows: what is wrong then shows when a token is asked for.
    """
    if not destination.application or Check.WRITER in world.loose:
        return True
    resource = resource_of(world, destination.application)
    principal = world.principals.get(resource.principal_id) if resource else None
    return principal is None or writer in principal.owners or _holds_role(world, principal, writer)


def _holds_role(world: World, principal: ServicePrincipal, writer: str) -> bool:
    roles = {
        role["id"]
        for application in world.applications.all()
        if application.app_id == principal.app_id
        for role in application.app_roles
        if role.get("value") == ROLE
    }
    return any(
        one.principal_id == writer and one.resource_id == principal.id and one.app_role_id in roles
        for one in world.app_role_assignments.all()
    )

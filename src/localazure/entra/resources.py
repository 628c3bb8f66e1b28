"""What tokens can be had for."""

from localazure.audiences import COMMUNICATION, GRAPH, MANAGEMENT, STORAGE
from localazure.entra.clients import principal_of, spread
from localazure.entra.first_party import GRAPH_APP_ID
from localazure.entra.minted import Resource
from localazure.records.directory import Application, ServicePrincipal
from localazure.world import World


def resource_of(world: World, asked: str) -> Resource | None:
    """What a token for the asked id or URI would be for; None where the tenant knows no such application (yet)."""
    plain = asked.rstrip("/")
    if plain in GRAPH:
        graph = principal_of(world, GRAPH_APP_ID)
        return Resource(audience=asked, version=1, principal_id=graph.id if graph else "")
    if plain in MANAGEMENT | COMMUNICATION | STORAGE | {world.addresses.url}:
        return Resource(audience=asked, version=1)
    for application in world.applications.all():
        names = {application.app_id, f"api://{application.app_id}", *application.identifier_uris}
        principal = principal_of(world, application.app_id)
        if principal and spread(world, application) and plain.lower() in {one.lower().rstrip("/") for one in names}:
            return _application_resource(application, principal, asked)
    return None


def _application_resource(application: Application, principal: ServicePrincipal, asked: str) -> Resource:
    """A v1 token names its audience as asked, a v2 token always by the application's id."""
    if application.token_version == 2:
        return Resource(audience=application.app_id, version=2, principal_id=principal.id)
    return Resource(audience=asked, version=1, principal_id=principal.id)

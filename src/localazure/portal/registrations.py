"""App registrations: applications of the directory, who owns them, their roles and who holds those."""

from starlette.responses import Response

from localazure.errors import ServiceError
from localazure.graph.rules import AUDIENCES
from localazure.portal.acting import Json, read
from localazure.portal.visit import Visit, go

APPLICATIONS, PRINCIPALS = "/v1.0/applications", "/v1.0/servicePrincipals"


async def index(visit: Visit) -> Response:
    return visit.page("registrations.html", applications=await visit.list(APPLICATIONS))


async def new(visit: Visit) -> Response:
    return visit.page("registration_new.html", audiences=AUDIENCES)


async def register(visit: Visit) -> Response:
    """Makes the application and its service principal; the signed-in person owns both."""
    asked = {"displayName": visit.form.get("name"), "signInAudience": visit.form.get("audience")}
    try:
        made = read(await visit.do("POST", APPLICATIONS, asked))
        await visit.do("POST", PRINCIPALS, {"appId": made["appId"]})
    except ServiceError as error:
        return visit.page("registration_new.html", error, audiences=AUDIENCES)
    return go(f"/registrations/{made['id']}")


async def show(visit: Visit) -> Response:
    return await _shown(visit)


async def remove(visit: Visit) -> Response:
    try:
        await visit.do("DELETE", path(visit))
    except ServiceError as error:
        return await _shown(visit, error)
    return go("/registrations")


async def owners(visit: Visit) -> Response:
    return await _owners(visit)


async def add_owner(visit: Visit) -> Response:
    """Of the application and of its service principal: Event Grid asks for the latter."""
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{visit.form.get('owner')}"}
    try:
        one = await visit.get(path(visit))
        await visit.do("POST", f"{path(visit)}/owners/$ref", reference)
        if principal := await principal_of(visit, one):
            await visit.do("POST", f"{PRINCIPALS}/{principal['id']}/owners/$ref", reference)
    except ServiceError as error:
        return await _owners(visit, error)
    return go(f"/registrations/{visit.params['id']}/owners")


def path(visit: Visit) -> str:
    return f"{APPLICATIONS}/{visit.params['id']}"


async def principal_of(visit: Visit, application: Json) -> Json | None:
    """What an application is in this tenant; az ad app create leaves it without one."""
    return next((one for one in await visit.list(PRINCIPALS) if one["appId"] == application["appId"]), None)


async def _shown(visit: Visit, refusal: ServiceError | None = None) -> Response:
    one = await visit.get(path(visit))
    values = {
        "one": one,
        "principal": await principal_of(visit, one),
        "owners": await visit.list(f"{path(visit)}/owners"),
        "secrets": visit.world.applications[one["id"]].passwords,
    }
    return visit.page("registration/overview.html", refusal, **values)


async def _owners(visit: Visit, refusal: ServiceError | None = None) -> Response:
    one = await visit.get(path(visit))
    principal = await principal_of(visit, one)
    values = {
        "one": one,
        "owners": await visit.list(f"{path(visit)}/owners"),
        "principal_owners": await visit.list(f"{PRINCIPALS}/{principal['id']}/owners") if principal else [],
        "people": await visit.list("/v1.0/users"),
    }
    return visit.page("registration/owners.html", refusal, **values)

"""The roles an application defines, and who was assigned them."""

from starlette.responses import Response

from localazure.errors import ServiceError
from localazure.graph.rules import DEFAULT_ROLE
from localazure.portal.acting import Json, segment
from localazure.portal.refusing import gettext_noop as _
from localazure.portal.refusing import refused
from localazure.portal.registrations import PRINCIPALS, path, principal_of
from localazure.portal.visit import Visit, go
from localazure.records.ids import new_id

MEMBERS = {"both": ["User", "Application"], "users": ["User"], "applications": ["Application"]}


async def roles(visit: Visit) -> Response:
    return await _roles(visit)


async def change(visit: Visit) -> Response:
    """A new role, or one enabled, disabled or deleted: the list is replaced whole."""
    try:
        one = await visit.get(path(visit))
        await visit.do("PATCH", path(visit), {"appRoles": _changed(visit, one["appRoles"])})
    except ServiceError as error:
        return await _roles(visit, error)
    return go(f"/registrations/{visit.params['id']}/roles")


async def assignments(visit: Visit) -> Response:
    return await _assignments(visit)


async def assign(visit: Visit) -> Response:
    try:
        principal = await principal_of(visit, await visit.get(path(visit)))
        if principal is None:
            raise refused(_("The application has no service principal in this tenant."))
        given = f"{PRINCIPALS}/{principal['id']}/appRoleAssignedTo"
        if assignment := visit.form.get("remove"):
            await visit.do("DELETE", f"{given}/{segment(assignment)}")
        else:
            asked = {"principalId": visit.form.get("principal"), "appRoleId": visit.form.get("role")}
            await visit.do("POST", given, asked | {"resourceId": principal["id"]})
    except ServiceError as error:
        return await _assignments(visit, error)
    return go(f"/registrations/{visit.params['id']}/assignments")


def _changed(visit: Visit, known: list[Json]) -> list[Json]:
    role, act = visit.form.get("role"), visit.form.get("act")
    if act == "create":
        return [*known, _new(visit)]
    if act == "delete":
        return [one for one in known if one["id"] != role]
    return [one | ({"isEnabled": act == "enable"} if one["id"] == role else {}) for one in known]


def _new(visit: Visit) -> Json:
    form = visit.form
    return {
        "id": new_id(),
        "displayName": form.get("display_name"),
        "value": form.get("value"),
        "description": form.get("description"),
        "allowedMemberTypes": MEMBERS.get(form.get("members"), []),
        "isEnabled": "enabled" in form,
    }


async def _roles(visit: Visit, refusal: ServiceError | None = None) -> Response:
    return visit.page("registration/roles.html", refusal, one=await visit.get(path(visit)))


async def _assignments(visit: Visit, refusal: ServiceError | None = None) -> Response:
    one = await visit.get(path(visit))
    principal = await principal_of(visit, one)
    default = [{"id": DEFAULT_ROLE, "displayName": "Default Access"}]
    values = {
        "one": one,
        "principal": principal,
        "assignments": await visit.list(f"{PRINCIPALS}/{principal['id']}/appRoleAssignedTo") if principal else [],
        "roles": one["appRoles"] or default,
        "people": await visit.list("/v1.0/users"),
        "principals": await visit.list(PRINCIPALS),
    }
    return visit.page("registration/assignments.html", refusal, **values)

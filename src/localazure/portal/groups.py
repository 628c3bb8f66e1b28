"""Resource groups: the list, a new one, what one holds, its end."""

from starlette.responses import Response

from localazure.errors import ServiceError
from localazure.portal.acting import Json, read, segment
from localazure.portal.addresses import resource
from localazure.portal.refusing import gettext_noop as _
from localazure.portal.refusing import refused
from localazure.portal.visit import Visit, go


async def index(visit: Visit) -> Response:
    return visit.page("groups.html", groups=await groups(visit))


async def new(visit: Visit) -> Response:
    return await _form(visit)


async def create(visit: Visit) -> Response:
    form = visit.form
    try:
        path = f"/subscriptions/{segment(form.get('subscription'))}/resourceGroups/{segment(form.get('name'))}"
        made = await visit.do("PUT", path, {"location": form.get("region")})
    except ServiceError as error:
        return await _form(visit, error)
    return go(resource(read(made)["id"]))


async def show(visit: Visit) -> Response:
    return await _shown(visit)


async def remove(visit: Visit) -> Response:
    try:
        await visit.do("DELETE", group_id(visit))
    except ServiceError as error:
        return await _shown(visit, error)
    return go("/groups")


async def groups(visit: Visit) -> list[Json]:
    """Of every subscription the person sees."""
    return [
        group
        for subscription in await visit.list("/subscriptions")
        for group in await visit.list(f"{subscription['id']}/resourceGroups")
    ]


async def chosen_group(visit: Visit) -> Json:
    """The one whose id the form's list sent."""
    wanted = visit.form.get("group")
    found = next((one for one in await groups(visit) if one["id"] == wanted), None)
    if found is None or not wanted.startswith(visit.form.get("subscription")):
        raise refused(_("Choose a resource group of the subscription."))
    return found


def group_id(visit: Visit) -> str:
    return f"/subscriptions/{visit.params['subscription']}/resourceGroups/{visit.params['group']}"


async def _form(visit: Visit, refusal: ServiceError | None = None) -> Response:
    subscriptions = await visit.list("/subscriptions")
    regions = await visit.list(f"{subscriptions[0]['id']}/locations") if subscriptions else []
    return visit.page("group_new.html", refusal, subscriptions=subscriptions, regions=regions)


async def _shown(visit: Visit, refusal: ServiceError | None = None) -> Response:
    group = await visit.get(group_id(visit))
    resources = await visit.list(f"{group['id']}/resources")
    return visit.page("group.html", refusal, group=group, resources=resources)

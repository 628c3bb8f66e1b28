"""A Communication Services resource: made, looked at, its keys, its end."""

from starlette.responses import Response

from localazure.communication.rules import DATA_LOCATIONS, TYPE
from localazure.errors import ServiceError
from localazure.portal import overview
from localazure.portal.acting import Json, read, segment
from localazure.portal.addresses import resource
from localazure.portal.groups import chosen_group, group_id, groups
from localazure.portal.registering import put
from localazure.portal.visit import Visit, go


async def new(visit: Visit) -> Response:
    return await _form(visit)


async def create(visit: Visit) -> Response:
    body = {"location": "global", "properties": {"dataLocation": visit.form.get("data_location")}}
    try:
        group = await chosen_group(visit)
        made = await put(visit, f"{group['id']}/providers/{TYPE}/{segment(visit.form.get('name'))}", body)
    except ServiceError as error:
        return await _form(visit, error)
    return go(resource(read(made)["id"]))


async def show(visit: Visit) -> Response:
    one = await visit.get(resource_id(visit))
    return visit.page("communication/overview.html", one=one, numbers=overview.numbers_of(visit.world, one["id"]))


async def properties(visit: Visit) -> Response:
    return visit.page("communication/properties.html", one=await visit.get(resource_id(visit)))


async def keys(visit: Visit) -> Response:
    return await _keys(visit)


async def regenerate(visit: Visit) -> Response:
    try:
        await visit.do("POST", f"{resource_id(visit)}/regenerateKey", {"keyType": visit.form.get("key")})
    except ServiceError as error:
        return await _keys(visit, error)
    return go(f"{resource(resource_id(visit), 'keys')}?regenerated={visit.form.get('key')}")


async def numbers(visit: Visit) -> Response:
    one = await visit.get(resource_id(visit))
    return visit.page("communication/numbers.html", one=one, numbers=overview.numbers_of(visit.world, one["id"]))


async def remove(visit: Visit) -> Response:
    one = await visit.get(resource_id(visit))
    try:
        await visit.do("DELETE", one["id"])
    except ServiceError as error:
        shown = overview.numbers_of(visit.world, one["id"])
        return visit.page("communication/overview.html", error, one=one, numbers=shown)
    return go(resource(group_id(visit)))


def resource_id(visit: Visit) -> str:
    return f"{group_id(visit)}/providers/{TYPE}/{visit.params['name']}"


async def _form(visit: Visit, refusal: ServiceError | None = None) -> Response:
    return visit.page("communication/new.html", refusal, groups=await groups(visit), locations=DATA_LOCATIONS)


async def _keys(visit: Visit, refusal: ServiceError | None = None) -> Response:
    """Whoever may see the resource may not yet see its keys."""
    one = await visit.get(resource_id(visit))
    told: Json | None = None
    try:
        told = read(await visit.do("POST", f"{one['id']}/listKeys"))
    except ServiceError as error:
        refusal = refusal or error
    values = {"one": one, "keys": told, "regenerated": visit.params.get("regenerated")}
    return visit.page("communication/keys.html", refusal, **values)

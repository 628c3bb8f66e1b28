"""A resource's own carrier: domains, session border controllers with their health, voice routes.

What a border controller does is ordered here as by the control API, which is no part of Azure's portal.
"""

from starlette.responses import Response

from localazure.communication import sip
from localazure.control.trunks import TrunkNow, now
from localazure.errors import ServiceError
from localazure.portal.addresses import resource
from localazure.portal.communication import resource_id
from localazure.portal.trouble import asked, fields
from localazure.portal.visit import Visit, go

TRUNKS = "/_local/sip/trunks"


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def order(visit: Visit) -> Response:
    one = await visit.get(resource_id(visit))
    method = "DELETE" if visit.form.get("do") == "clear" else "POST"
    try:
        await asked(visit.world, method, TRUNKS, fields(visit.form) | {"resource": one["name"]})
    except ServiceError as error:
        return await _page(visit, error)
    return go(f"{resource(one['id'], 'direct-routing')}?done={method}")


async def _page(visit: Visit, refusal: ServiceError | None = None) -> Response:
    one = await visit.get(resource_id(visit))
    known = sip.configuration(visit.world, one["id"].lower())
    trunks: list[TrunkNow] = [now(visit.world, known, name) for name in known.trunks]
    ordered = [trunk.trunk for trunk in trunks if trunk.trunk.lower() in visit.world.border_controllers]
    return visit.page(
        "communication/direct_routing.html",
        refusal,
        one=one,
        known=known,
        trunks=trunks,
        ordered=ordered,
        done=visit.params.get("done", ""),
    )

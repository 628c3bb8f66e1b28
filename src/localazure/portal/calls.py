"""Calls: who talks to whom, and what applications were told."""

from starlette.responses import Response

from localazure.calling.errors import NO_SUCH_CALL
from localazure.media import recogniser
from localazure.portal.visit import Visit

SHOWN = 100


async def index(visit: Visit) -> Response:
    """The newest first."""
    return visit.page("calls.html", calls=list(visit.world.calls)[: -SHOWN - 1 : -1])


async def show(visit: Visit) -> Response:
    one = visit.world.calls.get(visit.params["call"])
    if one is None:
        raise NO_SUCH_CALL.of()
    return visit.page("call.html", one=one, recogniser=recogniser)

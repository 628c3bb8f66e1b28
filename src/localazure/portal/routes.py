"""The portal's addresses."""

from importlib.resources import files

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from localazure.portal.views import Portal
from localazure.world import World


class Static(StaticFiles):
    """Files that browsers ask for anew each time, so that an upgrade shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def routes(world: World) -> list[BaseRoute]:
    portal = Portal(world)
    return [
        Route("/", portal.home),
        Route("/deliveries", portal.deliveries),
        Route("/telephone", portal.telephone),
        Route("/language/{code}", portal.language),
        Mount("/static", Static(directory=str(files("localazure").joinpath("static")))),
    ]

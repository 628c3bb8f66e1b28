"""The portal's pages."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from localazure.arm.scopes import registration_state
from localazure.communication.rules import connection_string
from localazure.communication.sms import LONGEST_TEXT
from localazure.portal import overview, telephones
from localazure.portal.language import COOKIE, LANGUAGES
from localazure.portal.pages import Pages
from localazure.world import World

YEAR = 365 * 24 * 3600


class Portal:
    def __init__(self, world: World) -> None:
        self._world = world
        self._pages = Pages(world)

    async def home(self, request: Request) -> Response:
        values = {
            "listeners": overview.listeners(self._world),
            "numbers_of": overview.numbers_of,
            "registration_state": registration_state,
            "connection_string": connection_string,
        }
        return self._pages.page(request, "home.html", values)

    async def deliveries(self, request: Request) -> Response:
        key = request.query_params.get("subscription", "").lower()
        subscription = self._world.event_subscriptions.get(key)
        if subscription is None:
            return self._pages.page(request, "missing.html", {}, status=404)
        values = {
            "listener": overview.listener(self._world, subscription),
            "deliveries": overview.newest_deliveries(self._world, subscription),
            "shown": overview.SHOWN,
        }
        return self._pages.page(request, "deliveries.html", values)

    async def telephone(self, request: Request) -> Response:
        typed = request.query_params.get("number", telephones.DEFAULT)
        number = telephones.normalised(typed)
        to = telephones.normalised(request.query_params.get("to", ""))
        trouble = telephones.trouble(self._world, number)
        values = {
            "telephone": telephones.telephone(self._world, number=number, to=to),
            "typed": typed,
            "trouble": trouble,
            "used": telephones.used(self._world),
            "unused": telephones.unused(self._world, besides=number),
            "limit": LONGEST_TEXT,
        }
        return self._pages.page(request, "telephone.html", values, status=400 if trouble else 200)

    async def language(self, request: Request) -> Response:
        response = RedirectResponse(inside(request.query_params.get("next", "/")), 303)
        if request.path_params["code"] in LANGUAGES:
            response.set_cookie(COOKIE, request.path_params["code"], max_age=YEAR, httponly=True, samesite="lax")
        return response


def inside(address: str) -> str:
    """The address when it leads to this portal, else home. Browsers take a backslash for a slash."""
    leaves = not address.startswith("/") or address.startswith("//") or "\\" in address or urlsplit(address).netloc
    return "/" if leaves else address

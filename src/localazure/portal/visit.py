"""One request for a page of the portal: who asks, what was typed, what the services say to it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from localazure.errors import ServiceError
from localazure.pipeline import Reply
from localazure.portal import acting, forms, signed_in
from localazure.portal.acting import Json
from localazure.portal.forms import Form
from localazure.portal.pages import Pages
from localazure.records.people import Person
from localazure.world import World


@dataclass(frozen=True, kw_only=True)
class Visit:
    world: World
    pages: Pages
    request: Request
    person: Person
    form: Form

    @property
    def params(self) -> Mapping[str, str]:
        """The address's parts, and its query."""
        return {**self.request.query_params, **self.request.path_params}

    async def get(self, path: str) -> Json:
        return acting.read(await acting.perform(self.world, self.person, "GET", path))

    async def list(self, path: str) -> list[Json]:
        return await acting.everything(self.world, self.person, path)

    async def do(self, method: str, path: str, body: object = None) -> Reply:
        return await acting.perform(self.world, self.person, method, path, body)

    def page(self, template: str, refusal: ServiceError | None = None, /, **values: object) -> Response:
        """With `refusal` the page says why what was asked was not done; it keeps its status."""
        status = refusal.status if refusal else 200
        shown = {"refusal": refusal, "form": self.form, **values}
        return self.pages.page(self.request, template, shown, status)


View = Callable[[Visit], Awaitable[Response]]


def at(world: World, pages: Pages, view: View) -> Callable[[Request], Awaitable[Response]]:
    """The view as an endpoint; a refusal it does not place itself gets a page of its own."""

    async def endpoint(request: Request) -> Response:
        person = signed_in.person_of(world, request)
        try:
            form = await forms.read(request) if request.method == "POST" else Form()
            return await view(Visit(world=world, pages=pages, request=request, person=person, form=form))
        except ServiceError as error:
            return pages.page(request, "refused.html", {"refusal": error}, error.status)

    return endpoint


def go(address: str) -> Response:
    """After something was done, so that a reload does not do it again."""
    return RedirectResponse(address, 303)

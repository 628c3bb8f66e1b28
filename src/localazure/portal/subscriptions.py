"""Azure subscriptions and their resource providers."""

from starlette.responses import Response

from localazure.errors import ServiceError
from localazure.portal.acting import segment
from localazure.portal.addresses import resource
from localazure.portal.refusing import gettext_noop as _
from localazure.portal.refusing import refused
from localazure.portal.visit import Visit, go

ACTIONS = {"register": "register", "re-register": "register", "unregister": "unregister"}


async def index(visit: Visit) -> Response:
    return visit.page("subscriptions.html", subscriptions=await visit.list("/subscriptions"))


async def show(visit: Visit) -> Response:
    return visit.page("subscription/overview.html", one=await visit.get(subscription_id(visit)))


async def providers(visit: Visit) -> Response:
    return await _providers(visit)


async def change_provider(visit: Visit) -> Response:
    """Registers the chosen provider, also once more, or unregisters it."""
    namespace, action = visit.form.get("namespace"), ACTIONS.get(visit.form.get("act"), "")
    try:
        if not namespace or not action:
            raise refused(_("Choose a resource provider first."))
        await visit.do("POST", f"{subscription_id(visit)}/providers/{segment(namespace)}/{action}")
    except ServiceError as error:
        return await _providers(visit, error)
    return go(f"{resource(subscription_id(visit), 'providers')}?done={action}")


def subscription_id(visit: Visit) -> str:
    return f"/subscriptions/{visit.params['subscription']}"


async def _providers(visit: Visit, refusal: ServiceError | None = None) -> Response:
    one = await visit.get(subscription_id(visit))
    part = visit.params.get("filter", "").strip()
    found = [each for each in await visit.list(f"{one['id']}/providers") if part.lower() in each["namespace"].lower()]
    values = {"one": one, "providers": found, "part": part, "done": visit.params.get("done", "")}
    return visit.page("subscription/providers.html", refusal, **values)

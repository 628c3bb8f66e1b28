"""Time and trouble: the control API as a page. Whatever is asked for here, its own handlers do."""

from inspect import isawaitable

import msgspec
from starlette.responses import Response

from localazure.communication.numbers.catalogue import COUNTRIES
from localazure.control import faults
from localazure.control.routes import CONTROL, ROUTES
from localazure.errors import INVALID_CONTROL, ServiceError
from localazure.eventgrid.identity import known_principal
from localazure.pipeline import Call, Reply
from localazure.portal.forms import Form
from localazure.portal.refusing import gettext_noop as _
from localazure.portal.refusing import refused
from localazure.portal.visit import Visit, go
from localazure.world import World

Fields = dict[str, str]
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
ACTIONS = {
    "clock": ("POST", "/_local/clock"),
    "order": ("POST", "/_local/faults"),
    "clear": ("DELETE", "/_local/faults"),
    "rotate": ("POST", "/_local/entra/rotate-keys"),
    "expire": ("POST", "/_local/entra/expire-tokens"),
    "propagation": ("POST", "/_local/propagation"),
    "subscription": ("POST", "/_local/subscription"),
    "regenerate": ("POST", "/_local/keys"),
    "sell-out": ("POST", "/_local/numbers/sold-out"),
    "restock": ("DELETE", "/_local/numbers/sold-out"),
    "quota": ("POST", "/_local/numbers/quota"),
    "reset": ("POST", "/_local/reset"),
}
SECTIONS = {  # where the page goes on after each
    "clock": "clock",
    "order": "ordered",
    "clear": "ordered",
    "rotate": "entra",
    "expire": "entra",
    "propagation": "entra",
    "subscription": "subscriptions",
    "reset": "seed",
}


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def ask(visit: Visit) -> Response:
    action = visit.form.get("do")
    if action not in ACTIONS:
        return await _page(visit, refused(_("The page does not know what to do.")))
    try:
        await asked(visit.world, *ACTIONS[action], fields(visit.form))
    except ServiceError as error:
        return await _page(visit, error)
    return go(f"/trouble?done={action}#{SECTIONS.get(action, 'communication')}")


def fields(form: Form) -> Fields:
    """What was filled in. Of several inputs with one name the last that was: a button counts before what is typed."""
    found = {name: value.strip() for name, value in form.fields if name != "do" and value.strip()}
    unit = UNITS.get(found.pop("unit", ""), 1)
    if amount := found.pop("amount", ""):
        found["advance_seconds"] = str(_number(amount) * unit)
    return found


async def asked(world: World, method: str, path: str, given: Fields) -> Reply:
    """One request to the control API. The texts of a form become what its body's shape says."""
    handle, params = CONTROL.find(method, path)
    assert handle is not None  # ACTIONS name what there is
    call = Call(
        method=method,
        path=path,
        target=path,
        query=given,
        headers={},
        body=_body(method, path, given),
        request_id="",
        params=params,
    )
    reply = handle(world, call)
    return await reply if isawaitable(reply) else reply


def _body(method: str, path: str, given: Fields) -> bytes:
    shape = next(route.body for route in ROUTES if (route.method, route.template) == (method, path))
    if shape is None:
        return b"{}"
    try:
        return msgspec.json.encode(msgspec.convert(given, shape, strict=False))
    except msgspec.ValidationError as error:
        raise INVALID_CONTROL.of(reason=error) from error


def _number(typed: str) -> float:
    try:
        return float(typed.replace(",", "."))
    except ValueError:
        raise refused(_("The clock moves by a number.")) from None


async def _page(visit: Visit, refusal: ServiceError | None = None) -> Response:
    world = visit.world
    return visit.page(
        "trouble.html",
        refusal,
        done=visit.params.get("done", ""),
        faults=faults.ordered(world),
        names={one.key: one.name for one in world.event_subscriptions.all()},
        applications={one.app_id: one.display_name for one in world.applications.all()},
        offered=COUNTRIES,
        quota=world.number_quotas.get("tenant"),
        propagation=world.propagation.get("seconds"),
        event_grid=known_principal(world),
    )

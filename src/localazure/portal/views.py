"""Home, the customer's telephone, and the two choices of the header: language and person."""

from starlette.responses import Response

from localazure.arm.scopes import registration_state
from localazure.communication.sms import LONGEST_TEXT
from localazure.portal import overview, signed_in, telephones
from localazure.portal.addresses import inside
from localazure.portal.language import COOKIE, LANGUAGES
from localazure.portal.visit import Visit, go

YEAR = 365 * 24 * 3600


async def home(visit: Visit) -> Response:
    return visit.page(
        "home.html",
        listeners=overview.listeners(visit.world, visit.world.event_subscriptions.all()),
        registration_state=registration_state,
        unanswered=list(reversed(visit.world.unanswered)),
    )


async def telephone(visit: Visit) -> Response:
    typed = visit.params.get("number", telephones.DEFAULT)
    number = telephones.normalised(typed)
    to = telephones.normalised(visit.params.get("to", ""))
    trouble = telephones.trouble(visit.world, number)
    values = {
        "telephone": telephones.telephone(visit.world, number=number, to=to),
        "typed": typed,
        "trouble": trouble,
        "used": telephones.used(visit.world),
        "unused": telephones.unused(visit.world, besides=number),
        "trunks": telephones.trunks(visit.world),
        "limit": LONGEST_TEXT,
    }
    return visit.pages.page(visit.request, "telephone.html", values, status=400 if trouble else 200)


async def language(visit: Visit) -> Response:
    response = go(inside(visit.params.get("next", "/")))
    if visit.params["code"] in LANGUAGES:
        response.set_cookie(COOKIE, visit.params["code"], max_age=YEAR, httponly=True, samesite="lax")
    return response


async def up(visit: Visit) -> Response:
    """From the address of something that was done to the page it belongs to."""
    return go(visit.request.scope["raw_path"].decode("latin-1").rpartition("/")[0] or "/")


async def sign_in(visit: Visit) -> Response:
    """Somebody else of the directory acts from now on."""
    response = go(inside(visit.form.get("next", "/")))
    if signed_in.find(visit.world, visit.form.get("person")):
        response.set_cookie(signed_in.COOKIE, visit.form.get("person"), max_age=YEAR, httponly=True, samesite="lax")
    return response

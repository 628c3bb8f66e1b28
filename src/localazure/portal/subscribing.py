"""Event subscriptions: those of a resource, a new one, one that is changed."""

from starlette.responses import Response

from localazure.errors import ServiceError
from localazure.eventgrid.event_types import EVENT_TYPES
from localazure.eventgrid.operators import OPERATORS
from localazure.eventgrid.places import SUBSCRIPTIONS
from localazure.eventgrid.system_topics import TOPICS
from localazure.portal import communication, event_form, overview, topics
from localazure.portal.acting import Json, read, segment
from localazure.portal.addresses import resource
from localazure.portal.forms import Form
from localazure.portal.refusing import gettext_noop as _
from localazure.portal.refusing import refused
from localazure.portal.visit import Visit, go

FIRST = tuple(  # customer service's own
    f"Microsoft.Communication.{name}"
    for name in ("SMSReceived", "SMSDeliveryReportReceived", "RecordingFileStatusUpdated", "IncomingCall")
)
OFFERED = (*FIRST, *(name for name in EVENT_TYPES if name not in FIRST))
WITHOUT_SCRIPT = {"confirm", "add-filter"}  # buttons that only show the form again


async def index(visit: Visit) -> Response:
    """The event subscriptions on the resource's topics, and those that hang on the resource itself."""
    one = await visit.get(communication.resource_id(visit))
    known = await topics.topics_of(visit, one["id"])
    lists = [f"{each['id']}/eventSubscriptions" for each in known]
    listeners = await overview.listeners_at(visit, *lists, f"{one['id']}/providers/{SUBSCRIPTIONS}")
    return visit.page("communication/events.html", one=one, topics=known, listeners=listeners)


async def new(visit: Visit) -> Response:
    return await _new(visit)


async def create(visit: Visit) -> Response:
    if visit.form.get("act") in WITHOUT_SCRIPT:
        return await _new(visit)
    try:
        name = segment(visit.form.get("name"))
        asked = {"properties": event_form.settings(visit.form)}
        path = f"{await _topic(visit)}/eventSubscriptions/{name}"
        _check_new(visit, path)
        made = await visit.do("PUT", path, asked)
    except ServiceError as error:
        return await _new(visit, error)
    return go(resource(read(made)["id"]))


async def edit(visit: Visit) -> Response:
    known = await visit.get(subscription_id(visit))
    url = read(await visit.do("POST", f"{known['id']}/getFullUrl"))["endpointUrl"]
    return _edit(visit, known, event_form.filled(known["name"], known["properties"], url))


async def change(visit: Visit) -> Response:
    """What the form does not show stays: labels, delivery attributes, the TLS version, the expiry."""
    known = await visit.get(subscription_id(visit))
    if visit.form.get("act") in WITHOUT_SCRIPT:
        return _edit(visit, known, visit.form)
    try:
        asked = event_form.settings(visit.form)
        shown = known["properties"]["destination"]["properties"]
        kept = {name: value for name, value in shown.items() if name != "endpointBaseUrl"}
        asked["destination"]["properties"] = kept | asked["destination"]["properties"]
        await visit.do("PATCH", known["id"], asked)
    except ServiceError as error:
        return _edit(visit, known, visit.form, error)
    return go(resource(known["id"]))


def subscription_id(visit: Visit) -> str:
    return f"/{visit.params['place']}/eventSubscriptions/{visit.params['name']}"


def _check_new(visit: Visit, path: str) -> None:
    """One whose creation failed may be tried again; one that is in force is not overwritten by a form for new ones."""
    known = visit.world.event_subscriptions.get(path.lower())
    if known and known.settings:
        raise refused(_("An event subscription of this name exists. Choose another name, or open it to change it."))


async def _topic(visit: Visit) -> str:
    """The id of the chosen system topic; where the resource has none of that name, it is made."""
    source = communication.resource_id(visit)
    name = segment(visit.form.get("topic"))
    for one in await topics.topics_of(visit, source):
        if one["name"].lower() == name.lower():
            return str(one["id"])
    properties = {"source": source, "topicType": visit.form.get("topic_type")}
    path = f"{source.partition('/providers/')[0]}/providers/{TOPICS}/{name}"
    return str(read(await visit.do("PUT", path, {"location": "global", "properties": properties}))["id"])


async def _new(visit: Visit, refusal: ServiceError | None = None) -> Response:
    one = await visit.get(communication.resource_id(visit))
    values = {
        "source": one,
        "topics": await topics.topics_of(visit, one["id"]),
        "topic_types": await topics.topic_types(visit),
        "known": None,
    }
    return visit.page("event_form.html", refusal, **values, **_offered(visit.form))


def _edit(visit: Visit, known: Json, form: Form, refusal: ServiceError | None = None) -> Response:
    return visit.page("event_form.html", refusal, known=known, form=form, **_offered(form))


def _offered(form: Form) -> Json:
    rows = event_form.rows(form)
    more = [("", "StringIn", "")] if form.get("act") == "add-filter" or not rows else []
    return {"event_types": OFFERED, "operators": list(OPERATORS), "rows": [*rows, *more]}

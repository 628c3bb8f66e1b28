"""Event Grid System Topics."""

from starlette.responses import Response

from localazure.communication.rules import TYPE as COMMUNICATION
from localazure.errors import ServiceError
from localazure.eventgrid.custom_topics import TOPICS as CUSTOM_TOPICS
from localazure.eventgrid.system_topics import TOPICS
from localazure.eventgrid.topic_types import BASE
from localazure.portal import overview
from localazure.portal.acting import Json, read, segment
from localazure.portal.addresses import resource
from localazure.portal.groups import chosen_group, group_id, groups
from localazure.portal.refusing import gettext_noop as _
from localazure.portal.refusing import refused
from localazure.portal.registering import put
from localazure.portal.visit import Visit, go


async def index(visit: Visit) -> Response:
    return visit.page("topics.html", topics=await _in_all(visit, f"/providers/{TOPICS}"))


async def new(visit: Visit) -> Response:
    return await _form(visit)


async def create(visit: Visit) -> Response:
    form = visit.form
    try:
        group = await chosen_group(visit)
        if not form.get("resource"):
            raise refused(_("Choose the resource whose events the topic carries."))
        properties = {"source": form.get("resource"), "topicType": form.get("topic_type")}
        path = f"{group['id']}/providers/{TOPICS}/{segment(form.get('name'))}"
        made = await put(visit, path, {"location": "global", "properties": properties})
    except ServiceError as error:
        return await _form(visit, error)
    return go(resource(read(made)["id"]))


async def show(visit: Visit) -> Response:
    return await _shown(visit)


async def remove(visit: Visit) -> Response:
    try:
        await visit.do("DELETE", topic_id(visit))
    except ServiceError as error:
        return await _shown(visit, error)
    return go("/topics")


def topic_id(visit: Visit) -> str:
    return f"{group_id(visit)}/providers/{TOPICS}/{visit.params['topic']}"


async def topics_of(visit: Visit, source: str) -> list[Json]:
    """Those of one resource, as many as there are."""
    found = await visit.list(f"/subscriptions/{source.split('/')[2]}/providers/{TOPICS}")
    return [one for one in found if one["properties"]["source"].lower() == source.lower()]


async def topic_types(visit: Visit) -> list[Json]:
    """Of what Azure itself publishes: custom topics have none."""
    return [one for one in await visit.list(BASE) if one["properties"]["provider"] != CUSTOM_TOPICS.partition("/")[0]]


async def _shown(visit: Visit, refusal: ServiceError | None = None) -> Response:
    one = await visit.get(topic_id(visit))
    listeners = await overview.listeners_at(visit, f"{one['id']}/eventSubscriptions")
    return visit.page("topic.html", refusal, one=one, listeners=listeners)


async def _form(visit: Visit, refusal: ServiceError | None = None) -> Response:
    values = {
        "subscriptions": await visit.list("/subscriptions"),
        "groups": await groups(visit),
        "topic_types": await topic_types(visit),
        "sources": [one for one in await _in_all(visit, "/resources") if one["type"] == COMMUNICATION],
    }
    return visit.page("topic_new.html", refusal, **values)


async def _in_all(visit: Visit, path: str) -> list[Json]:
    return [item for one in await visit.list("/subscriptions") for item in await visit.list(f"{one['id']}{path}")]

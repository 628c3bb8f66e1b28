"""The topic types of this cloud, and the event types that each has.

https://learn.microsoft.com/rest/api/eventgrid/controlplane/topic-types
"""

from dataclasses import dataclass

from localazure.errors import TOPIC_TYPE_NOT_FOUND
from localazure.eventgrid.event_types import EVENT_TYPES
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World

BASE = "/providers/Microsoft.EventGrid/topicTypes"


@dataclass(frozen=True, kw_only=True)
class TopicType:
    name: str
    provider: str
    display_name: str
    region_type: str
    source_format: str
    event_types: tuple[str, ...]


COMMUNICATION = TopicType(
    name="Microsoft.Communication.CommunicationServices",
    provider="Microsoft.Communication",
    display_name="Azure Communication Services",
    region_type="GlobalResource",
    source_format="/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}"
    "/providers/Microsoft.Communication/CommunicationServices/{CommunicationServiceName}",
    event_types=EVENT_TYPES,
)
CUSTOM = TopicType(
    name="Microsoft.EventGrid.Topics",
    provider="Microsoft.EventGrid",
    display_name="Event Grid Topics",
    region_type="RegionalResource",
    source_format="/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}"
    "/providers/Microsoft.EventGrid/topics/{TopicName}",
    event_types=(),
)
TOPIC_TYPES = {one.name.lower(): one for one in (COMMUNICATION, CUSTOM)}


def list_types(world: World, call: Call) -> Reply:
    return Reply(body=listing(world, call, [_shape(one) for one in TOPIC_TYPES.values()]))


def get_type(world: World, call: Call) -> Reply:
    return Reply(body=_shape(_named(call)))


def list_event_types(world: World, call: Call) -> Reply:
    one = _named(call)
    return Reply(body={"value": [_event_type(one, name) for name in one.event_types]})


def _named(call: Call) -> TopicType:
    found = TOPIC_TYPES.get(call.params["topic_type"].lower())
    if found is None:
        raise TOPIC_TYPE_NOT_FOUND.of(name=call.params["topic_type"])
    return found


def _shape(one: TopicType) -> dict[str, object]:
    return {
        "id": f"{BASE.lstrip('/')}/{one.name}",
        "name": one.name,
        "type": "Microsoft.EventGrid/topicTypes",
        "properties": {
            "provider": one.provider,
            "displayName": one.display_name,
            "description": f"{one.display_name} events",
            "resourceRegionType": one.region_type,
            "provisioningState": "Succeeded",
            "sourceResourceFormat": one.source_format,
            "supportedScopesForSource": ["Resource"],
        },
    }


def _event_type(one: TopicType, name: str) -> dict[str, object]:
    short = name.rpartition(".")[2]
    return {
        "id": f"{BASE.lstrip('/')}/{one.name}/eventTypes/{name}",
        "name": name,
        "type": "Microsoft.EventGrid/topicTypes/eventTypes",
        "properties": {
            "displayName": short,
            "description": f"Raised for {short}",
            "isInDefaultSet": True,
        },
    }


ROUTES = [
    Route("GET", BASE, list_types),
    Route("GET", f"{BASE}/{{topic_type}}", get_type),
    Route("GET", f"{BASE}/{{topic_type}}/eventTypes", list_event_types),
]

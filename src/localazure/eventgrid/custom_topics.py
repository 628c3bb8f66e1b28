"""Custom topics in Resource Manager: https://learn.microsoft.com/rest/api/eventgrid/controlplane/topics"""

import base64
import re
import secrets

import msgspec

from localazure.arm import locations, roles, scopes, tags
from localazure.clock import real_time, timestamp
from localazure.errors import INVALID_EVENT_GRID, LOCATION_REQUIRED, NAME_TAKEN, PART_NOT_EMULATED, RESOURCE_NOT_FOUND
from localazure.eventgrid.bodies import CustomTopicBody, KeyBody
from localazure.eventgrid.ending import remove as end
from localazure.eventgrid.name_filter import by_name
from localazure.eventgrid.removing import removed
from localazure.eventgrid.rules import NAMESPACE
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.records.events import DeliverySchema
from localazure.records.ids import new_id
from localazure.records.topics import CustomTopic
from localazure.routing import Route
from localazure.world import World

TOPICS = f"{NAMESPACE}/topics"
NAME = re.compile(r"[A-Za-z0-9-]{3,50}")
SCHEMAS = {one.value.lower(): one for one in DeliverySchema}
NETWORK_ACCESS = {None, "Enabled", "Disabled", "SecuredByPerimeter"}
TLS_VERSIONS = {None, "1.0", "1.1", "1.2"}
CUSTOM_INPUT = "customeventschema"


def endpoint(world: World, one: CustomTopic) -> str:
    return f"{world.addresses.url}/eventgrid/topics/{one.name}/api/events"


def named(world: World, name: str) -> CustomTopic | None:
    """Names are unique, as a topic's address has nothing else."""
    return next((one for one in world.custom_topics.all() if one.name.lower() == name.lower()), None)


def list_in_subscription(world: World, call: Call) -> Reply:
    one = scopes.subscription(world, call, f"{TOPICS}/read")
    return _list(world, call, [each for each in world.custom_topics.all() if each.subscription_id == one.id])


def list_in_group(world: World, call: Call) -> Reply:
    group = scopes.group(world, call, f"{TOPICS}/read")
    inside = scopes.group_key(group.subscription_id, group.name) + "/"
    return _list(world, call, [each for each in world.custom_topics.all() if each.key.startswith(inside)])


def get(world: World, call: Call) -> Reply:
    return Reply(body=shape(world, topic(world, call, "read")))


def put(world: World, call: Call) -> Reply:
    group = scopes.group(world, call, f"{TOPICS}/write")
    scopes.require_registered(world, group.subscription_id, NAMESPACE)
    body, known = call.json(CustomTopicBody), world.custom_topics.get(_key(call))
    made = _changed(known, body) if known else _made(world, call, group.name, group.subscription_id, body)
    return Reply(status=201, body=shape(world, world.custom_topics.put(made.key, made)))


def patch(world: World, call: Call) -> Reply:
    made = _changed(topic(world, call, "write"), call.json(CustomTopicBody))
    return Reply(status=201, body=shape(world, world.custom_topics.put(made.key, made)))


def remove(world: World, call: Call) -> Reply:
    group = scopes.group(world, call, f"{TOPICS}/delete")
    known = world.custom_topics.get(_key(call))
    if known is None:
        return Reply(status=204)
    remove_topic(world, known)
    return removed(world, call, group.subscription_id)


def remove_topic(world: World, topic: CustomTopic) -> None:
    """Its event subscriptions go with it."""
    with world.store.transaction():
        for one in [each for each in world.event_subscriptions.all() if each.source == topic.key]:
            end(world, one)
        world.custom_topics.remove(topic.key)
        roles.forget(world, topic.key)


def list_keys(world: World, call: Call) -> Reply:
    return Reply(body=_keys(topic(world, call, "listKeys/action")))


def regenerate_key(world: World, call: Call) -> Reply:
    one, name = topic(world, call, "regenerateKey/action"), call.json(KeyBody).key_name.lower()
    if name not in {"key1", "key2"}:
        raise INVALID_EVENT_GRID.of(reason="The keyName is neither key1 nor key2.")
    made = msgspec.structs.replace(one, **{name: _new_key()})
    return Reply(body=_keys(world.custom_topics.put(made.key, made)))


def topic(world: World, call: Call, action: str) -> CustomTopic:
    group = scopes.group(world, call, f"{TOPICS}/{action}")
    found = world.custom_topics.get(_key(call))
    if found is None:
        raise RESOURCE_NOT_FOUND.of(kind=TOPICS, name=call.params["custom"], group=group.name)
    return found


def shape(world: World, one: CustomTopic) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "type": TOPICS,
        "location": one.location,
        "tags": one.tags,
        "systemData": {"createdAt": timestamp(one.made_at), "createdByType": "Application"},
        "properties": {
            "provisioningState": "Succeeded",
            "endpoint": endpoint(world, one),
            "inputSchema": one.schema.value,
            "metricResourceId": one.metric_resource_id,
            "publicNetworkAccess": one.public_network_access,
            "disableLocalAuth": one.disable_local_auth,
        },
    }


def _list(world: World, call: Call, found: list[CustomTopic]) -> Reply:
    fits = by_name(call.query.get("filter", ""))
    return Reply(body=listing(world, call, [shape(world, one) for one in found if fits(one.name)]))


def _made(world: World, call: Call, group: str, subscription_id: str, body: CustomTopicBody) -> CustomTopic:
    name, asked = call.params["custom"], body.properties
    schema = (asked.input_schema or DeliverySchema.EVENT_GRID.value).lower()
    if schema == CUSTOM_INPUT:
        raise PART_NOT_EMULATED.of(what="the input schema CustomEventSchema")
    if not body.location:
        raise LOCATION_REQUIRED.of()
    locations.check(TOPICS, body.location, locations.REGIONS)
    if not NAME.fullmatch(name) or schema not in SCHEMAS:
        raise INVALID_EVENT_GRID.of(reason="The topic's name or inputSchema is invalid.")
    if named(world, name):
        raise NAME_TAKEN.of(name=name)
    fresh = CustomTopic(
        subscription_id=subscription_id,
        group=group,
        name=name,
        location=locations.plain(body.location),
        key1=_new_key(),
        key2=_new_key(),
        metric_resource_id=new_id(),
        made_at=real_time(),
        schema=SCHEMAS[schema],
    )
    return _changed(fresh, body)


def _changed(one: CustomTopic, body: CustomTopicBody) -> CustomTopic:
    asked = body.properties
    if asked.input_schema is not None and asked.input_schema.lower() != one.schema.value.lower():
        raise INVALID_EVENT_GRID.of(reason="The inputSchema of a topic cannot be changed.")
    if asked.inbound_ip_rules:
        raise PART_NOT_EMULATED.of(what="inboundIpRules of a topic")
    if asked.minimum_tls_version_allowed not in TLS_VERSIONS or asked.public_network_access not in NETWORK_ACCESS:
        raise INVALID_EVENT_GRID.of(reason="The topic's publicNetworkAccess or minimumTlsVersionAllowed is unknown.")
    return msgspec.structs.replace(
        one,
        tags=one.tags if body.tags is None else tags.checked(body.tags),
        public_network_access=asked.public_network_access or one.public_network_access,
        disable_local_auth=one.disable_local_auth if asked.disable_local_auth is None else asked.disable_local_auth,
    )


def _keys(one: CustomTopic) -> dict[str, str]:
    return {"key1": one.key1, "key2": one.key2}


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _key(call: Call) -> str:
    group = scopes.group_key(call.params["subscription"], call.params["group"])
    return f"{group}/providers/{TOPICS}/{call.params['custom']}".lower()


GROUP = f"/subscriptions/{{subscription}}/resourcegroups/{{group}}/providers/{TOPICS}"
TOPIC = f"{GROUP}/{{custom}}"

ROUTES = [
    Route("GET", f"/subscriptions/{{subscription}}/providers/{TOPICS}", list_in_subscription),
    Route("GET", GROUP, list_in_group),
    Route("GET", TOPIC, get),
    Route("PUT", TOPIC, put),
    Route("PATCH", TOPIC, patch),
    Route("DELETE", TOPIC, remove),
    Route("POST", f"{TOPIC}/listKeys", list_keys),
    Route("POST", f"{TOPIC}/regenerateKey", regenerate_key),
]

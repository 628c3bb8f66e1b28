"""System topics in Resource Manager: https://learn.microsoft.com/rest/api/eventgrid/controlplane/system-topics"""

from localazure.arm import scopes
from localazure.errors import RESOURCE_NOT_FOUND
from localazure.eventgrid import bodies, rules, shapes
from localazure.eventgrid.name_filter import by_name
from localazure.eventgrid.removing import removed
from localazure.eventgrid.rules import NAMESPACE
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.records.events import SystemTopic
from localazure.routing import Route
from localazure.world import World

TOPICS = f"{NAMESPACE}/systemTopics"


def list_topics(world: World, call: Call) -> Reply:
    one = scopes.subscription(world, call, f"{TOPICS}/read")
    return _list(world, call, [each for each in world.system_topics.all() if each.subscription_id == one.id])


def list_group_topics(world: World, call: Call) -> Reply:
    group = scopes.group(world, call, f"{TOPICS}/read")
    inside = scopes.group_key(group.subscription_id, group.name) + "/"
    return _list(world, call, [each for key, each in world.system_topics.items() if key.startswith(inside)])


def get_topic(world: World, call: Call) -> Reply:
    return Reply(body=shapes.topic(topic(world, call, "read")))


def put_topic(world: World, call: Call) -> Reply:
    group = scopes.group(world, call, f"{TOPICS}/write")
    scopes.require_registered(world, group.subscription_id, NAMESPACE)
    key = _topic_key(call)
    known = key in world.system_topics
    made = rules.put_topic(
        world,
        key,
        subscription_id=group.subscription_id,
        group=group.name,
        name=call.params["topic"],
        body=call.json(bodies.SystemTopicBody),
    )
    return Reply(status=200 if known else 201, body=shapes.topic(made))


def patch_topic(world: World, call: Call) -> Reply:
    known = topic(world, call, "write")
    body = call.json(bodies.SystemTopicBody)
    changed = bodies.SystemTopicBody(tags=known.tags if body.tags is None else body.tags)
    made = rules.put_topic(
        world,
        _topic_key(call),
        subscription_id=known.subscription_id,
        group=known.group,
        name=known.name,
        body=changed,
    )
    return Reply(body=shapes.topic(made))


def remove_topic(world: World, call: Call) -> Reply:
    group = scopes.group(world, call, f"{TOPICS}/delete")
    key = _topic_key(call)
    if key not in world.system_topics:
        return Reply(status=204)
    rules.remove_topic(world, key)
    return removed(world, call, group.subscription_id)


def topic(world: World, call: Call, action: str) -> SystemTopic:
    group = scopes.group(world, call, f"{TOPICS}/{action}")
    found = world.system_topics.get(_topic_key(call))
    if found is None:
        raise RESOURCE_NOT_FOUND.of(kind=TOPICS, name=call.params["topic"], group=group.name)
    return found


def _list(world: World, call: Call, found: list[SystemTopic]) -> Reply:
    fits = by_name(call.query.get("filter", ""))
    return Reply(body=listing(world, call, [shapes.topic(one) for one in found if fits(one.name)]))


def _topic_key(call: Call) -> str:
    group = scopes.group_key(call.params["subscription"], call.params["group"])
    return f"{group}/providers/{TOPICS}/{call.params['topic']}".lower()


GROUP = f"/subscriptions/{{subscription}}/resourcegroups/{{group}}/providers/{TOPICS}"
TOPIC = f"{GROUP}/{{topic}}"

ROUTES = [
    Route("GET", f"/subscriptions/{{subscription}}/providers/{TOPICS}", list_topics),
    Route("GET", GROUP, list_group_topics),
    Route("GET", TOPIC, get_topic),
    Route("PUT", TOPIC, put_topic),
    Route("PATCH", TOPIC, patch_topic),
    Route("DELETE", TOPIC, remove_topic),
]

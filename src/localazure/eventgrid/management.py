"""Microsoft.EventGrid in Resource Manager: https://learn.microsoft.com/rest/api/eventgrid/"""

from dataclasses import dataclass

from localazure import operations
from localazure.arm import scopes
from localazure.auth import require
from localazure.clock import real_time
from localazure.errors import EVENT_SUBSCRIPTION_NOT_FOUND, RESOURCE_NOT_FOUND
from localazure.eventgrid import bodies, rules, shapes
from localazure.eventgrid import settings as reading
from localazure.eventgrid.ending import remove as end
from localazure.eventgrid.event_types import EVENT_TYPES
from localazure.eventgrid.rules import NAMESPACE
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.records.events import EventSubscription, Settings, SystemTopic
from localazure.routing import Route
from localazure.world import World

TOPICS = f"{NAMESPACE}/systemTopics"
SUBSCRIPTIONS = f"{NAMESPACE}/eventSubscriptions"


@dataclass(frozen=True)
class Place:
    """Where event subscriptions hang: a system topic, or the source itself. `base` is the path before the name."""

    subscription_id: str
    base: str
    kind: str
    topic: str
    source: str
    event_types: tuple[str, ...] = EVENT_TYPES


def list_topics(world: World, call: Call) -> Reply:
    one = scopes.subscription(world, call, f"{TOPICS}/read")
    found = [shapes.topic(each) for each in world.system_topics.all() if each.subscription_id == one.id]
    return Reply(body=listing(world, call, found))


def list_group_topics(world: World, call: Call) -> Reply:
    group = scopes.group(world, call, f"{TOPICS}/read")
    inside = scopes.group_key(group.subscription_id, group.name) + "/"
    found = [shapes.topic(each) for key, each in world.system_topics.items() if key.startswith(inside)]
    return Reply(body=listing(world, call, found))


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
    return _removed(world, call, group.subscription_id)


def topic(world: World, call: Call, action: str) -> SystemTopic:
    group = scopes.group(world, call, f"{TOPICS}/{action}")
    found = world.system_topics.get(_topic_key(call))
    if found is None:
        raise RESOURCE_NOT_FOUND.of(kind=TOPICS, name=call.params["topic"], group=group.name)
    return found


def list_subscriptions(world: World, call: Call) -> Reply:
    place = _place(world, call, "read")
    base = f"{place.base}/".lower()
    found = [shapes.subscription(one) for one in world.event_subscriptions.all() if one.key.startswith(base)]
    return Reply(body=listing(world, call, found))


def list_below(world: World, call: Call) -> Reply:
    """Those that hang on the sources of a subscription or group themselves."""
    one = scopes.subscription(world, call, f"{SUBSCRIPTIONS}/read")
    group = scopes.group(world, call, f"{SUBSCRIPTIONS}/read") if "group" in call.params else None
    base = scopes.group_key(one.id, group.name) if group else f"/subscriptions/{one.id}"
    found = [each for each in world.event_subscriptions.all() if each.key.startswith(f"{base}/")]
    return Reply(body=listing(world, call, [shapes.subscription(each) for each in found if each.kind == SUBSCRIPTIONS]))


def get(world: World, call: Call) -> Reply:
    return Reply(body=shapes.subscription(_subscription(world, _place(world, call, "read"), call)))


def put(world: World, call: Call) -> Reply:
    place = _place(world, call, "write")
    scopes.require_registered(world, place.subscription_id, NAMESPACE)
    return _asked(world, call, place, call.json(bodies.SubscriptionBody).properties, None)


def patch(world: World, call: Call) -> Reply:
    place = _place(world, call, "write")
    known = _subscription(world, place, call)
    return _asked(world, call, place, call.json(bodies.SettingsBody), known.asked or known.settings)


def remove(world: World, call: Call) -> Reply:
    place = _place(world, call, "delete")
    known = world.event_subscriptions.get(_id(place, call).lower())
    if known is None:
        return Reply(status=204)
    end(world, known)
    return _removed(world, call, place.subscription_id)


def get_full_url(world: World, call: Call) -> Reply:
    settings = _settings(_subscription(world, _place(world, call, "getFullUrl/action"), call))
    return Reply(body={"endpointUrl": settings.destination.url})


def get_attributes(world: World, call: Call) -> Reply:
    settings = _settings(_subscription(world, _place(world, call, "getDeliveryAttributes/action"), call))
    return Reply(body={"value": shapes.attributes(settings.destination)})


def _asked(world: World, call: Call, place: Place, body: bodies.SettingsBody, changed: Settings | None) -> Reply:
    """`changed` are the settings that a PATCH starts from."""
    settings = reading.read(body, changed, topic_types=place.event_types, now=world.clock.now())
    known = world.event_subscriptions.get(_id(place, call).lower())
    reading.check_change(known.settings if known else None, settings)
    blank = EventSubscription(
        id=_id(place, call),
        name=call.params["name"],
        kind=place.kind,
        topic=place.topic,
        source=place.source.lower(),
        state="Creating",
        made_at=real_time(),
    )
    made, operation = rules.ask(
        world,
        subscription_id=place.subscription_id,
        blank=blank,
        settings=settings,
        writer=call.caller.object_id,
    )
    return Reply(status=201, body=shapes.subscription(made), headers=operations.headers(world, call, operation))


def _removed(world: World, call: Call, subscription_id: str) -> Reply:
    operation = operations.begin(
        world, subscription_id=subscription_id, namespace=NAMESPACE, target=call.path, status=operations.SUCCEEDED
    )
    return Reply(status=202, headers=operations.headers(world, call, operation, location=True))


def _place(world: World, call: Call, action: str) -> Place:
    if "topic" in call.params:
        one = topic(world, call, f"eventSubscriptions/{action}")
        return Place(
            subscription_id=one.subscription_id,
            base=f"{one.id}/eventSubscriptions",
            kind=f"{TOPICS}/eventSubscriptions",
            topic=one.id,
            source=one.source,
        )
    scope = f"/subscriptions/{call.params['scope']}"
    source = rules.source_of(world, scope)
    require(world, call, f"{SUBSCRIPTIONS}/{action}", scope)
    return Place(
        subscription_id=source.subscription_id,
        base=f"{source.id}/providers/{SUBSCRIPTIONS}",
        kind=SUBSCRIPTIONS,
        topic=source.id,
        source=source.id,
    )


def _subscription(world: World, place: Place, call: Call) -> EventSubscription:
    found = world.event_subscriptions.get(_id(place, call).lower())
    if found is None:
        raise EVENT_SUBSCRIPTION_NOT_FOUND.of()
    return found


def _settings(one: EventSubscription) -> Settings:
    settings = one.asked or one.settings
    assert settings is not None
    return settings


def _id(place: Place, call: Call) -> str:
    return f"{place.base}/{call.params['name']}"


def _topic_key(call: Call) -> str:
    group = scopes.group_key(call.params["subscription"], call.params["group"])
    return f"{group}/providers/{TOPICS}/{call.params['topic']}".lower()


TOPIC = f"/subscriptions/{{subscription}}/resourcegroups/{{group}}/providers/{TOPICS}"
NESTED = f"{TOPIC}/{{topic}}/eventSubscriptions"
EXTENSION = f"/subscriptions/{{scope:path}}/providers/{SUBSCRIPTIONS}"

ROUTES = [
    Route("GET", f"/subscriptions/{{subscription}}/providers/{TOPICS}", list_topics),
    Route("GET", TOPIC, list_group_topics),
    Route("GET", f"{TOPIC}/{{topic}}", get_topic),
    Route("PUT", f"{TOPIC}/{{topic}}", put_topic),
    Route("PATCH", f"{TOPIC}/{{topic}}", patch_topic),
    Route("DELETE", f"{TOPIC}/{{topic}}", remove_topic),
    Route("GET", f"/subscriptions/{{subscription}}/providers/{SUBSCRIPTIONS}", list_below),
    Route("GET", f"/subscriptions/{{subscription}}/resourcegroups/{{group}}/providers/{SUBSCRIPTIONS}", list_below),
    *(
        route
        for base in (NESTED, EXTENSION)
        for route in (
            Route("GET", base, list_subscriptions),
            Route("GET", f"{base}/{{name}}", get),
            Route("PUT", f"{base}/{{name}}", put),
            Route("PATCH", f"{base}/{{name}}", patch),
            Route("DELETE", f"{base}/{{name}}", remove),
            Route("POST", f"{base}/{{name}}/getFullUrl", get_full_url),
            Route("POST", f"{base}/{{name}}/getDeliveryAttributes", get_attributes),
        )
    ),
]

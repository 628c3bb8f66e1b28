"""Event subscriptions in Resource Manager.

https://learn.microsoft.com/rest/api/eventgrid/controlplane/event-subscriptions
"""

from localazure import operations
from localazure.arm import scopes
from localazure.clock import real_time
from localazure.errors import EVENT_SUBSCRIPTION_NOT_FOUND
from localazure.eventgrid import bodies, custom_topics, rules, shapes, system_topics
from localazure.eventgrid import settings as reading
from localazure.eventgrid.ending import remove as end
from localazure.eventgrid.name_filter import by_name
from localazure.eventgrid.places import SUBSCRIPTIONS, Place, place
from localazure.eventgrid.removing import removed
from localazure.eventgrid.rules import NAMESPACE
from localazure.eventgrid.topic_types import COMMUNICATION, CUSTOM
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.records.events import EventSubscription, Settings
from localazure.routing import Route
from localazure.world import World


def list_here(world: World, call: Call) -> Reply:
    base = f"{place(world, call, 'read').base}/".lower()
    return _list(world, call, [one for one in world.event_subscriptions.all() if one.key.startswith(base)])


def list_below(world: World, call: Call) -> Reply:
    """Those that hang on resources themselves, in a subscription or group; of one topic type or region.

    Without a region those of global sources, as Communication Services are.
    """
    one = scopes.subscription(world, call, f"{SUBSCRIPTIONS}/read")
    group = scopes.group(world, call, f"{SUBSCRIPTIONS}/read") if "group" in call.params else None
    base = scopes.group_key(one.id, group.name) if group else f"/subscriptions/{one.id}"
    region, kind = call.params.get("location", "global").lower(), call.params.get("topic_type", "").lower()
    found = [
        each
        for each in world.event_subscriptions.all()
        if each.kind == SUBSCRIPTIONS and each.key.startswith(f"{base}/") and _of(world, each, region, kind)
    ]
    return _list(world, call, found)


def _of(world: World, one: EventSubscription, region: str, kind: str) -> bool:
    custom = world.custom_topics.get(one.source)
    its_kind, its_region = (CUSTOM, custom.location) if custom else (COMMUNICATION, "global")
    return its_region == region and kind in {"", its_kind.name.lower()}


def _list(world: World, call: Call, found: list[EventSubscription]) -> Reply:
    fits = by_name(call.query.get("filter", ""))
    return Reply(body=listing(world, call, [shapes.subscription(one) for one in found if fits(one.name)]))


def get(world: World, call: Call) -> Reply:
    return Reply(body=shapes.subscription(_subscription(world, place(world, call, "read"), call)))


def put(world: World, call: Call) -> Reply:
    here = place(world, call, "write")
    scopes.require_registered(world, here.subscription_id, NAMESPACE)
    return _asked(world, call, here, call.json(bodies.SubscriptionBody).properties, None)


def patch(world: World, call: Call) -> Reply:
    here = place(world, call, "write")
    known = _subscription(world, here, call)
    return _asked(world, call, here, call.json(bodies.SettingsBody), known.asked or known.settings)


def remove(world: World, call: Call) -> Reply:
    here = place(world, call, "delete")
    known = world.event_subscriptions.get(_id(here, call).lower())
    if known is None:
        return Reply(status=204)
    end(world, known)
    return removed(world, call, here.subscription_id)


def get_full_url(world: World, call: Call) -> Reply:
    settings = _settings(_subscription(world, place(world, call, "getFullUrl/action"), call))
    return Reply(body={"endpointUrl": settings.destination.url})


def get_attributes(world: World, call: Call) -> Reply:
    settings = _settings(_subscription(world, place(world, call, "getDeliveryAttributes/action"), call))
    return Reply(body={"value": shapes.attributes(settings.destination)})


def _asked(world: World, call: Call, here: Place, body: bodies.SettingsBody, changed: Settings | None) -> Reply:
    """`changed` are the settings that a PATCH starts from."""
    settings = reading.read(
        body, changed, topic_types=here.event_types, input_schema=here.schema, now=world.clock.now()
    )
    known = world.event_subscriptions.get(_id(here, call).lower())
    reading.check_change(known.settings if known else None, settings)
    blank = EventSubscription(
        id=_id(here, call),
        name=call.params["name"],
        kind=here.kind,
        topic=here.topic,
        source=here.source.lower(),
        state="Creating",
        made_at=real_time(),
    )
    made, operation = rules.ask(
        world,
        subscription_id=here.subscription_id,
        blank=blank,
        settings=settings,
        writer=call.caller.object_id,
    )
    return Reply(status=201, body=shapes.subscription(made), headers=operations.headers(world, call, operation))


def _subscription(world: World, here: Place, call: Call) -> EventSubscription:
    found = world.event_subscriptions.get(_id(here, call).lower())
    if found is None:
        raise EVENT_SUBSCRIPTION_NOT_FOUND.of()
    return found


def _settings(one: EventSubscription) -> Settings:
    settings = one.asked or one.settings
    assert settings is not None
    return settings


def _id(here: Place, call: Call) -> str:
    return f"{here.base}/{call.params['name']}"


EXTENSION = f"/subscriptions/{{scope:path}}/providers/{SUBSCRIPTIONS}"
NESTED = (f"{system_topics.TOPIC}/eventSubscriptions", f"{custom_topics.TOPIC}/eventSubscriptions")
SCOPES = ("/subscriptions/{subscription}", "/subscriptions/{subscription}/resourcegroups/{group}")
KINDS = ("", "/topicTypes/{topic_type}", "/locations/{location}", "/locations/{location}/topicTypes/{topic_type}")

ROUTES = [
    *(
        Route("GET", f"{scope}/providers/{NAMESPACE}{kind}/eventSubscriptions", list_below)
        for scope in SCOPES
        for kind in KINDS
    ),
    *(
        route
        for base in (*NESTED, EXTENSION)
        for route in (
            Route("GET", base, list_here),
            Route("GET", f"{base}/{{name}}", get),
            Route("PUT", f"{base}/{{name}}", put),
            Route("PATCH", f"{base}/{{name}}", patch),
            Route("DELETE", f"{base}/{{name}}", remove),
            Route("POST", f"{base}/{{name}}/getFullUrl", get_full_url),
            Route("POST", f"{base}/{{name}}/getDeliveryAttributes", get_attributes),
        )
    ),
]

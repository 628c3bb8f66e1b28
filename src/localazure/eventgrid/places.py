"""Where event subscriptions hang: a system topic, a custom topic, or a resource itself."""

from dataclasses import dataclass

from localazure.auth import require
from localazure.eventgrid import custom_topics, rules, system_topics
from localazure.eventgrid.event_types import EVENT_TYPES
from localazure.eventgrid.rules import NAMESPACE
from localazure.pipeline import Call
from localazure.records.events import DeliverySchema
from localazure.records.topics import CustomTopic
from localazure.world import World

SUBSCRIPTIONS = f"{NAMESPACE}/eventSubscriptions"


@dataclass(frozen=True, kw_only=True)
class Place:
    """`base` is the path before the name. `event_types` are those of the topic's type, none where any will do."""

    subscription_id: str
    base: str
    kind: str
    topic: str
    source: str
    event_types: tuple[str, ...] = EVENT_TYPES
    schema: DeliverySchema = DeliverySchema.EVENT_GRID


def place(world: World, call: Call, action: str) -> Place:
    """Where a request's event subscription is; checks the action there."""
    if "topic" in call.params:
        return _on_system_topic(world, call, action)
    if "custom" in call.params:
        one = custom_topics.topic(world, call, f"eventSubscriptions/{action}")
        return _on_custom_topic(one, f"{one.id}/eventSubscriptions", f"{custom_topics.TOPICS}/eventSubscriptions")
    scope = f"/subscriptions/{call.params['scope']}"
    custom = world.custom_topics.get(scope.lower().rstrip("/"))
    here = _on_custom_topic(custom, _extension(custom.id), SUBSCRIPTIONS) if custom else _on_source(world, scope)
    require(world, call, f"{SUBSCRIPTIONS}/{action}", scope)
    return here


def _on_system_topic(world: World, call: Call, action: str) -> Place:
    one = system_topics.topic(world, call, f"eventSubscriptions/{action}")
    return Place(
        subscription_id=one.subscription_id,
        base=f"{one.id}/eventSubscriptions",
        kind=f"{system_topics.TOPICS}/eventSubscriptions",
        topic=one.id,
        source=one.source,
    )


def _on_custom_topic(one: CustomTopic, base: str, kind: str) -> Place:
    return Place(
        subscription_id=one.subscription_id,
        base=base,
        kind=kind,
        topic=one.id,
        source=one.id,
        event_types=(),
        schema=one.schema,
    )


def _on_source(world: World, scope: str) -> Place:
    source = rules.source_of(world, scope)
    return Place(
        subscription_id=source.subscription_id,
        base=_extension(source.id),
        kind=SUBSCRIPTIONS,
        topic=source.id,
        source=source.id,
    )


def _extension(resource_id: str) -> str:
    return f"{resource_id}/providers/{SUBSCRIPTIONS}"

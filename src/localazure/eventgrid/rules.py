"""System topics and event subscriptions: what may be made, changed and removed."""

import re
import secrets

import msgspec

from localazure import operations
from localazure.arm import locations, roles, tags
from localazure.clock import real_time
from localazure.errors import (
    INVALID_EVENT_GRID,
    RESOURCE_NOT_FOUND,
    SECOND_SYSTEM_TOPIC,
    SOURCE_CHANGED,
    WRONG_TOPIC_LOCATION,
)
from localazure.eventgrid.bodies import SystemTopicBody
from localazure.eventgrid.ending import preempt, remove
from localazure.eventgrid.handshake import accept, validate
from localazure.eventgrid.ownership import may_write
from localazure.records.events import EventSubscription, Handshake, Settings, SystemTopic
from localazure.records.ids import new_id
from localazure.records.resources import CommunicationService, Operation
from localazure.world import World

NAMESPACE = "Microsoft.EventGrid"
TOPIC_TYPE = "Microsoft.Communication.CommunicationServices"
NAME = re.compile(r"[A-Za-z0-9-]{3,64}")
TOPIC_NAME = re.compile(r"[A-Za-z0-9-]{3,128}")


def source_of(world: World, resource_id: str) -> CommunicationService:
    """The resource an id names, any case. Only Communication Services can be a source here."""
    found = world.communication.get(resource_id.lower().rstrip("/"))
    if found is None:
        parts = resource_id.strip("/").split("/")
        group = parts[3] if len(parts) > 3 else ""
        raise RESOURCE_NOT_FOUND.of(kind="/".join(parts[5:7]), name=parts[-1], group=group)
    return found


def put_topic(
    world: World, key: str, *, subscription_id: str, group: str, name: str, body: SystemTopicBody
) -> SystemTopic:
    known = world.system_topics.get(key)
    source, location = _checked_source(world, body, known), body.location or (known.location if known else "")
    if not TOPIC_NAME.fullmatch(name):
        raise INVALID_EVENT_GRID.of(reason="The topic's name is invalid: it has 3 to 128 letters, digits and hyphens.")
    locations.check(f"{NAMESPACE}/systemTopics", location, [locations.GLOBAL, *locations.REGIONS])
    if location.lower() != locations.GLOBAL:
        raise WRONG_TOPIC_LOCATION.of(source=source)
    if any(other != key and one.source.lower() == source.lower() for other, one in world.system_topics.items()):
        raise SECOND_SYSTEM_TOPIC.of(source=source)
    fresh = SystemTopic(
        subscription_id=subscription_id,
        group=group,
        name=known.name if known else name,
        location="global",
        source=source,
        topic_type=TOPIC_TYPE,
        metric_resource_id=known.metric_resource_id if known else new_id(),
        made_at=known.made_at if known else real_time(),
        tags=tags.checked(body.tags) or {},
    )
    return world.system_topics.put(key, fresh)


def remove_topic(world: World, key: str) -> None:
    """Its event subscriptions go with it."""
    with world.store.transaction():
        for one in world.event_subscriptions.all():
            if one.key.startswith(f"{key}/"):
                remove(world, one)
        world.system_topics.remove(key)
        roles.forget(world, key)


def ask(
    world: World, *, subscription_id: str, blank: EventSubscription, settings: Settings, writer: str
) -> tuple[EventSubscription, Operation]:
    """Makes or changes an event subscription; a new destination proves itself by a handshake first."""
    if not NAME.fullmatch(blank.name):
        raise INVALID_EVENT_GRID.of(reason="The name has 3 to 64 letters, digits and hyphens.")
    known = world.event_subscriptions.get(blank.key)
    with world.store.transaction():
        operation = operations.begin(world, subscription_id=subscription_id, namespace=NAMESPACE, target=blank.id)
        preempt(world, known)
        asked = _asking(world, known or blank, settings, operation, writer)
        world.event_subscriptions.put(asked.key, asked)
    trusted = may_write(world, settings.destination, writer)
    if known and known.settings and _proven(known.settings, settings) and trusted:
        return accept(world, asked), operation
    world.background.spawn(validate(world, asked.key, _handshake(asked).code))
    return asked, operation


def _proven(known: Settings, asked: Settings) -> bool:
    """The same endpoint has answered the same kind of handshake before."""
    return (known.destination, known.schema) == (asked.destination, asked.schema)


def _asking(
    world: World, one: EventSubscription, settings: Settings, operation: Operation, writer: str
) -> EventSubscription:
    handshake = Handshake(
        code=new_id().upper(),
        token=secrets.token_urlsafe(32),
        started_at=world.clock.now(),
        operation=operation.id,
        writer=writer,
    )
    state = "Updating" if one.settings else "Creating"
    return msgspec.structs.replace(one, asked=settings, handshake=handshake, state=state, last_error="")


def _handshake(one: EventSubscription) -> Handshake:
    assert one.handshake is not None
    return one.handshake


def _checked_source(world: World, body: SystemTopicBody, known: SystemTopic | None) -> str:
    asked = body.properties.source or (known.source if known else "")
    kind = body.properties.topic_type or (known.topic_type if known else "")
    if kind.lower() != TOPIC_TYPE.lower():
        raise INVALID_EVENT_GRID.of(reason=f"The topicType '{kind}' is not that of the source: {TOPIC_TYPE}.")
    if known and asked.lower() != known.source.lower():
        raise SOURCE_CHANGED.of()
    source_of(world, asked)
    return asked

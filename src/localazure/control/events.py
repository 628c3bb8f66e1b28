"""Publishing any event a Communication Services resource knows."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from localazure.clock import possible, timestamp
from localazure.errors import INVALID_CONTROL
from localazure.eventgrid import event_models
from localazure.eventgrid.publishing import Json, route
from localazure.pipeline import Call, Reply
from localazure.records.ids import new_id
from localazure.world import World

Meta = msgspec.Meta


class EventBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`resource` may be left out where there is one only. `copies` above 1 deliver the event so often, with one id."""

    event_type: Annotated[str, Meta(examples=["Microsoft.Communication.IncomingCall"])]
    data: dict[str, Any]  # checked against the table of event models
    subject: Annotated[str, Meta(max_length=4096)] = ""
    resource: str | None = None
    id: Annotated[str, Meta(min_length=1, max_length=1024)] | None = None
    event_time: Annotated[datetime, Meta(tz=True)] | None = None
    copies: Annotated[int, Meta(ge=1, le=100)] = 1


class EventMade(msgspec.Struct, kw_only=True):
    """`subscriptions` is how many event subscriptions wanted it."""

    id: str
    event_type: str
    subscriptions: int


class EventMadeList(msgspec.Struct, kw_only=True):
    items: list[EventMade]


def publish_events(world: World, call: Call) -> Reply:
    """All of them or, where one cannot be, none."""
    asked = call.json(EventBody | list[EventBody])  # type: ignore[arg-type]  # a union is no type to mypy, msgspec takes it
    bodies: list[EventBody] = asked if isinstance(asked, list) else [asked]
    events = [_event(world, body) for body in bodies]
    with world.store.transaction():
        made = [_published(world, event, body.copies) for event, body in zip(events, bodies, strict=True)]
    return Reply(body=EventMadeList(items=made))


def _published(world: World, event: Json, copies: int) -> EventMade:
    wanted = route(world, source=event["topic"], event=event, copies=copies)
    return EventMade(id=event["id"], event_type=event["eventType"], subscriptions=wanted)


def _event(world: World, body: EventBody) -> Json:
    event_type = event_models.known(body.event_type)
    if event_type is None:
        raise INVALID_CONTROL.of(reason=f"Communication Services publish no event of type {body.event_type}.")
    if wrong := next(event_models.faults(event_type, body.data), None):
        raise INVALID_CONTROL.of(reason=f"{event_type}: {wrong}")
    time = body.event_time or world.clock.now()
    if not possible(time):
        raise INVALID_CONTROL.of(reason="The event_time is out of range.")
    return {
        "id": body.id or new_id(),
        "topic": _resource(world, body.resource),
        "subject": body.subject,
        "data": body.data,
        "eventType": event_type,
        "dataVersion": "1.0",
        "metadataVersion": "1",
        "eventTime": timestamp(time),
    }


def _resource(world: World, named: str | None) -> str:
    everything = [one.key for one in world.communication.all()]
    wanted = [key for key in everything if named is None or named.lower() in {key, key.rpartition("/")[2]}]
    if len(wanted) != 1:
        raise INVALID_CONTROL.of(reason="Name one of the Communication Services resources in 'resource'.")
    return wanted[0]

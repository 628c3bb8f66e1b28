"""What an application is told of its call, as CloudEvents at its callback address.

One request an event, in the order in which things happen: the next leaves when the one before has been answered.
https://learn.microsoft.com/azure/communication-services/concepts/call-automation/call-automation
"""

import asyncio
import logging
from collections.abc import Mapping

import msgspec

from localazure.calling import issuer
from localazure.calling.model import Call, Connection, Recording, Told
from localazure.calling.results import Result
from localazure.clock import timestamp
from localazure.eventgrid import trouble
from localazure.eventgrid.webhook import Answer
from localazure.records.event_faults import CALLBACKS
from localazure.records.ids import new_id
from localazure.world import World

log = logging.getLogger(__name__)

PREFIX = "Microsoft.Communication."
RETRIES = (1.0, 3.0)  # seconds until an event is told again that could not be
AGAIN = {408, 429, 500, 502, 503, 504}


def tell(
    world: World,
    connection: Connection,
    kind: str,
    data: Mapping[str, object] | None = None,
    *,
    result: Result | None = None,
    context: str | None = None,
    uri: str | None = None,
) -> None:
    """`context` is the operation's, `uri` replaces the connection's address for the one operation."""
    call = connection.call
    about: dict[str, object] = {
        "callConnectionId": connection.id,
        "serverCallId": call.server_call_id,
        "correlationId": call.correlation_id,
    }
    if context is not None:
        about["operationContext"] = context
    if result is not None:
        about["resultInformation"] = result.shape
    told = Told(id=new_id(), kind=kind, at=world.clock.now(), uri=uri or connection.callback_uri)
    place = f"calling/callConnections/{connection.id}"
    _dispatch(world, connection, told, _event(place, told, about | dict(data or {})))


def tell_of_recording(world: World, recording: Recording, data: Mapping[str, object]) -> None:
    """At the recording's own address."""
    about: dict[str, object] = {
        "serverCallId": recording.call.server_call_id,
        "correlationId": recording.call.correlation_id,
    }
    if recording.connection:
        about["callConnectionId"] = recording.connection
    told = Told(id=new_id(), kind="RecordingStateChanged", at=world.clock.now(), uri=recording.uri)
    _dispatch(world, recording, told, _event(f"calling/recordings/{recording.id}", told, about | dict(data)))


def _event(place: str, told: Told, data: Mapping[str, object]) -> bytes:
    event = {
        "id": told.id,
        "source": place,
        "type": f"{PREFIX}{told.kind}",
        "data": data,
        "time": timestamp(told.at).replace("Z", "+00:00"),
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "subject": place,
    }
    return msgspec.json.encode([event])


def _dispatch(world: World, listener: Connection | Recording, told: Told, body: bytes) -> None:
    """Trouble that was ordered lets an event leave late, twice or never, and hold up none of the others."""
    listener.told.append(told)
    begun = trouble.start(world, CALLBACKS)
    if begun.lost:
        return
    for _ in range(begun.copies):
        before = None if begun.seconds else listener.last
        task = world.background.spawn(_deliver(world, listener.call, told, body, before, begun.seconds))
        if not begun.seconds:
            listener.last = task


async def _deliver(
    world: World,
    call: Call,
    told: Told,
    body: bytes,
    before: "asyncio.Task[None] | None",
    seconds: float,
) -> None:
    if before is not None:
        await asyncio.wait({before})
    if seconds:
        await world.clock.sleep(seconds)
    for pause in (*RETRIES, None):
        answer = trouble.answer(world, CALLBACKS) or await _post(world, call, told.uri, body)
        told.attempts, told.status = told.attempts + 1, answer.status
        if answer.status is not None and answer.status not in AGAIN:
            return
        if pause is not None:
            await world.clock.sleep(pause)
    log.warning("a callback of call %s was given up: %s %s", call.id, told.kind, told.status)


async def _post(world: World, call: Call, uri: str, body: bytes) -> Answer:
    resource = world.communication.get(call.resource)
    if resource is None:  # removed while the call went on: nobody can sign for it
        return Answer(status=410)
    headers = {
        "content-type": "application/json; charset=utf-8",
        "authorization": f"Bearer {issuer.token(world, resource)}",
        "x-ms-call-correlation-id": call.correlation_id,
    }
    return await world.webhooks.send("POST", uri, headers, body)

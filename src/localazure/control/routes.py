"""The control API's paths; its description is made from this table."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from localazure.control import rules
from localazure.control.calls import ROUTES as CALLS
from localazure.control.events import EventBody, EventMadeList, publish_events
from localazure.control.faults import ROUTES as FAULTS
from localazure.control.identity import ROUTES as IDENTITY
from localazure.control.openapi import Described, describe
from localazure.control.shapes import (
    ApplicationBody,
    ApplicationMade,
    ClockBody,
    ClockNow,
    DeliveryList,
    Done,
    Inbox,
    KeysNow,
    RotateBody,
    SentCounts,
    SmsBody,
    SmsMadeList,
)
from localazure.control.state import state
from localazure.control.telephony import ROUTES as TELEPHONY
from localazure.control.trunks import ROUTES as TRUNKS
from localazure.errors import INVALID_CONTROL, NOT_FOUND, NOT_JSON
from localazure.pipeline import Call, Reply, Service
from localazure.routing import Router
from localazure.world import World

KEEP_ALIVE_SECONDS = 15


def write_texts(world: World, call: Call) -> Reply:
    asked = call.json(SmsBody | list[SmsBody])  # type: ignore[arg-type]  # a union is no type to mypy, msgspec takes it
    texts: list[SmsBody] = asked if isinstance(asked, list) else [asked]
    return Reply(body=SmsMadeList(items=rules.write_texts(world, texts)))


def get_inbox(world: World, call: Call) -> Reply:
    number = call.query.get("number", "").replace(" ", "+")  # a plus that was not escaped arrives as a space
    if not number:
        raise INVALID_CONTROL.of(reason="The parameter number is missing.")
    return Reply(body=Inbox(items=rules.inbox(world, number)))


def get_counts(world: World, call: Call) -> Reply:
    return Reply(body=rules.sent_counts(world, call.query.get("repeatability_id")))


def get_clock(world: World, call: Call) -> Reply:
    return Reply(body=rules.clock(world))


def move_clock(world: World, call: Call) -> Reply:
    return Reply(body=rules.move_clock(world, call.json(ClockBody)))


async def reset(world: World, call: Call) -> Reply:
    await rules.reset(world)
    return Reply(body=Done())


def get_state(world: World, call: Call) -> Reply:
    return Reply(body=state(world))


def get_deliveries(world: World, call: Call) -> Reply:
    return Reply(body=DeliveryList(items=rules.deliveries(world, call.query.get("subscription", ""))))


def register_application(world: World, call: Call) -> Reply:
    asked = call.json(ApplicationBody)
    return Reply(status=201, body=rules.register_application(world, asked.name, asked.token_version))


def rotate_keys(world: World, call: Call) -> Reply:
    asked = call.json(RotateBody) if call.body else RotateBody()
    return Reply(body=rules.rotate_keys(world, drop_old=asked.drop_old))


def openapi(world: World, call: Call) -> Reply:
    return Reply(body=describe(ROUTES, world.addresses.portal))


async def stream(world: World, request: Request) -> Response:
    """Server-sent events: one `inbox` each time the telephone's inbox changes, until the shutdown."""
    number = request.query_params.get("number", "").replace(" ", "+")
    return StreamingResponse(
        _changes(world, number), media_type="text/event-stream", headers={"cache-control": "no-store"}
    )


async def _changes(world: World, number: str) -> AsyncIterator[bytes]:
    with world.watchers.watch(number) as queue:
        yield b": open\n\n"
        while True:
            try:
                async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                    going_on = await queue.get()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if not going_on:
                return
            yield b'data: {"type":"inbox"}\n\n'


def _check_json(call: Call) -> None:
    if call.method == "POST" and not call.headers.get("content-type", "").lower().startswith("application/json"):
        raise NOT_JSON.of()


def _headers(call: Call) -> Mapping[str, str]:
    return {"cache-control": "no-store"}


ROUTES = [
    Described("POST", "/_local/sms", write_texts, "A customer writes: one text or a list", SmsMadeList, SmsBody),
    Described("GET", "/_local/inbox", get_inbox, "A customer's telephone", Inbox, query=("number",)),
    Described("GET", "/_local/sms/counts", get_counts, "Texts sent per repeatable request", SentCounts,
              query=("repeatability_id",)),
    Described("POST", "/_local/events", publish_events, "Publish any Communication Services event: one or a list",
              EventMadeList, EventBody),
    Described("GET", "/_local/clock", get_clock, "What the clock says, and how it runs", ClockNow),
    Described("POST", "/_local/clock", move_clock, "Move the clock forward, or set its pace", ClockNow, ClockBody),
    Described("POST", "/_local/reset", reset, "Back to the seed", Done),
    Described("GET", "/_local/state", get_state, "Everything there is", dict),
    Described("GET", "/_local/deliveries", get_deliveries, "Deliveries, their attempts and next tries", DeliveryList,
              query=("subscription",)),
    Described("POST", "/_local/applications", register_application, "Register an application with its principal",
              ApplicationMade, ApplicationBody, status=201),
    Described("POST", "/_local/entra/rotate-keys", rotate_keys, "A new signing key", KeysNow, RotateBody),
    *IDENTITY,
    *FAULTS,
    *TELEPHONY,
    *TRUNKS,
    *CALLS,
    Described("GET", "/_local/openapi.json", openapi, "This description", dict),
]  # fmt: skip

# For whoever reaches loopback: other sites' pages are kept off by the guard.
CONTROL = Service(
    name="control",
    claims=re.compile(r"/_local(/|$)"),
    find=Router(ROUTES).find,
    validate=_check_json,
    headers=_headers,
    unknown=NOT_FOUND,
)

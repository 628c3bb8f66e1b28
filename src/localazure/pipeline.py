"""How every request is answered: context, authenticate, validate, handle, serialise."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from inspect import isawaitable
from typing import TypeVar
from uuid import uuid4

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from localazure import faults
from localazure.errors import INVALID_JSON, NOT_EMULATED, TOO_LARGE, Refusal, ServiceError
from localazure.unanswered import Unanswered
from localazure.world import World

log = logging.getLogger("localazure.requests")

Body = TypeVar("Body")
LIMIT = 4 * 1024 * 1024
CONTROL = "control"  # never out of order: it orders
NUMBER = re.compile(r"(?<![\w-])(%2B|\+)?\d{7,15}(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks. `resource` is the Communication Services resource whose key signed the request.

    A person has a `user_name`; `scopes` is then what they let the application do.
    """

    object_id: str = ""
    app_id: str = ""
    resource: str = ""
    user_name: str = ""
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request as the services see it. `target` is path and query exactly as sent, `path` is decoded."""

    method: str
    path: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    request_id: str
    params: Mapping[str, str] = field(default_factory=dict)
    caller: Caller = field(default_factory=Caller)

    def json(self, kind: type[Body]) -> Body:
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise INVALID_JSON.of(reason=error) from error


@dataclass(frozen=True, kw_only=True)
class Reply:
    """`body` becomes JSON; bytes go out as they are and need a content-type of their own."""

    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[World, Call], Reply | Awaitable[Reply]]
Authenticate = Callable[[World, Call], Caller]


def _anyone(world: World, call: Call) -> Caller:
    return Caller()


def _anything(call: Call) -> None:
    """Where no api-version is asked for."""


def _plain(error: ServiceError, call: Call) -> object:
    return error.body


def _own_headers(error: ServiceError, call: Call) -> Mapping[str, str]:
    return error.headers


def _as_it_is(path: str, query: str) -> str:
    return path


def _request_id(call: Call) -> Mapping[str, str]:
    return {"x-ms-request-id": call.request_id}


@dataclass(frozen=True, kw_only=True)
class Service:
    """One of the emulated services, or the control API. `claims` matches the paths that are its own."""

    name: str
    claims: re.Pattern[str]
    find: Callable[[str, str], tuple[Handler | None, dict[str, str]]]
    authenticate: Authenticate = _anyone
    validate: Callable[[Call], None] = _anything
    envelope: Callable[[ServiceError, Call], object] = _plain
    headers: Callable[[Call], Mapping[str, str]] = _request_id
    error_headers: Callable[[ServiceError, Call], Mapping[str, str]] = _own_headers
    unknown: Refusal = NOT_EMULATED
    too_large: Refusal = TOO_LARGE
    limit: int = LIMIT  # bytes of a body
    # How it reads path and query to find its route; the claim is made on the path as it came.
    normalized: Callable[[str, str], str] = _as_it_is


async def answer(world: World, service: Service, request: Request) -> Response:
    call = await _call(request, service.limit)
    call = replace(call, path=service.normalized(call.path, call.target.partition("?")[2]))
    try:
        if len(call.body) > service.limit:
            raise service.too_large.of(limit=service.limit)
        reply = await handled(world, service, call, service.authenticate)
    except ServiceError as error:
        reply = Reply(
            status=error.status, body=service.envelope(error, call), headers=service.error_headers(error, call)
        )
    log.info("%s %s %s %s", service.name, call.method, masked(call.path), reply.status)
    return _response(reply, service.headers(call))


async def handled(world: World, service: Service, call: Call, authenticate: Authenticate) -> Reply:
    """The reply, or a ServiceError. What is not emulated leaves a line in the log and on the portal."""
    try:
        return await _handled(world, service, call, authenticate)
    except ServiceError as error:
        if error.status == 501:
            log.warning("not emulated: %s %s", call.method, masked(call.path))
            world.unanswered.append(Unanswered(at=world.clock.now(), method=call.method, path=masked(call.path)))
        raise


async def _handled(world: World, service: Service, call: Call, authenticate: Authenticate) -> Reply:
    if service.name != CONTROL:
        await faults.meet(world, service.name, call.method, call.path)
    call = replace(call, caller=authenticate(world, call))
    service.validate(call)
    handle, params = service.find(call.method, call.path)
    if handle is None:
        raise service.unknown.of(method=call.method, path=call.path)
    answered = handle(world, replace(call, params=params))
    reply = await answered if isawaitable(answered) else answered
    if service.name != CONTROL:
        await faults.meet(world, service.name, call.method, call.path, done=True)
    return reply


async def _call(request: Request, limit: int) -> Call:
    query = request.scope["query_string"].decode("latin-1")
    raw_path: bytes = request.scope["raw_path"]
    return Call(
        method=request.method,
        path=request.url.path,
        target=raw_path.decode("latin-1") + (f"?{query}" if query else ""),
        query={name.lower().lstrip("$"): value for name, value in request.query_params.items()},
        headers=request.headers,
        body=await _body(request, limit),
        request_id=str(uuid4()),
    )


async def _body(request: Request, limit: int) -> bytes:
    """At most one byte more than allowed is kept: enough to refuse."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk[: limit + 1 - len(body)]
    return bytes(body)


def _response(reply: Reply, headers: Mapping[str, str]) -> Response:
    content = reply.body if isinstance(reply.body, bytes) else _json(reply.body)
    kind = {"content-type": "application/json; charset=utf-8"} if content else {}
    return Response(content, reply.status, headers={**kind, **headers, **reply.headers})


def _json(body: object) -> bytes:
    return b"" if body is None else msgspec.json.encode(body)


def masked(path: str) -> str:
    """Telephone numbers never reach the log."""
    return NUMBER.sub("…", path)

"""The webhooks that Event Grid calls: /hooks/{secret}/{service}.

Events are answered 200 only when they are committed, so that whatever happens here, Event Grid comes again.
"""

import logging
import re
from datetime import datetime
from functools import lru_cache

from msgspec import structs
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from centrala.connection.models import EVENT_TYPES, Sight
from centrala.entra.refusals import Refusal, TokenCode
from centrala.hooks import asked, body, claims, events
from centrala.hooks.asked import Asked
from centrala.hooks.endpoints import Endpoint
from centrala.hooks.events import Event
from centrala.hooks.refusals import Code
from centrala.hooks.runtime import Hooks
from centrala.hooks.sightings import Note
from centrala.inbox.sessions import InboxUnavailable
from centrala.inbox.tallies import Counted
from centrala.inbox.writer import InboxFull, Row

log = logging.getLogger(__name__)

SECRET = re.compile(r"[A-Za-z0-9_-]{1,64}")
UNPRINTABLE = re.compile(r"[^A-Za-z0-9._-]")
RETRY_AFTER = "30"  # seconds: Event Grid's own least wait after a 503
TAKEN: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
NOTHING_MORE: Message = {"type": "http.response.body"}
SERVICE_OF = {event_type: service for service, types in EVENT_TYPES.items() for event_type in types}


def routes() -> list[Route]:
    return [Route("/hooks/{secret}/{service}", Webhook(), methods=["POST", "OPTIONS", "GET"])]


class Webhook:
    """An app and not a function, which Starlette would wrap twice: the event path pays for each layer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await _answer(scope["app"].state.hooks, asked.read(scope), receive)
        if response is None:
            await send(TAKEN)
            await send(NOTHING_MORE)
        else:
            await response(scope, receive, send)


async def _answer(hooks: Hooks, request: Asked, receive: Receive) -> Response | None:
    """None where events were taken in."""
    endpoint: Endpoint | None = None
    try:
        endpoint = await _endpoint(hooks, request)
        received_at = hooks.clock()
        _check_open(endpoint, request, received_at)
        if request.method == "POST":
            return await _receive(hooks, request, receive, endpoint, received_at)
        return _schema_handshake(hooks, endpoint) if request.method == "OPTIONS" else _greeting(endpoint)
    except Refusal as refusal:
        hooks.sightings.tally(Counted.REFUSED, refusal.code.word)
        if endpoint is not None:
            _note_refusal(hooks, request, endpoint, refusal)
        _log(hooks, refusal, endpoint)
        return _refused(refusal)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it


async def _endpoint(hooks: Hooks, request: Asked) -> Endpoint:
    endpoint = await hooks.endpoints.find(request.secret) if SECRET.fullmatch(request.secret) else None
    if endpoint is None:
        raise Refusal(Code.UNKNOWN_ENDPOINT)
    return endpoint


def _check_open(endpoint: Endpoint, request: Asked, at: datetime) -> None:
    if request.service != endpoint.slug:
        raise Refusal(Code.WRONG_SERVICE)
    if not endpoint.connected:
        raise Refusal(Code.DISCONNECTED)
    if endpoint.retires_at is not None and endpoint.retires_at <= at:
        raise Refusal(Code.RETIRED)


async def _receive(
    hooks: Hooks, request: Asked, receive: Receive, endpoint: Endpoint, received_at: datetime
) -> Response | None:
    await hooks.tokens.check(request.authorization, endpoint.trust)
    with hooks.room.request() as taken:
        arrived = events.parse(await body.read(receive, request.length, taken))
        return await _take_in(hooks, request, endpoint, arrived, received_at)


async def _take_in(
    hooks: Hooks, request: Asked, endpoint: Endpoint, arrived: list[Event], received_at: datetime
) -> Response | None:
    subscription = _printable(request.subscription)
    if len(arrived) == 1 and arrived[0].envelope.event_type == events.VALIDATION:
        return _handshake(hooks, arrived[0], endpoint, subscription)
    if request.kind == "subscriptionvalidation":
        raise Refusal(Code.NO_VALIDATION_CODE)
    if len(arrived) == 1 and arrived[0].envelope.event_type == events.DELETION:
        return _deletion(hooks, endpoint, subscription)
    rows = [_row(event, endpoint, subscription, received_at) for event in arrived]
    await _keep(hooks, rows, endpoint)
    _note_events(hooks, rows)
    return None


@lru_cache(maxsize=64)
def _printable(name: str) -> str:
    return UNPRINTABLE.sub("?", name)[:200]


def _note_refusal(hooks: Hooks, request: Asked, endpoint: Endpoint, refusal: Refusal) -> None:
    note = Note(hooks.clock(), _printable(request.subscription), refusal.code.word, refusal.detail)
    hooks.sightings.note(endpoint.id, Sight.REFUSAL, note)
    hooks.sightings.count(endpoint.id, note)
    if refusal.code is Code.CLOUD_EVENTS:
        hooks.sightings.note(endpoint.id, Sight.CLOUD_EVENTS, note)
    if isinstance(refusal.code, TokenCode):
        beside = claims.compare(request.authorization, hooks.tokens.expected(endpoint.trust))
        hooks.sightings.note(endpoint.id, Sight.TOKEN_REFUSAL, structs.replace(note, claims=beside))


def _note_events(hooks: Hooks, rows: list[Row]) -> None:
    if rows:
        _note_row(hooks, Sight.EVENT, rows[-1])
    if misdirected := [row for row in rows if row.misdirected]:
        _note_row(hooks, Sight.MISDIRECTED, misdirected[-1])


def _note_row(hooks: Hooks, kind: Sight, row: Row) -> None:
    hooks.sightings.note(row.endpoint, kind, Note(row.received_at, row.subscription, row.type))


def _handshake(hooks: Hooks, event: Event, endpoint: Endpoint, subscription: str) -> Response:
    """https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema"""
    code = event.validation_code
    hooks.sightings.note(endpoint.id, Sight.HANDSHAKE, Note(hooks.clock(), subscription))
    log.info("handshake answered: endpoint=%s service=%s subscription=%s", endpoint.id, endpoint.service, subscription)
    return JSONResponse({"validationResponse": code})


def _deletion(hooks: Hooks, endpoint: Endpoint, subscription: str) -> Response:
    hooks.sightings.note(endpoint.id, Sight.DELETION, Note(hooks.clock(), subscription))
    log.warning(
        "event subscription deleted: endpoint=%s service=%s subscription=%s. Fix: make it again, unless replaced",
        endpoint.id,
        endpoint.service,
        subscription,
    )
    return Response()


def _row(event: Event, endpoint: Endpoint, subscription: str, received_at: datetime) -> Row:
    envelope = event.envelope
    return Row(
        event_id=envelope.id,
        type=envelope.event_type,
        subject=envelope.subject,
        event_time=envelope.time,
        body=event.body,
        endpoint=endpoint.id,
        misdirected=SERVICE_OF.get(envelope.event_type, endpoint.service) != endpoint.service,
        subscription=subscription,
        received_at=received_at,
    )


async def _keep(hooks: Hooks, rows: list[Row], endpoint: Endpoint) -> None:
    try:
        duplicates = await hooks.writer.write(rows)
    except InboxFull as full:
        raise Refusal(Code.INBOX_FULL, str(full)) from full
    except InboxUnavailable as away:
        raise Refusal(Code.INBOX_UNAVAILABLE, str(away)) from away
    fresh = len({row.event_id for row in rows}) - len(duplicates)
    hooks.sightings.tally(Counted.RECEIVED, endpoint.service, fresh)
    hooks.sightings.tally(Counted.DUPLICATES, endpoint.service, len(rows) - fresh)
    if duplicates:
        log.info("%d of %d events were here already", len(duplicates), len(rows))


def _schema_handshake(hooks: Hooks, endpoint: Endpoint) -> Response:
    """CloudEvents asks for consent by OPTIONS; without consent headers it has none.

    https://github.com/cloudevents/spec/blob/v1.0/http-webhook.md
    """
    hooks.sightings.note(endpoint.id, Sight.CLOUD_EVENTS, Note(hooks.clock()))
    log.warning(
        "refused cloud_events_schema: endpoint=%s service=%s. Fix: choose Event Grid Schema for the event subscription",
        endpoint.id,
        endpoint.service,
    )
    return PlainTextResponse("Choose Event Grid Schema for this event subscription.\n")


def _greeting(endpoint: Endpoint) -> Response:
    return PlainTextResponse(f"Azure Event Grid posts its events here ({endpoint.slug}). There is nothing to see.\n")


def _log(hooks: Hooks, refusal: Refusal, endpoint: Endpoint | None) -> None:
    """Neither whoever guesses at addresses nor a flood of events may fill the log."""
    whose = endpoint.id if endpoint else None
    if refusal.code is Code.UNKNOWN_ENDPOINT:
        return
    if refusal.code.status == 503 and not hooks.seldom.may(whose, refusal.code.word, hooks.clock()):
        return
    log.warning(
        "refused %s: endpoint=%s service=%s%s",
        refusal.code.word,
        whose or "-",
        endpoint.service if endpoint else "-",
        f" {refusal.detail}" if refusal.detail else "",
    )


def _refused(refusal: Refusal) -> Response:
    headers = {"Connection": "close"} if refusal.code in {Code.TOO_LARGE, Code.TOO_SLOW} else {}
    if refusal.code.status == 503:
        headers["Retry-After"] = RETRY_AFTER
    if refusal.code.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return PlainTextResponse(f"{refusal.code.word}\n", refusal.code.status, headers)

"""Whether a webhook wants the events: the validation of EventGridSchema.

https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
"""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlencode

import msgspec

from localazure import operations
from localazure.clock import timestamp
from localazure.errors import ServiceError
from localazure.eventgrid import requests
from localazure.eventgrid.webhook import Answer
from localazure.records.events import Destination, EventSubscription, Handshake
from localazure.records.seed import new_id
from localazure.world import World

TRIES = 3
AGAIN_AFTER_SECONDS = 5
MANUAL_MINUTES = 10
CODE = "Url validation"
AWAITING = "AwaitingManualAction"
FAILED_TEXT = (
    "Webhook validation handshake failed for {url}. Http POST request failed with response code {status}. "
    "For troublehooting, visit https://aka.ms/esvalidation. Activity id:{id}, timestamp: {at} (UTC)."
)
ACCEPTED_TEXT = (
    "Webhook validation handshake failed for {url}. Http POST request retuned 2XX response with response body {body}. "
    "When a validation request is accepted without validation code in the response body, Http GET is expected on the "
    "validation url included in the validation event(within 10 minutes). For troubleshooting, visit "
    "https://aka.ms/esvalidation. Activity id:{id}, timestamp: {at} (UTC)."
)
UNSIGNED_TEXT = (
    "Webhook validation handshake failed for {url}. No access token could be had for the webhook's application: "
    "{reason} For troubleshooting, visit https://aka.ms/esvalidation. Activity id:{id}, timestamp: {at} (UTC)."
)


async def validate(world: World, key: str, code: str) -> None:
    """Asks the endpoint of subscription `key`; does nothing once another handshake than `code` has begun."""
    for attempt in range(TRIES):
        subscription = _waiting(world, key, code)
        if subscription is None:
            return
        answer = await _posted(world, subscription, attempt)
        if answer is None or not _worth_repeating(answer):
            break
        if attempt + 1 < TRIES:
            await world.clock.sleep(AGAIN_AFTER_SECONDS)
    if answer is not None and (subscription := _waiting(world, key, code)):
        await _judge(world, subscription, code, answer)


async def wait_for_visit(world: World, key: str, code: str) -> None:
    """Ten minutes for somebody to open the validation address."""
    if subscription := _waiting(world, key, code):
        assert subscription.handshake is not None
        await world.clock.sleep_until(subscription.handshake.started_at + timedelta(minutes=MANUAL_MINUTES))
        if late := _waiting(world, key, code):
            _fail(world, late, late.last_error)


def visit(world: World, *, code: str, token: str) -> bool:
    """Somebody opened the validation address; True when that settled it."""
    for one in world.event_subscriptions.all():
        known = one.handshake
        if known and known.code == code.upper() and known.token == token and one.state == AWAITING:
            accept(world, one)
            return True
    return False


def accept(world: World, one: EventSubscription) -> EventSubscription:
    """What was asked is in force from now on."""
    assert one.handshake is not None
    proven = msgspec.structs.replace(
        one, settings=one.asked, asked=None, handshake=None, state="Succeeded", last_error=""
    )
    with world.store.transaction():
        world.event_subscriptions.put(one.key, proven)
        operations.succeed(world, one.handshake.operation)
    return proven


def _waiting(world: World, key: str, code: str) -> EventSubscription | None:
    found = world.event_subscriptions.get(key)
    return found if found and found.handshake and found.handshake.code == code else None


def _worth_repeating(answer: Answer) -> bool:
    """An answer that came and says no is final; none, or trouble at the endpoint, may pass."""
    return answer.status is None or answer.status in {408, 429} or answer.status >= 500


async def _posted(world: World, one: EventSubscription, attempt: int) -> Answer | None:
    """None where there was nothing to ask with: the failure is then recorded already."""
    assert one.asked is not None
    assert one.handshake is not None
    destination = one.asked.destination
    try:
        headers = requests.headers(world, one, destination, "SubscriptionValidation", attempts=attempt, version="2")
    except ServiceError as error:
        _fail(world, one, _text(world, UNSIGNED_TEXT, destination, reason=error.message))
        return None
    headers |= requests.attribute_headers(destination, "{}")
    return await world.webhooks.post(destination.url, headers, _event(world, one, one.handshake))


def _event(world: World, one: EventSubscription, handshake: Handshake) -> bytes:
    event = {
        "id": new_id(),
        "topic": one.source,
        "subject": "",
        "data": {"validationCode": handshake.code, "validationUrl": _address(world, one, handshake)},
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": timestamp(world.clock.now()),
        "metadataVersion": "1",
        "dataVersion": "2",
    }
    return msgspec.json.encode([event])


def _address(world: World, one: EventSubscription, handshake: Handshake) -> str:
    query = {
        "id": handshake.code,
        "t": timestamp(handshake.started_at),
        "apiVersion": "2022-06-15",
        "token": handshake.token,
    }
    return f"{world.addresses.url}/eventsubscriptions/{one.name}/validate?{urlencode(query)}"


async def _judge(world: World, one: EventSubscription, code: str, answer: Answer) -> None:
    assert one.asked is not None
    assert one.handshake is not None
    destination = one.asked.destination
    if answer.status == HTTPStatus.OK and _code_in(answer.body) == code:
        accept(world, one)
    elif answer.status is not None and 200 <= answer.status < 300:
        body = answer.body[:1024].decode("utf-8", "replace")
        message = _text(world, ACCEPTED_TEXT, destination, body=body)
        waiting = msgspec.structs.replace(one, state=AWAITING, last_error=message)
        world.event_subscriptions.put(one.key, waiting)
        operations.fail(world, one.handshake.operation, code=CODE, message=message)
        await wait_for_visit(world, one.key, code)
    else:
        _fail(world, one, _text(world, FAILED_TEXT, destination, status=_status_name(answer.status)))


def _fail(world: World, one: EventSubscription, message: str) -> None:
    """What was in force before stays in force."""
    assert one.handshake is not None
    world.event_subscriptions.put(
        one.key,
        msgspec.structs.replace(
            one,
            asked=None if one.settings else one.asked,
            handshake=None,
            state="Succeeded" if one.settings else "Failed",
            last_error=message,
        ),
    )
    operations.fail(world, one.handshake.operation, code=CODE, message=message)


def _code_in(body: bytes) -> str:
    try:
        answer: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    code = answer.get("validationResponse") if isinstance(answer, dict) else None
    return code.upper() if isinstance(code, str) else ""


def _status_name(status: int | None) -> str:
    """As .NET writes them: Unauthorized, InternalServerError."""
    try:
        return "Unknown" if status is None else HTTPStatus(status).phrase.replace(" ", "")
    except ValueError:
        return str(status)


def _text(world: World, text: str, destination: Destination, **values: str) -> str:
    now = world.clock.now()
    at = f"{now.month}/{now.day}/{now.year} {now:%I:%M:%S %p}"
    return text.format(url=destination.base_url, id=new_id(), at=at, **values)

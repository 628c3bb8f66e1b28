"""Whether a webhook wants the events: it is asked before the first one leaves.

https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
https://learn.microsoft.com/azure/event-grid/end-point-validation-cloud-events-schema
"""

from datetime import timedelta

import msgspec

from localazure import operations
from localazure.errors import ServiceError
from localazure.eventgrid import consent
from localazure.eventgrid.ending import expire
from localazure.eventgrid.ownership import may_write
from localazure.eventgrid.webhook import Answer
from localazure.records.events import EventSubscription
from localazure.world import World

TRIES = 3
AGAIN_AFTER_SECONDS = 5
MANUAL_MINUTES = 10
CODE = "Url validation"
AWAITING = "AwaitingManualAction"


async def validate(world: World, key: str, code: str) -> None:
    """Asks the endpoint of subscription `key`; does nothing once another handshake than `code` has begun."""
    for attempt in range(TRIES):
        subscription = _waiting(world, key, code)
        if subscription is None:
            return
        answer = await _asked(world, subscription, attempt)
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
    world.background.spawn(expire(world, one.key))
    return proven


def _waiting(world: World, key: str, code: str) -> EventSubscription | None:
    found = world.event_subscriptions.get(key)
    return found if found and found.handshake and found.handshake.code == code else None


def _worth_repeating(answer: Answer) -> bool:
    """An answer that came and says no is final; none, or trouble at the endpoint, may pass."""
    return answer.status is None or answer.status in {408, 429} or answer.status >= 500


async def _asked(world: World, one: EventSubscription, attempt: int) -> Answer | None:
    """None where it was not even asked: the failure is then recorded already."""
    assert one.asked is not None
    assert one.handshake is not None
    if one.handshake.writer and not may_write(world, one.asked.destination, one.handshake.writer):
        _fail(world, one, consent.refused_writer(world, one.asked))
        return None
    try:
        question = consent.question(world, one, attempt)
    except ServiceError as error:
        _fail(world, one, consent.unsigned(world, one.asked, error.message))
        return None
    return await world.webhooks.send(question.method, one.asked.destination.url, question.headers, question.content)


async def _judge(world: World, one: EventSubscription, code: str, answer: Answer) -> None:
    assert one.asked is not None
    assert one.handshake is not None
    if consent.given(one.asked, one.handshake, answer):
        accept(world, one)
    elif answer.status is not None and 200 <= answer.status < 300:
        message = consent.accepted_without(world, one.asked, answer)
        waiting = msgspec.structs.replace(one, state=AWAITING, last_error=message)
        world.event_subscriptions.put(one.key, waiting)
        operations.fail(world, one.handshake.operation, code=CODE, message=message)
        await wait_for_visit(world, one.key, code)
    else:
        _fail(world, one, consent.failed(world, one.asked, answer))


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

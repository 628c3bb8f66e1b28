"""What the control API does."""

from collections import Counter

from localazure import seed
from localazure.calling import sound
from localazure.clock import real_time, timestamp
from localazure.communication import inbound
from localazure.communication.sms import check_text
from localazure.control.shapes import (
    ApplicationMade,
    AttemptMade,
    ClockBody,
    ClockNow,
    DeliveryNow,
    InboxItem,
    KeysNow,
    SentCount,
    SentCounts,
    SmsBody,
    SmsMade,
)
from localazure.entra.keys import new_signing_key
from localazure.entra.tokens import signing_key
from localazure.errors import INVALID_CONTROL, UNKNOWN_NUMBER
from localazure.graph import rules as graph
from localazure.graph.shapes import Api
from localazure.graph.shapes import ApplicationBody as GraphApplication
from localazure.records.directory import DroppedKey
from localazure.records.events import Delivery
from localazure.records.messages import Sms
from localazure.resuming import resume
from localazure.world import World


def write_texts(world: World, texts: list[SmsBody]) -> list[SmsMade]:
    """All of them or, where one cannot be, none."""
    for text in texts:
        check_text(text.text)
        if text.to not in world.numbers:
            raise UNKNOWN_NUMBER.of(field="to")
        if text.sender in world.numbers:
            raise INVALID_CONTROL.of(reason="The number in 'from' is a resource's own, no customer's.")
    with world.store.transaction():
        made = [
            inbound.receive(world, customer=text.sender, number=world.numbers[text.to], text=text.text)
            for text in texts
        ]
    return [SmsMade(message_id=one.id, sender=one.customer, to=one.service) for one in made]


def inbox(world: World, number: str) -> list[InboxItem]:
    return [_inbox_item(one) for one in world.messages.of(number)]


def sent_counts(world: World, repeatability_id: str | None) -> SentCounts:
    sent = [one for one in world.messages.all() if not one.inbound and not one.by_carrier]
    counts = Counter((one.repeatability_id, one.customer) for one in sent if one.repeatability_id)
    wanted = repeatability_id.lower() if repeatability_id else None
    items = [
        SentCount(repeatability_id=key, to=to, count=count)
        for (key, to), count in counts.items()
        if wanted in {None, key}
    ]
    return SentCounts(items=items, total=len(sent))


def move_clock(world: World, asked: ClockBody) -> ClockNow:
    if asked.advance_seconds is None and asked.scale is None:
        raise INVALID_CONTROL.of(reason="Give advance_seconds, scale, or both.")
    sound.forward(world, asked.advance_seconds or 0)
    world.move_clock(asked.advance_seconds or 0, asked.scale)
    return clock(world)


def clock(world: World) -> ClockNow:
    now, offset = timestamp(world.clock.now()), world.clock.offset.total_seconds()
    return ClockNow(now=now, offset_seconds=offset, scale=world.clock.setting.scale)


async def reset(world: World) -> None:
    """Stops what runs, puts the seed's state back, and starts anew. Ids, keys and secrets are the same as before."""
    await world.background.stop()
    while not world.outbox.empty():
        world.outbox.get_nowait()
    seed.replant(world)
    world.event_grid_tokens.clear()
    world.rates.clear()
    world.calls.clear()
    world.dice.seed()
    world.unanswered.clear()
    resume(world)
    world.operations_changed.ring()
    world.watchers.all_changed()


def register_application(world: World, name: str, token_version: int | None) -> ApplicationMade:
    """What the portal's App registrations page does: the application and its service principal.

    Nobody is signed in here: the demo principal owns both, so that it may make event subscriptions for them.
    """
    asked = GraphApplication(display_name=name, api=Api(requested_access_token_version=token_version))
    with world.store.transaction():
        application = graph.add_application(world, asked, owner=world.seed.principal_object_id)
        principal = graph.add_principal(world, application.app_id, owner=world.seed.principal_object_id)
    return ApplicationMade(
        client_id=application.app_id,
        tenant_id=application.tenant_id,
        object_id=application.id,
        service_principal_id=principal.id,
    )


def rotate_keys(world: World, *, drop_old: bool) -> KeysNow:
    """A new key signs from now on. `drop_old`: the earlier ones are no longer published and their tokens void, until a
    reset."""
    old = world.signing_keys.all()
    fresh = new_signing_key(real_time())
    with world.store.transaction():
        world.signing_keys.put(fresh.kid, fresh)
        for key in old if drop_old else []:
            world.dropped_keys.put(key.kid, DroppedKey(key=key))
            world.signing_keys.remove(key.kid)
    world.event_grid_tokens.clear()
    return KeysNow(signing=signing_key(world).kid, published=[key.kid for key in world.signing_keys.all()])


def deliveries(world: World, subscription: str) -> list[DeliveryNow]:
    """By the event subscription's id or bare name, any case; all of them when empty."""
    wanted = subscription.lower()
    names = {one.key: one.name.lower() for one in world.event_subscriptions.all()}
    return [
        delivery(one)
        for one in world.deliveries.all()
        if wanted in {"", one.subscription, names.get(one.subscription, "")}
    ]


def delivery(one: Delivery) -> DeliveryNow:
    attempts = [
        AttemptMade(at=timestamp(attempt.at), status=attempt.status, outcome=attempt.outcome)
        for attempt in one.attempts
    ]
    return DeliveryNow(
        id=one.id,
        event_id=one.event_id,
        event_type=one.event_type,
        state=one.state.value,
        reason=one.reason,
        published_at=timestamp(one.published_at),
        next_try=timestamp(one.next_try) if one.next_try else None,
        attempts=attempts,
        dead_letter=one.buried or None,
    )


def _inbox_item(one: Sms) -> InboxItem:
    sender, to = (one.customer, one.service) if one.inbound else (one.service, one.customer)
    return InboxItem(
        sender=sender, to=to, text=one.text, message_id=one.id, state=one.state.value, at=timestamp(one.at)
    )

"""What became of deliveries. Each subscription's log is bounded."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from localazure.records.events import Delivery, DeliveryState, finished
from localazure.world import World

KEPT = 1000  # finished deliveries remembered per subscription


def finish(world: World, one: Delivery, state: DeliveryState, *, reason: str = "", buried: str = "") -> Delivery:
    """Nothing more will be tried. The oldest finished deliveries of the subscription make room."""
    done = msgspec.structs.replace(
        one, state=state, reason=reason or one.reason, next_try=None, bury_at=None, buried=buried
    )
    world.deliveries.put(one.id, done)
    past = finished(one.subscription)
    if world.deliveries.count(past) > KEPT + KEPT // 5:
        for each in world.deliveries.of(past)[:-KEPT]:
            world.deliveries.remove(each.id)
    return done


def finish_all(
    world: World, deliveries: Iterable[Delivery], state: DeliveryState, *, reason: str = "", buried: str = ""
) -> None:
    with world.store.transaction():
        for one in deliveries:
            finish(world, one, state, reason=reason, buried=buried)


def counts(world: World, key: str) -> dict[str, int]:
    found = Counter(one.state.value for one in world.deliveries.of(key))
    return {state.value: found[state.value] for state in DeliveryState}

"""Event Grid: trouble with deliveries, on order."""

from enum import StrEnum

import msgspec

CALLBACKS = "calling.callback"  # stands where a subscription's id does, for what applications are told of their calls


class DeliveryAction(StrEnum):
    """Duplicate, reorder, delay and drop happen to events as they are published, answer to attempts."""

    DUPLICATE = "duplicate"
    REORDER = "reorder"
    DELAY = "delay"
    DROP = "drop"
    ANSWER = "answer"


class DeliveryFault(msgspec.Struct, frozen=True, kw_only=True):
    """The next `times` deliveries of a subscription (its lower-case id; empty: of any; CALLBACKS: of none, but what
    is told of calls), all of them while `lasting`.

    `seconds` is how late, for reorder the gap between the events, the first leaving last. `status` is what the endpoint
    seems to answer without being asked; None: it seems to hang.
    """

    subscription: str
    action: DeliveryAction
    times: int
    lasting: bool = False
    seconds: float = 0
    status: int | None = None

    @property
    def key(self) -> str:
        return f"{self.subscription}/{self.action.value}"

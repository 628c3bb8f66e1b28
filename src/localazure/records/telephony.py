"""Communication Services' data plane: senders, opt-outs, numbers on offer, direct routing, identities."""

from datetime import datetime
from enum import StrEnum

import msgspec


class AlphanumericSender(msgspec.Struct, frozen=True, kw_only=True):
    """A name a resource may write under. Several resources may have the same one."""

    resource: str
    name: str


class OptOut(msgspec.Struct, frozen=True, kw_only=True):
    """A customer who gets no more texts from a sender. `by_customer`: wrote STOP, which no API undoes."""

    resource: str
    sender: str
    customer: str
    by_customer: bool
    made_at: datetime


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """Each none, inbound, outbound or inbound+outbound."""

    calling: str = "none"
    sms: str = "none"


class NumberSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found and holds back until `expires_at`; None: still searching."""

    id: str
    resource: str
    country_code: str
    kind: str
    assignment: str
    capabilities: Capabilities
    area_code: str
    quantity: int
    made_at: datetime
    numbers: tuple[str, ...] = ()
    expires_at: datetime | None = None
    bought: bool = False


class ReservedNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A number that somebody means to buy, with what it is to be able to do."""

    number: str
    country_code: str
    kind: str
    assignment: str
    capabilities: Capabilities


class ReservationState(StrEnum):
    ACTIVE = "active"
    SUBMITTED = "submitted"
    COMPLETED = "completed"


class Reservation(msgspec.Struct, frozen=True, kw_only=True):
    """Expired once the clock passes `expires_at` while still active."""

    id: str
    resource: str
    expires_at: datetime
    numbers: dict[str, ReservedNumber] = {}
    state: ReservationState = ReservationState.ACTIVE


class NumberOperationState(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class NumberOperation(msgspec.Struct, frozen=True, kw_only=True):
    """`subject` is the search, the reservation or the number it is about; it takes effect at `due_at`."""

    id: str
    resource: str
    kind: str
    subject: str
    made_at: datetime
    due_at: datetime
    state: NumberOperationState = NumberOperationState.RUNNING
    capabilities: Capabilities | None = None
    error_code: str = ""
    error_message: str = ""


class SoldOut(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing is left of a country's numbers of one type; of one area code, where it is not empty."""

    country_code: str
    kind: str
    area_code: str = ""


class NumberQuota(msgspec.Struct, frozen=True, kw_only=True):
    """What the tenant may still have: numbers in all, searches in a week. None: as many as it likes."""

    purchases: int | None = None
    searches_a_week: int | None = None


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    port: int


class Route(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    pattern: str
    description: str | None = None
    trunks: tuple[str, ...] = ()


class SipConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    """`domains` are those whose ownership was verified, in lower case."""

    resource: str
    trunks: dict[str, Trunk] = {}
    routes: tuple[Route, ...] = ()
    domains: tuple[str, ...] = ()


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A Communication Services user. Tokens issued before `tokens_valid_from` are revoked."""

    id: str
    resource: str
    made_at: datetime
    tokens_valid_from: datetime

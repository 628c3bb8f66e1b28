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


class Cased(StrEnum):
    """The service's words in lower case; however they are spelled, they are understood."""

    @classmethod
    def _missing_(cls, value: object) -> "Cased | None":
        return next((one for one in cls if isinstance(value, str) and one.value == value.lower()), None)


class PrivacyHeader(Cased):
    ID = "id"
    NONE = "none"


class IpVersion(Cased):
    V4 = "ipv4"
    V6 = "ipv6"


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    """A way to a border controller; all but the port is known to the previews only."""

    port: int
    enabled: bool = True
    direct_transfer: bool = False
    privacy_header: PrivacyHeader = PrivacyHeader.ID
    ip_version: IpVersion = IpVersion.V4


class Route(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    pattern: str
    description: str | None = None
    trunks: tuple[str, ...] = ()
    caller_id: str | None = None  # shown instead of whatever the call says


class SipConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    """`domains` are those whose ownership was verified, in lower case; the trunks below a `disabled` one rest."""

    resource: str
    trunks: dict[str, Trunk] = {}
    routes: tuple[Route, ...] = ()
    domains: tuple[str, ...] = ()
    disabled: frozenset[str] = frozenset()


class Tls(StrEnum):
    """Of the connection to a border controller, by its certificate."""

    UNKNOWN = "unknown"
    OK = "ok"
    EXPIRING = "certExpiring"
    EXPIRED = "certExpired"


class Ping(StrEnum):
    """Of a border controller's SIP OPTIONS."""

    UNKNOWN = "unknown"
    OK = "ok"
    EXPIRED = "expired"
    ERROR = "error"


class BorderController(msgspec.Struct, frozen=True, kw_only=True):
    """What the one behind a trunk does. It `answers` an INVITE by that SIP status, None lets the telephone ring."""

    trunk: str
    tls: Tls = Tls.OK
    ping: Ping = Ping.OK
    recent_calls: bool = True
    answers: int | None = None
    seconds: float = 0


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A Communication Services user. Tokens issued before `tokens_valid_from` are revoked."""

    id: str
    resource: str
    made_at: datetime
    tokens_valid_from: datetime

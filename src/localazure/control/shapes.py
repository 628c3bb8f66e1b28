"""The control API's own JSON."""

from typing import Annotated

import msgspec

from localazure.communication.sms import LONGEST_TEXT

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TEXT)]
Number = Annotated[str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{6,14}$", examples=["+14255550123"])]
Callee = Annotated[str, msgspec.Meta(pattern=r"^(\+[1-9][0-9]{6,14}|[0-9]{5,6})$", examples=["+18335550100", "40404"])]


class SmsBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A customer writes: `to` is one of the resources' numbers."""

    sender: Number = msgspec.field(name="from")
    to: Callee
    text: Text


class SmsMade(msgspec.Struct, kw_only=True):
    message_id: str
    sender: str = msgspec.field(name="from")
    to: str


class SmsMadeList(msgspec.Struct, kw_only=True):
    items: list[SmsMade]


class InboxItem(msgspec.Struct, kw_only=True):
    """`state`: received, accepted, delivered or failed."""

    sender: str = msgspec.field(name="from")
    to: str
    text: str
    message_id: str
    state: str
    at: str


class Inbox(msgspec.Struct, kw_only=True):
    """Both directions of one customer's telephone, oldest first."""

    items: list[InboxItem]


class SentCount(msgspec.Struct, kw_only=True):
    repeatability_id: str
    to: str
    count: int


class SentCounts(msgspec.Struct, kw_only=True):
    """How many texts were really sent for each repeatable request; `total` counts those without one, too."""

    items: list[SentCount]
    total: int


class ClockBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Forward by `advance_seconds`; from then on `scale` seconds pass in a real one: 1 is real time, 0 stands still."""

    advance_seconds: Annotated[float, msgspec.Meta(ge=0, le=366 * 86_400)] | None = None
    scale: Annotated[float, msgspec.Meta(ge=0, le=86_400, examples=[60])] | None = None


class ClockNow(msgspec.Struct, kw_only=True):
    """`offset_seconds`: how far it is ahead of real time now, behind where it is negative."""

    now: str
    offset_seconds: float
    scale: float


class ApplicationBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    token_version: Annotated[int, msgspec.Meta(ge=1, le=2)] | None = None


class ApplicationMade(msgspec.Struct, kw_only=True):
    client_id: str
    tenant_id: str
    object_id: str
    service_principal_id: str


class RotateBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    drop_old: bool = False


class KeysNow(msgspec.Struct, kw_only=True):
    """The key that signs from now on, and all that are published."""

    signing: str
    published: list[str]


class AttemptMade(msgspec.Struct, kw_only=True):
    at: str
    status: int | None
    outcome: str


class DeliveryNow(msgspec.Struct, kw_only=True):
    id: str
    event_id: str
    event_type: str
    state: str
    reason: str
    published_at: str
    next_try: str | None
    attempts: list[AttemptMade]
    dead_letter: str | None = None


class DeliveryList(msgspec.Struct, kw_only=True):
    items: list[DeliveryNow]


class Done(msgspec.Struct, kw_only=True):
    ok: bool = True

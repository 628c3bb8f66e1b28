"""Event Grid: system topics, event subscriptions, the deliveries made for them."""

from datetime import datetime
from enum import StrEnum

import msgspec

from localazure.records.filters import EventFilter


class SystemTopic(msgspec.Struct, frozen=True, kw_only=True):
    subscription_id: str
    group: str
    name: str
    location: str
    source: str
    topic_type: str
    metric_resource_id: str
    made_at: datetime
    tags: dict[str, str] = {}

    @property
    def id(self) -> str:
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"
            f"/providers/Microsoft.EventGrid/systemTopics/{self.name}"
        )


class DeliveryAttribute(msgspec.Struct, frozen=True, kw_only=True):
    """A header sent with every event: a fixed `value`, or the event's own field `source_field`."""

    name: str
    kind: str
    value: str = ""
    is_secret: bool = False
    source_field: str = ""


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    tenant_id: str = ""
    application: str = ""
    max_events: int = 1
    preferred_kilobytes: int = 64
    minimum_tls: str = ""
    attributes: tuple[DeliveryAttribute, ...] = ()

    @property
    def base_url(self) -> str:
        return self.url.partition("?")[0]


class DeliverySchema(StrEnum):
    EVENT_GRID = "EventGridSchema"
    CLOUD_EVENTS = "CloudEventSchemaV1_0"


class DeadLetterPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A container of a storage account, where events go that could not be delivered."""

    account: str
    container: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller may ask of an event subscription. `ttl_minutes` and `max_attempts` end the retries."""

    destination: Destination
    filter: EventFilter
    max_attempts: int = 30
    ttl_minutes: int = 1440
    labels: tuple[str, ...] = ()
    expires_at: datetime | None = None
    schema: DeliverySchema = DeliverySchema.EVENT_GRID
    dead_letters: DeadLetterPlace | None = None


class Handshake(msgspec.Struct, frozen=True, kw_only=True):
    """A validation under way: the code an endpoint must send back, the token of the link a person may visit.

    `writer` is the object id of whoever asked for it.
    """

    code: str
    token: str
    started_at: datetime
    operation: str
    writer: str = ""


class EventSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """`settings` are in force, `asked` wait for their handshake. `id` keeps the caller's spelling."""

    id: str
    name: str
    kind: str
    topic: str
    source: str
    state: str
    made_at: datetime
    settings: Settings | None = None
    asked: Settings | None = None
    handshake: Handshake | None = None
    last_error: str = ""

    @property
    def key(self) -> str:
        return self.id.lower()


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    DROPPED = "dropped"
    DEAD_LETTERED = "dead_lettered"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is the endpoint's HTTP status, None where no answer came; `outcome` Event Grid's word for it."""

    at: datetime
    status: int | None
    outcome: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event for one subscription. `event` is its JSON text as it was published, in its topic's schema.

    `next_try` is None when nothing more will be tried, for the `reason` given. `bury_at` is then when it goes into its
    dead-letter container, `buried` the blob it lies in.
    """

    id: str
    subscription: str
    event_id: str
    event_type: str
    event: str
    published_at: datetime
    next_try: datetime | None
    data_version: str = "1.0"
    schema: DeliverySchema = DeliverySchema.EVENT_GRID
    state: DeliveryState = DeliveryState.PENDING
    attempts: tuple[Attempt, ...] = ()
    reason: str = ""
    bury_at: datetime | None = None
    buried: str = ""

    @property
    def due(self) -> datetime | None:
        """When something happens to it next."""
        return self.next_try or self.bury_at

    @property
    def lists(self) -> tuple[str, ...]:
        """Where the table of deliveries also has it: its subscription's, and of these the finished ones."""
        return (self.subscription,) if self.due else (self.subscription, finished(self.subscription))


def finished(subscription: str) -> str:
    return f"{subscription} finished"

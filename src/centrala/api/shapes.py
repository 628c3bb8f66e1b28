"""What the API takes and answers. Other people's programs rely on these shapes: add, never change."""

from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from ninja import Schema

from centrala.connection.models import Connection, EntryKey, Service
from centrala.conversations.models import Conversation, ConversationState, Direction, Message, MessageState
from centrala.inbox.models import Event, State
from centrala.numbers.models import NumberType, PhoneNumber

T = TypeVar("T")


class Page(Schema, Generic[T]):
    items: list[T]
    next: str | None  # the whole address of the next page


class Problem(Schema):
    code: str
    message: str


class Failure(Schema):
    error: Problem


class TextIn(Schema):
    text: str


class MessageOut(Schema):
    id: UUID
    direction: Direction
    text: str
    state: MessageState
    error: str | None
    created_at: datetime
    expected_at: datetime | None = None  # of a queued message: when the sender's rate lets it leave

    @classmethod
    def queued(cls, message: Message) -> "MessageOut":
        """As it was when it was queued, whatever became of it since."""
        return cls.of(message).model_copy(update={"state": MessageState.QUEUED, "error": None, "expected_at": None})

    @classmethod
    def of(cls, message: Message) -> "MessageOut":
        return cls(
            id=message.id,
            direction=Direction(message.direction),
            text=message.text,
            state=MessageState(message.state),
            error=message.error or None,
            created_at=message.created_at,
            expected_at=message.expected_at,
        )


class ConversationOut(Schema):
    """`customer` and `number` as they stand in the database: E.164, or a short code or sender's name as it came."""

    id: UUID
    customer: str
    customer_name: str
    number: str
    workstream: str | None
    queue: str | None  # where it waits, or waited last
    agent: str | None  # the username of who has it
    state: ConversationState
    unread: int
    preview: str
    opened_at: datetime
    last_message_at: datetime
    closed_at: datetime | None
    tags: list[str]
    wrap_up_codes: list[str]  # as they were called when they were chosen
    wrap_up_note: str | None

    @classmethod
    def of(cls, conversation: Conversation) -> "ConversationOut":
        return cls(
            id=conversation.id,
            customer=conversation.contact.number,
            customer_name=conversation.contact.name,
            number=conversation.number.number,
            workstream=conversation.workstream.name if conversation.workstream else None,
            queue=conversation.queue.name if conversation.queue else None,
            agent=conversation.agent.get_username() if conversation.agent else None,
            state=ConversationState(conversation.state),
            unread=conversation.unread,
            preview=conversation.preview,
            opened_at=conversation.opened_at,
            last_message_at=conversation.last_message_at,
            closed_at=conversation.closed_at,
            tags=conversation.tags,
            wrap_up_codes=conversation.codes,
            wrap_up_note=conversation.ending.note or None if conversation.ending else None,
        )


class EventOut(Schema):
    id: str  # Event Grid's own
    type: str
    subject: str
    event_time: datetime | None
    received_at: datetime
    subscription: str
    misdirected: bool
    state: State
    error: str | None
    processed_at: datetime | None

    @classmethod
    def of(cls, event: Event) -> "EventOut":
        return cls(
            id=event.event_id,
            type=event.type,
            subject=event.subject,
            event_time=event.event_time,
            received_at=event.received_at,
            subscription=event.subscription,
            misdirected=event.misdirected,
            state=State(event.state),
            error=event.error or None,
            processed_at=event.processed_at,
        )


class NumberOut(Schema):
    number: str
    type: NumberType
    receives_sms: bool
    sends_sms: bool
    receives_calls: bool
    makes_calls: bool
    synced_at: datetime | None

    @classmethod
    def of(cls, number: PhoneNumber) -> "NumberOut":
        return cls(
            number=number.number,
            type=NumberType(number.type),
            receives_sms=number.receives_sms,
            sends_sms=number.sends_sms,
            receives_calls=number.receives_calls,
            makes_calls=number.makes_calls,
            synced_at=number.synced_at,
        )


class WebhookOut(Schema):
    service: Service
    url: str


class ConnectionOut(Schema):
    """All null and empty while nothing is connected."""

    connected: bool = False
    resource_name: str | None = None
    resource_id: str | None = None
    tenant_id: str | None = None
    event_grid_app_id: str | None = None
    connected_at: datetime | None = None
    webhooks: list[WebhookOut] = []

    @classmethod
    def of(cls, connection: Connection) -> "ConnectionOut":
        entries = {entry.key: entry.value for entry in connection.entries.all()}
        endpoints = connection.endpoints.filter(retires_at=None).order_by("service")
        return cls(
            connected=True,
            resource_name=connection.resource_name,
            resource_id=connection.resource_id,
            tenant_id=entries.get(EntryKey.TENANT_ID),
            event_grid_app_id=entries.get(EntryKey.APP_ID),
            connected_at=connection.connected_at,
            webhooks=[WebhookOut(service=Service(endpoint.service), url=endpoint.url) for endpoint in endpoints],
        )

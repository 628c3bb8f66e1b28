"""What the API takes and answers. Other people's programs rely on these shapes: add, never change."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from ninja import Schema

from centrala.calls.models import Call, CallEnd, CallState
from centrala.campaigns.models import Campaign, Template
from centrala.campaigns.models import State as CampaignState
from centrala.campaigns.placeholders import places
from centrala.campaigns.results import tally
from centrala.connection.models import Connection, EntryKey, Service
from centrala.conversations.models import Conversation, ConversationState, Direction, Message, MessageState, Speaker
from centrala.inbox.models import Event, State
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.organization.models import Role, User
from centrala.recordings.models import Joined, Source
from centrala.routing.duty import Duty
from centrala.routing.models import Offer
from centrala.transcripts.showing import Said, Shown
from centrala.workstreams.models import Channel, Occasion, Presence

T = TypeVar("T")


class Page(Schema, Generic[T]):
    items: list[T]
    next: str | None  # the whole address of the next page


class Problem(Schema):
    code: str
    message: str


class Failure(Schema):
    error: Problem


FAILURES = {frozenset({400, 401, 403, 404, 422, 429}): Failure}  # of every operation


class TextIn(Schema):
    text: str


class StartIn(Schema):
    customer: str  # with its country code
    number: str  # of ours
    text: str


class DialIn(Schema):
    number: str  # with its country code, or as it is dialled in the country of the caller number
    profile: str = ""


class MessageOut(Schema):
    id: UUID
    direction: Direction
    text: str
    state: MessageState
    error: str | None
    created_at: datetime
    expected_at: datetime | None = None  # of a queued message: when the sender's rate lets it leave
    automatic: bool = False  # written by the hub itself, on the occasion
    occasion: Occasion | None = None

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
            automatic=bool(message.occasion),
            occasion=Occasion(message.occasion) if message.occasion else None,
        )


class ConversationOut(Schema):
    """`customer` and `number` as they stand in the database: E.164, or a short code or sender's name as it came."""

    id: UUID
    channel: Channel
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
            channel=Channel(conversation.channel),
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


class CallOut(Schema):
    """`conversation` is null of a call that was never answered. `customer` may be `anonymous`."""

    id: UUID
    conversation: UUID | None
    direction: Direction
    customer: str
    number: str
    state: CallState
    ending: CallEnd | None  # how it ended
    variables: dict[str, str]  # by name, what an IVR or another system sent along
    resumes: UUID | None  # the conversation of a caller who was transferred outside, and came back
    rang_at: datetime
    connected_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, call: Call) -> "CallOut":
        return cls(
            id=call.id,
            conversation=call.conversation_id,
            direction=Direction(call.direction),
            customer=call.customer,
            number=call.number,
            state=CallState(call.state),
            ending=CallEnd(call.ending) if call.ending else None,
            variables=call.variables,
            resumes=call.resumes_id,
            rang_at=call.rang_at,
            connected_at=call.connected_at,
            ended_at=call.ended_at,
        )


class RecordingOut(Schema):
    """A WAV file of two channels: `left` the customer, `right` the agents, each with who recorded it."""

    id: UUID
    call: UUID
    conversation: UUID | None
    began_at: datetime
    milliseconds: int
    left: Source
    right: Source
    size: int  # bytes
    sha256: str

    @classmethod
    def of(cls, joined: Joined) -> "RecordingOut":
        return cls(
            id=joined.id,
            call=joined.call_id,
            conversation=joined.call.conversation_id,
            began_at=joined.began_at,
            milliseconds=joined.milliseconds,
            left=Source(joined.left),
            right=Source(joined.right),
            size=joined.size,
            sha256=joined.sha256,
        )


class LineOut(Schema):
    """What somebody said; `at` is in seconds since the recording that can be listened to began, or else the call."""

    speaker: Speaker
    said_at: datetime
    at: float
    milliseconds: int
    text: str

    @classmethod
    def of(cls, line: Said) -> "LineOut":
        row = line.row
        return cls(
            speaker=Speaker(row.speaker), said_at=row.said_at, at=line.at, milliseconds=row.milliseconds, text=row.text
        )


class TranscriptOut(Schema):
    """`error` is Azure's own about why a call is not written down."""

    call: UUID
    error: str
    items: list[LineOut]

    @classmethod
    def of(cls, found: Shown) -> "TranscriptOut":
        error = found.transcript.error if found.transcript else ""
        return cls(call=found.call.pk, error=error, items=[LineOut.of(line) for line in found.lines])


class StartedOut(Schema):
    conversation: ConversationOut
    message: MessageOut


class AgentOut(Schema):
    """`presence` as colleagues see it; `taken` of the `capacity` is what work and pending offers take."""

    username: str
    name: str
    role: Role
    presence: Presence
    capacity: int
    taken: int

    @classmethod
    def of(cls, user: User, duty: Duty, *, at: datetime) -> "AgentOut":
        return cls(
            username=user.get_username(),
            name=user.display_name,
            role=Role(user.role),
            presence=duty.presence(at),
            capacity=duty.agent.capacity,
            taken=duty.load,
        )


class OfferOut(Schema):
    """Held out to an agent who has not answered yet."""

    id: int
    conversation: UUID
    agent: str
    units: int
    offered_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, offer: Offer) -> "OfferOut":
        return cls(
            id=offer.pk,
            conversation=offer.conversation_id,
            agent=offer.agent.get_username(),
            units=offer.units,
            offered_at=offer.offered_at,
            expires_at=offer.expires_at,
        )


class TemplateOut(Schema):
    id: int
    name: str
    language: str
    text: str
    placeholders: list[str]

    @classmethod
    def of(cls, template: Template) -> "TemplateOut":
        return cls(
            id=template.pk,
            name=template.name,
            language=template.language,
            text=template.text,
            placeholders=places(template.text),
        )


class CampaignOut(Schema):
    id: int
    name: str
    number: str
    text: str
    state: CampaignState
    author: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, campaign: Campaign) -> "CampaignOut":
        return cls(
            id=campaign.pk,
            name=campaign.name,
            number=campaign.number.number,
            text=campaign.text,
            state=CampaignState(campaign.state),
            author=campaign.author.get_username() if campaign.author else None,
            created_at=campaign.created_at,
            started_at=campaign.started_at,
            ended_at=campaign.ended_at,
        )


class ProgressOut(CampaignOut):
    """How many lines of its file stand where; `messages` by their state."""

    lines: int
    waiting: int
    left_out: int
    messages: dict[str, int]

    @classmethod
    def with_tally(cls, campaign: Campaign) -> "ProgressOut":
        counted = tally(campaign)
        return cls(
            **CampaignOut.of(campaign).model_dump(),
            lines=counted.total,
            waiting=counted.waiting,
            left_out=counted.left_out,
            messages=counted.states,
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


class NumberStatus(StrEnum):
    """On a workstream, ready to be put on one, or the resource owns it no longer."""

    CONNECTED = "connected"
    READY = "ready"
    INACTIVE = "inactive"


class NumberOut(Schema):
    number: str
    type: NumberType
    receives_sms: bool
    sends_sms: bool
    receives_calls: bool
    makes_calls: bool
    synced_at: datetime | None
    carrier: str | None = None  # null: Microsoft
    country: str | None = None
    monthly_cost: Decimal | None = None
    currency: str | None = None
    status: NumberStatus = NumberStatus.READY

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
            carrier=number.carrier.name if number.carrier else None,
            country=number.country or None,
            monthly_cost=number.monthly_cost,
            currency=number.currency or None,
            status=_status(number),
        )


def _status(number: PhoneNumber) -> NumberStatus:
    if number.missing_since is not None:
        return NumberStatus.INACTIVE
    return NumberStatus.CONNECTED if getattr(number, "is_used", False) else NumberStatus.READY


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

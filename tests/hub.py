"""What tests of the hub begin with: a connected resource, the cast, and events as Event Grid words them."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.utils.timezone import now

from centrala.connection.models import Connection, Endpoint, Service
from centrala.conversations.handlers import HANDLERS
from centrala.conversations.models import Conversation, ConversationState
from centrala.inbox.drain import drain
from centrala.inbox.models import Event
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.organization import actions as organization
from centrala.organization.crypto import encrypt
from centrala.organization.models import Role, User
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel, QueueKind

EVENTS = Path(__file__).parent / "events"
OURS, CUSTOMER = "+18335550100", "+14255550123"
TENANT = UUID("7a1f9c52-0000-4000-8000-00000000000a")
RESOURCE = (
    "/subscriptions/0d6b1c3a-0000-4000-8000-000000000001/resourceGroups/rg-centrala"
    "/providers/Microsoft.Communication/CommunicationServices/acs-centrala"
)
NOWHERE = "endpoint=https://localhost:1/;accesskey=bm9ib2R5IGFuc3dlcnMgaGVyZSBhdCBhbGw="


def connected(connection_string: str = NOWHERE, *, number: str = OURS) -> Connection:
    """A connection with its endpoints and one number on an SMS workstream, without asking any cloud."""
    connection = Connection.objects.create(
        resource_name="acs-centrala",
        resource_id=RESOURCE,
        encrypted_connection_string=encrypt(connection_string),
        connected_at=now(),
    )
    for service in Service:
        Endpoint.objects.create(connection=connection, service=service)
    ours = PhoneNumber.objects.create(
        connection=connection, number=number, type=NumberType.TOLL_FREE, receives_sms=True, sends_sms=True
    )
    workstreams.set_up(name="SMS", channel=Channel.SMS, numbers=[ours])
    return connection


def ala() -> User:
    return organization.add_user(username="ala", password="parasol i kot", role=Role.AGENT, first_name="Ala")


def held(state: str, at: datetime) -> dict[str, Any]:
    """What a conversation in this state has besides: its place in the default queue, or Ala."""
    if state == ConversationState.OPEN:
        return {"queue": workstreams.default_queue(QueueKind.MESSAGING), "queued_at": at}
    if state == ConversationState.CLOSED:
        return {"closed_at": at}
    return {"agent": User.objects.filter(username="ala").first() or ala(), "assigned_at": at}


def close_all() -> None:
    """Every conversation there is, the way an agent would."""
    conversations = Conversation.objects.all()
    conversations.filter(state=ConversationState.OPEN).update(
        state=ConversationState.ACTIVE, agent=User.objects.first() or ala()
    )
    conversations.filter(state=ConversationState.ACTIVE).update(state=ConversationState.WRAP_UP)
    conversations.filter(state=ConversationState.WRAP_UP).update(state=ConversationState.CLOSED, closed_at=now())


def event(name: str, *, id_: str | None = None, **data: Any) -> dict[str, Any]:
    """The fixture tests/events/NAME.json with an id of its own and other data."""
    body: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    body["id"] = id_ or str(uuid4())
    body["data"] |= data
    return body


def arrive(body: dict[str, Any] | bytes, *, type_: str | None = None, at: Service = Service.SMS) -> Event:
    """An event as the webhook leaves it in the inbox."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    parsed = json.loads(raw, strict=False)
    return Event.objects.create(
        event_id=parsed["id"],
        type=type_ or parsed["eventType"],
        subject=parsed["subject"],
        body=raw,
        endpoint=Endpoint.objects.get(service=at).pk,
        received_at=now(),
    )


def text(words: str, *, message_id: str | None = None, **data: Any) -> dict[str, Any]:
    """A customer's text; each its own message unless told otherwise."""
    return event("sms_received", message=words, messageId=message_id or f"Incoming_{uuid4()}", **data)


def drained() -> int:
    return drain(HANDLERS)

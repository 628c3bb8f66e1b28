"""Calls that were recorded, and sound to recognise them by."""

import struct
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import numpy as np
from django.utils.timezone import now

from centrala.calls.models import Call, CallEnd, CallState
from centrala.connection.models import Connection
from centrala.conversations.models import ClosingReason, Contact, Conversation, ConversationState
from centrala.inbox.drain import drain
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.recordings.told import HANDLERS
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel, QueueKind, Recorded, Workstream
from hub import CUSTOMER, OURS, arrive, event

RATE = 16_000
SERVER_CALL = "aHR0cHM6Ly9jb252"


def tone(hertz: float, seconds: float, *, loudness: float = 0.5) -> "np.ndarray[Any, np.dtype[np.int16]]":
    time = np.arange(int(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * hertz * time) * loudness * 32767).astype("<i2")


def wav(*channels: "np.ndarray[Any, np.dtype[np.int16]]", announced: int | None = None) -> bytes:
    data = np.stack(channels, axis=1).astype("<i2").tobytes()
    step, size = 2 * len(channels), len(data) if announced is None else announced
    described = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, len(channels), RATE, RATE * step, step, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + described + struct.pack("<4sI", b"data", size) + data


def pitch(sound: "np.ndarray[Any, np.dtype[np.int16]]") -> int:
    """What is heard most, in hertz; 0 for silence."""
    if not len(sound) or np.abs(sound.astype(int)).max() < 300:
        return 0
    spectrum = np.abs(np.fft.rfft(sound.astype(float)))
    return round(float(np.argmax(spectrum)) * RATE / len(sound))


def recorded_workstream(**values: Any) -> Workstream:
    """Of voice, whose calls are recorded from their beginning."""
    number = PhoneNumber.objects.get(number=OURS)
    made = workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=[number])
    for name, value in ({"recording": Recorded.AUTOMATIC} | values).items():
        setattr(made, name, value)
    made.save()
    return made


def call(
    connection: Connection,
    *,
    agent: User | None = None,
    ended: bool = True,
    began: datetime | None = None,
    workstream: Workstream | None = None,
    **values: Any,
) -> Call:
    at = began or now() - timedelta(minutes=5)
    over = at + timedelta(minutes=3)
    state: dict[str, Any] = {"state": ConversationState.ACTIVE, "agent": agent, "assigned_at": at}
    if agent is None:
        state = {"state": ConversationState.OPEN, "queued_at": at}
    if ended:
        state |= {"state": ConversationState.CLOSED, "closed_at": over, "closing_reason": ClosingReason.AGENT}
    talk = Conversation.objects.create(
        channel=Channel.VOICE,
        contact=Contact.objects.get_or_create(number=CUSTOMER)[0],
        number=PhoneNumber.objects.get(number=OURS),
        workstream=workstream,
        queue=workstreams.default_queue(QueueKind.VOICE),
        opened_at=at,
        last_message_at=at,
        **state,
    )
    told: dict[str, Any] = {"server_call_id": SERVER_CALL, "call_connection_id": "connection-1"}
    return Call.objects.create(
        connection=connection,
        conversation=talk,
        customer=CUSTOMER,
        number=OURS,
        correlation_id=str(uuid4()),
        state=CallState.ENDED if ended else CallState.CONNECTED,
        ending=CallEnd.AGENT if ended else "",
        rang_at=at,
        connected_at=at,
        ended_at=over if ended else None,
        **(told | values),
    )


def told(
    *documents: dict[str, str], recording: str = "recording-1", server_call: str = SERVER_CALL, **data: Any
) -> dict[str, Any]:
    """RecordingFileStatusUpdated of files with these addresses; `documentId` is among them, or is "document-N"."""
    chunks = [
        {"documentId": f"document-{index}", "index": index, "endReason": "SessionEnded"} | locations
        for index, locations in enumerate(documents)
    ]
    body = event("recording_file_status_updated", recordingStorageInfo={"recordingChunks": chunks}, **data)
    body["subject"] = f"/recording/call/c1/serverCallId/{server_call}/recordingId/{recording}"
    body["eventTime"] = now().isoformat()
    return body


def come(*bodies: dict[str, Any]) -> None:
    for body in bodies:
        arrive(body)
    drain(HANDLERS)

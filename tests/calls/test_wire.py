"""The media socket's packets: what is sound, what is told, and what is neither."""

import base64
import json
from typing import Any

import pytest
from azure.communication.callautomation._generated.models import StartTranscriptionRequest
from starlette.types import Message
from starlette.websockets import WebSocket

from calls.test_live_call import CALL
from centrala.calls import wire
from centrala.calls.frames import BYTES
from centrala.calls.routes import MOST_UNUSABLE, packets

FRAME = bytes(range(256)) * 2 + bytes(BYTES - 512)
METADATA = {"subscriptionId": "1", "encoding": "PCM", "sampleRate": 16000, "channels": 1, "length": 640}


def packet(kind: str, **parts: Any) -> str:
    return json.dumps({"kind": kind, **parts})


def sound(frame: bytes) -> str:
    data = {"timestamp": "2026-11-20T09:14:06.020Z", "data": base64.b64encode(frame).decode(), "silent": False}
    return packet("AudioData", audioData=data)


def test_frame_is_read_and_written_alike() -> None:
    assert wire.read(sound(FRAME)) == FRAME
    assert wire.read(wire.write(FRAME)) == FRAME


def test_metadata_and_keys_are_told() -> None:
    assert wire.read(packet("AudioMetadata", audioMetadata=METADATA)) == wire.Begun()
    assert wire.read(packet("DtmfData", dtmfData={"data": "5"})) == wire.Tone("5")
    assert wire.read(packet("SomethingNew")) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "\0",
        '{"kind": 7}',
        sound(FRAME[:-2]),
        sound(FRAME + b"\0\0"),
        sound(b""),
        packet("AudioData", audioData={"data": "not base64!"}),
        packet("AudioData", audioData={"data": None}),
        packet("AudioMetadata", audioMetadata=METADATA | {"sampleRate": 24000}),
        packet("AudioMetadata", audioMetadata=METADATA | {"channels": 2}),
        packet("AudioMetadata", audioMetadata=METADATA | {"encoding": "OPUS"}),
    ],
)
def test_what_no_call_can_go_on_with_is_unusable(text: str) -> None:
    with pytest.raises(wire.Unusable):
        wire.read(text)


async def test_socket_that_says_nothing_of_use_is_warned_of_once_and_in_words(caplog: pytest.LogCaptureFixture) -> None:
    said = [{"type": "websocket.receive", **one} for one in ({"bytes": b"\1\2"}, {"text": "no packet"})]
    coming = iter([{"type": "websocket.connect"}, *said * (MOST_UNUSABLE // 2)])

    async def receive() -> Message:
        return next(coming)

    async def send(_message: Message) -> None:
        pass

    socket = WebSocket({"type": "websocket"}, receive, send)
    await socket.accept()

    assert [told async for told in packets(socket, CALL)] == []
    [warning] = [one.getMessage() for one in caplog.records if one.name == "centrala.calls.routes"]
    assert warning.endswith("says what is of no use (told once): bytes in the place of a text")


def test_clients_own_mistake_is_not_warned_of_in_each_call_and_others_are(caplog: pytest.LogCaptureFixture) -> None:
    StartTranscriptionRequest(speech_recognition_model_endpoint_id=None)
    StartTranscriptionRequest(something_else=None)

    [warning] = caplog.messages
    assert warning.startswith("something_else is not a known attribute")

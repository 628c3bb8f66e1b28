"""What the service's media socket says and takes: JSON texts, sound in base64.

https://learn.microsoft.com/azure/communication-services/concepts/call-automation/audio-streaming-concept
"""

import base64
import binascii

import msgspec

from centrala.calls.frames import BYTES, RATE


class _Metadata(msgspec.Struct, frozen=True, rename="camel"):
    encoding: str = ""
    sample_rate: int = 0
    channels: int = 0


class _Audio(msgspec.Struct, frozen=True):
    data: str = ""
    silent: bool = False


class _Tone(msgspec.Struct, frozen=True):
    data: str = ""


class _Packet(msgspec.Struct, frozen=True, rename="camel"):
    kind: str
    audio_metadata: _Metadata | None = None
    audio_data: _Audio | None = None
    dtmf_data: _Tone | None = None


class Unusable(ValueError):
    """The socket says something that no call can go on with, or a frame that is none."""


class Tone(msgspec.Struct, frozen=True):
    """A key that the customer pressed: 0-9, *, #, A-D."""

    key: str


class Begun(msgspec.Struct, frozen=True):
    """The first thing a socket says; its sound is of a kind that we take."""


_DECODER = msgspec.json.Decoder(_Packet)
STOP = '{"kind":"StopAudio","stopAudio":{}}'


def read(text: str | bytes) -> bytes | Tone | Begun | None:
    """A frame, or what else is told; None for what is of no interest. Raises Unusable."""
    try:
        packet = _DECODER.decode(text)
    except msgspec.MsgspecError:
        raise Unusable("not a packet of a media socket") from None
    if packet.audio_data is not None:
        return _frame(packet.audio_data)
    if packet.dtmf_data is not None:
        return Tone(packet.dtmf_data.data[:1])
    if packet.audio_metadata is not None:
        return _begun(packet.audio_metadata)
    return None


def write(frame: bytes) -> str:
    return f'{{"kind":"AudioData","audioData":{{"data":"{base64.b64encode(frame).decode()}"}}}}'


def _frame(audio: _Audio) -> bytes:
    try:
        frame = base64.b64decode(audio.data, validate=True)
    except (binascii.Error, ValueError):
        raise Unusable("sound that is not base64") from None
    if len(frame) != BYTES:
        raise Unusable(f"a frame of {len(frame)} bytes instead of {BYTES}")
    return frame


def _begun(metadata: _Metadata) -> Begun:
    if (metadata.encoding.upper(), metadata.sample_rate, metadata.channels) != ("PCM", RATE, 1):
        raise Unusable(f"{metadata.encoding} with {metadata.sample_rate} Hz and {metadata.channels} channels")
    return Begun()

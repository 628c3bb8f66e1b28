"""What travels on a media streaming socket, as text.

https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/audio-streaming-quickstart
"""

import binascii
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import msgspec

from centrala_sound.frames import SILENCE, Samples, bytes_of, samples_of


class Misfit(ValueError):
    """A message that means nothing here; the text says why."""


@dataclass(frozen=True)
class Audio:
    samples: Samples


@dataclass(frozen=True)
class StopAudio:
    pass


Incoming: TypeAlias = Audio | StopAudio


def metadata(subscription: str, rate: int) -> bytes:
    sound = {"encoding": "PCM", "sampleRate": rate, "channels": 1, "length": rate // 25}
    return msgspec.json.encode({"kind": "AudioMetadata", "audioMetadata": {"subscriptionId": subscription} | sound})


class _Sound(msgspec.Struct):
    data: bytes  # base64 on the wire


class _AudioData(msgspec.Struct, rename="camel"):
    kind: str
    audio_data: _Sound


_SILENT = b64encode(bytes_of(SILENCE))
_USUAL = msgspec.json.Decoder(_AudioData)


def audio(at: datetime, samples: Samples, *, raw_id: str | None = None) -> bytes:
    """`at` is in UTC. Put together by hand: there are fifty of these in a second of every call."""
    silent = samples is SILENCE
    data = b"" if silent else bytes_of(samples)
    participant = b"" if raw_id is None else b'"participantRawID":%b,' % msgspec.json.encode(raw_id)
    return b'{"kind":"AudioData","audioData":{"timestamp":"%b",%b"data":"%b","silent":%b}}' % (
        at.replace(tzinfo=None).isoformat(timespec="microseconds").encode() + b"Z",
        participant,
        _SILENT if silent else b64encode(data),
        b"false" if data.strip(b"\0") else b"true",
    )


def key(pressed: str) -> bytes:
    return msgspec.json.encode({"kind": "DtmfData", "dtmfData": {"data": pressed}})


def read(message: bytes) -> Incoming:
    """Names in any case, because Microsoft's own samples write them in two. Raises Misfit."""
    try:
        usual = _USUAL.decode(message)
    except (msgspec.DecodeError, RecursionError):
        return _unusual(message)
    return Audio(_whole(usual.audio_data.data)) if usual.kind == "AudioData" else _unusual(message)


def _unusual(message: bytes) -> Incoming:
    body = _named(_json(message))
    match body.get("kind"):
        case str(kind) if kind.lower() == "audiodata":
            return Audio(_samples(_named(body.get("audiodata")).get("data")))
        case str(kind) if kind.lower() == "stopaudio":
            return StopAudio()
    raise Misfit("it has no kind that is known here")


def _json(message: bytes) -> object:
    try:
        return msgspec.json.decode(message)
    except (msgspec.DecodeError, RecursionError):
        raise Misfit("it is not JSON") from None


def _named(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise Misfit("an object is missing")
    return {name.lower(): one for name, one in value.items()}


def _samples(data: object) -> Samples:
    if not isinstance(data, str):
        raise Misfit("its sound is not base64")
    try:
        whole = binascii.a2b_base64(data, strict_mode=True)
    except ValueError:
        raise Misfit("its sound is not base64") from None
    return _whole(whole)


def _whole(data: bytes) -> Samples:
    if len(data) % 2:
        raise Misfit("its sound ends in the middle of a sample")
    return samples_of(data)

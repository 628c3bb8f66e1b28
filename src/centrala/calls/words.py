"""What the service's transcription socket says: JSON texts, with what was said and by whom.

https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/real-time-transcription-tutorial
"""

import msgspec

from centrala.characters import storable

TICKS = 10_000_000  # in a second: the service counts offsets and durations so
LONGEST = 24 * 3600 * TICKS
LONGEST_TEXT = 10_000  # characters
LONGEST_ID = 150


class _Metadata(msgspec.Struct, frozen=True, rename={"subscription": "subscriptionId"}):
    subscription: str = ""


class _Data(msgspec.Struct, frozen=True, rename={"who": "participantRawID", "status": "resultStatus"}):
    text: str
    offset: int
    duration: int
    who: str
    status: str


class _Packet(msgspec.Struct, frozen=True, rename={"metadata": "transcriptionMetadata", "data": "transcriptionData"}):
    kind: str
    metadata: _Metadata | None = None
    data: _Data | None = None


class Unusable(ValueError):
    """The socket says something of which no line can be made."""


class Begun(msgspec.Struct, frozen=True):
    """The first thing a socket says. `subscription` names the transcription."""

    subscription: str


class Words(msgspec.Struct, frozen=True):
    """What `who` (the service's raw id) said; not the last word about it unless `final`."""

    who: str
    text: str
    offset: int
    duration: int
    final: bool


_DECODER = msgspec.json.Decoder(_Packet)


def read(text: str | bytes) -> Begun | Words | None:
    """None for what is of no interest: another kind, or silence. Raises Unusable."""
    try:
        packet = _DECODER.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        raise Unusable("not a packet of a transcription socket") from None
    if packet.metadata is not None:
        return Begun(storable(packet.metadata.subscription)[:LONGEST_ID])
    return None if packet.data is None else _words(packet.data)


def _words(data: _Data) -> Words | None:
    status = data.status.lower()
    if status not in {"final", "intermediate"}:
        raise Unusable("words that are neither final nor intermediate")
    if not (0 <= data.offset <= LONGEST and 0 <= data.duration <= LONGEST):
        raise Unusable(f"words at {data.offset} for {data.duration}")
    if len(data.text) > LONGEST_TEXT:
        raise Unusable(f"words of {len(data.text)} characters")
    text = " ".join(storable(data.text).split())
    if not text:
        return None
    return Words(storable(data.who)[:LONGEST_ID], text, data.offset, data.duration, status == "final")

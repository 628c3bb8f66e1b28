"""The messages of a transcription.

https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/real-time-transcription-tutorial
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from localazure.calling.model import Connection, Transcript
from localazure.media.recogniser import Word

TICKS: Final = 10_000_000  # in a second: offsets and durations count them


def metadata(connection: Connection, one: Transcript) -> bytes:
    about = {
        "subscriptionId": one.id,
        "locale": one.locale,
        "callConnectionId": connection.id,
        "correlationId": connection.call.correlation_id,
    }
    return msgspec.json.encode({"kind": "TranscriptionMetadata", "transcriptionMetadata": about})


def spread(text: str, begun: float, seconds: float) -> list[Word]:
    """Each word takes as long as its letters are of all."""
    words, place, letters = [], begun, max(sum(len(word) for word in text.split()), 1)
    for word in text.split():
        length = seconds * len(word) / letters
        words.append(Word(word, place, length, 1.0))
        place += length
    return words


def data(raw_id: str, text: str, words: Sequence[Word], *, final: bool) -> bytes:
    """As sure as its words are, taken together."""
    begun = words[0].begun if words else 0.0
    seconds = words[-1].begun + words[-1].seconds - begun if words else 0.0
    told = {
        "text": text,
        "format": "display",
        "confidence": sum(word.confidence for word in words) / max(len(words), 1),
        "offset": round(begun * TICKS),
        "duration": round(seconds * TICKS),
        "words": [
            {"text": word.text, "offset": round(word.begun * TICKS), "duration": round(word.seconds * TICKS)}
            for word in words
        ],
        "participantRawID": raw_id,
        "resultStatus": "Final" if final else "Intermediate",
    }
    return msgspec.json.encode({"kind": "TranscriptionData", "transcriptionData": told})

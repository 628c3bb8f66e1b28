"""What the service's transcription socket says, and what no line can be made of."""

import json
from typing import Any

import pytest

from centrala.calls.words import LONGEST, LONGEST_TEXT, Begun, Unusable, Words, read

SAID = {
    "text": "Good  morning",
    "format": "display",
    "confidence": 0.9,
    "offset": 10_000_000,
    "duration": 20_000_000,
    "words": [{"text": "Good", "offset": 10_000_000, "duration": 5_000_000}],
    "participantRawID": "4:+14255550123",
    "resultStatus": "Final",
}


def data(**other: Any) -> str:
    return json.dumps({"kind": "TranscriptionData", "transcriptionData": SAID | other})


def test_words_are_read_with_who_spoke_and_when() -> None:
    assert read(data()) == Words("4:+14255550123", "Good morning", 10_000_000, 20_000_000, final=True)
    assert read(data(resultStatus="Intermediate")) == Words(
        "4:+14255550123", "Good morning", 10_000_000, 20_000_000, final=False
    )


def test_first_packet_names_the_transcription() -> None:
    about = {"subscriptionId": "s", "locale": "en-US", "callConnectionId": "c", "correlationId": "k"}

    assert read(json.dumps({"kind": "TranscriptionMetadata", "transcriptionMetadata": about})) == Begun("s")


@pytest.mark.parametrize("packet", [data(text="  "), '{"kind": "AudioData", "audioData": {}}', '{"kind": "Sentiment"}'])
def test_silence_and_other_kinds_are_of_no_interest(packet: str) -> None:
    assert read(packet) is None


@pytest.mark.parametrize(
    "packet",
    [
        "",
        "[]",
        "{",
        '{"kind": "TranscriptionData", "transcriptionData": {"text": "x"}}',
        "[" * 100_000,
        data(offset="now"),
        data(offset=-1),
        data(offset=LONGEST + 1),
        data(duration=-1),
        data(text="x" * (LONGEST_TEXT + 1)),
        data(resultStatus="Guess"),
        data(participantRawID=None),
    ],
)
def test_what_is_no_line_is_refused(packet: str) -> None:
    with pytest.raises(Unusable):
        read(packet)

"""One voice as text, by PocketSphinx where the extra `speech` is installed: a process of its own, since it never lets
go of Python's lock, and the sound of calls must not wait for it.

It reads frames, each after its number in the room (four bytes, little-endian), and writes a line of JSON for each piece
that it understood. The model comes with the package: English, and no other language.
https://pocketsphinx.readthedocs.io/en/latest/
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import BinaryIO, Final

import msgspec

LANGUAGES: Final = ("en",)
FRAME: Final = 644
SILENT: Final = bytes(640)
MOST_MISSING: Final = 50  # frames; where more were left out it begins anew
EARLY: Final = 0.5  # seconds of a voice between two early readings
TWICE: Final = 10 * 32_000  # bytes; what is longer than 10 s is not read a second time
A_FRAME, A_STEP = 0.02, 0.01  # seconds: of ours, and of what the decoder counts in


class Word(msgspec.Struct, frozen=True):
    """`begun` in seconds since the room was made."""

    text: str
    begun: float
    seconds: float
    confidence: float


class Understood(msgspec.Struct, frozen=True):
    words: tuple[Word, ...]
    final: bool


def installed() -> bool:
    return find_spec("pocketsphinx") is not None


def knows(locale: str) -> bool:
    return locale.partition("-")[0].lower() in LANGUAGES


class Ear:
    """Tells what it understood of a voice: again and again while somebody speaks, and last when there is a pause.

    The last word is read a second time from the beginning: by then the decoder knows how that voice sounds, which makes
    its first sentence a good deal better.
    """

    def __init__(self, tell: Callable[[Understood], None]) -> None:
        from pocketsphinx import Decoder  # type: ignore[import-untyped]  # not everybody has it

        self._tell = tell
        self._decoder = Decoder(samprate=16_000, loglevel="FATAL")
        self._next: int | None = None
        self._begin(0)

    def hear(self, number: int, sound: bytes) -> None:
        missing = 0 if self._next is None else number - self._next
        if self._next is None or not 0 <= missing <= MOST_MISSING:
            self.end()
            self._begin(number)
            missing = 0
        self._buffer += SILENT * missing + sound
        self._next = number + 1
        size = self._ends.frame_bytes
        while len(self._buffer) > size:  # the last piece stays, for `end` wants one
            self._listen(self._ends.process(self._take(size)))

    def end(self) -> None:
        """Nothing follows what was heard."""
        if self._speaking:
            self._listen(self._ends.end_stream(self._take(self._ends.frame_bytes)))
        if self._speaking:
            self._finish()

    def _begin(self, number: int) -> None:
        from pocketsphinx import Endpointer

        self._ends = Endpointer(sample_rate=16_000)
        self._buffer = self._voice = b""
        self._zero = number * A_FRAME
        self._speaking, self._begun, self._early = False, 0.0, 0.0

    def _take(self, size: int) -> bytes:
        piece, self._buffer = self._buffer[:size], self._buffer[size:]
        return piece

    def _listen(self, voice: bytes | None) -> None:
        if voice is None:
            return
        if not self._speaking:
            self._speaking, self._begun, self._early = True, self._zero + self._ends.speech_start, 0.0
            self._voice = b""
            self._decoder.start_utt()
        self._decoder.process_raw(voice)
        self._voice += voice
        self._early += len(voice) / 32_000
        if not self._ends.in_speech:
            self._finish()
        elif self._early >= EARLY:
            self._early = 0.0
            self._say(final=False)

    def _finish(self) -> None:
        self._speaking = False
        self._decoder.end_utt()
        if len(self._voice) <= TWICE:
            self._decoder.start_utt()
            self._decoder.process_raw(self._voice)
            self._decoder.end_utt()
        self._say(final=True)

    def _say(self, *, final: bool) -> None:
        if self._decoder.hyp() and (words := tuple(self._words())):
            self._tell(Understood(words, final))

    def _words(self) -> Iterator[Word]:
        """Without what is no word: pauses, breath and noise. A second way to say a word has its number behind it."""
        for one in self._decoder.seg():
            if one.word[0] in "<[+":
                continue
            seconds = (one.end_frame - one.start_frame + 1) * A_STEP
            begun = self._begun + one.start_frame * A_STEP
            yield Word(one.word.partition("(")[0], round(begun, 2), round(seconds, 2), round(min(one.prob, 1.0), 3))


def main(heard: BinaryIO, told: BinaryIO) -> None:
    """Until nothing more comes, whatever became of whoever sent it."""

    def tell(what: Understood) -> None:
        told.write(msgspec.json.encode(what) + b"\n")
        told.flush()

    ear = Ear(tell)
    while len(frame := heard.read(FRAME)) == FRAME:
        ear.hear(int.from_bytes(frame[:4], "little"), frame[4:])
    ear.end()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with the sound, and says the last words before
    os.nice(5)
    main(sys.stdin.buffer, sys.stdout.buffer)

"""What the voices of a call say, by one recogniser for each; the room never waits for them."""

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import msgspec

from centrala_sound.frames import SECONDS, SILENCE, Frame, bytes_of
from localazure.media.recogniser import Understood
from localazure.media.room import Moment

log = logging.getLogger(__name__)

MOST_VOICES: Final = 4  # of a call, as an unmixed stream has: each has a process with its model, 120 MB
MOST_WAITING: Final = 1_500  # frames, 30 s: what comes on top is dropped
PATIENCE: Final = 20.0  # seconds for the last words, then it is ended
TRIES: Final = 3  # processes for one voice, where they break off
LONGEST_LINE: Final = 1 << 20  # bytes: all the words of somebody who speaks without a pause

Told = Callable[[str, Understood], None]


class Recognising:
    """Told each moment of a room. Only a sound that is not scripted costs a recogniser; applications are not heard."""

    def __init__(self, told: Told) -> None:
        self.dropped = 0  # frames with sound that no recogniser took in time
        self._told = told
        self._voices: dict[str, Voice] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def hear(self, moment: Moment, scripted: Mapping[str, float]) -> None:
        """What a party says until the time in `scripted`, in seconds of the room, is known and not listened to."""
        for raw_id, frame in moment.uninjected.items():
            known = (moment.number - 1) * SECONDS <= scripted.get(raw_id, -1)  # the last frame may be a part of one
            self._hear(raw_id, moment.number, SILENCE if known else frame)
        for raw_id in self._voices.keys() - moment.voices.keys():
            self._end(raw_id)

    def pause(self) -> None:
        """Whoever speaks is understood to here."""
        for raw_id in tuple(self._voices):
            self._end(raw_id)

    async def close(self) -> None:
        """The last words are told before."""
        self.pause()
        if self._ending:
            await asyncio.wait(self._ending)

    def _hear(self, raw_id: str, number: int, frame: Frame) -> None:
        voice = self._voices.get(raw_id)
        if voice is None and frame is not SILENCE and len(self._voices) < MOST_VOICES:
            voice = self._voices[raw_id] = Voice(lambda understood: self._told(raw_id, understood))
        taken = voice is not None and voice.take(number, frame)
        if not taken and frame is not SILENCE:
            if not self.dropped:
                log.warning("sound is not transcribed: recognisers fall behind, or too many speak in one call")
            self.dropped += 1

    def _end(self, raw_id: str) -> None:
        task = asyncio.create_task(self._voices.pop(raw_id).end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


class Voice:
    """One recogniser's process, and another where it breaks off. What was on its way to it is lost then."""

    def __init__(self, told: Callable[[Understood], None]) -> None:
        self._told = told
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        self._over = False  # it has been told that nothing follows
        self._work = asyncio.create_task(self._run())

    def take(self, number: int, frame: Frame) -> bool:
        """Whether it does."""
        if self._frames.full() or self._work.done():
            return False
        self._frames.put_nowait(number.to_bytes(4, "little") + bytes_of(frame))
        return True

    async def end(self) -> None:
        ending = asyncio.create_task(self._frames.put(None))
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.wait({ending, self._work}, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.shield(self._work)
        except TimeoutError:
            log.warning("a recogniser did not say its last words in time, and was ended")
        finally:
            ending.cancel()
            self._work.cancel()

    async def _run(self) -> None:
        for left in range(TRIES - 1, -1, -1):
            await self._listen()
            if self._over:
                return
            what = "another begins" if left else "that voice is not transcribed any more"
            log.warning("a recogniser broke off: %s", what)

    async def _listen(self) -> None:
        """By one process, until it ends."""
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "localazure.media.recogniser")
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=LONGEST_LINE)
        assert process.stdin
        assert process.stdout
        writing = asyncio.create_task(self._write(process.stdin))
        try:
            await self._read(process.stdout)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _write(self, line: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):  # that it is gone, its silence tells
            while (frame := await self._frames.get()) is not None:
                line.write(frame)
                await line.drain()
            self._over = True
            line.close()

    async def _read(self, line: asyncio.StreamReader) -> None:
        while (said := await line.readline()).endswith(b"\n"):  # the last one of a process that was killed may not
            self._told(msgspec.json.decode(said, type=Understood))

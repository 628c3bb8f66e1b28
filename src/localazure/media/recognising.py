"""What the voices of a call say, by one recogniser for each; the room never waits for them."""

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from centrala_sound.frames import SECONDS, SILENCE, Frame, bytes_of
from localazure.media.recogniser import Understood
from localazure.media.room import Moment

log = logging.getLogger(__name__)

MOST_VOICES: Final = 4  # of a call, as an unmixed stream has: each has a process with its model, 120 MB
MOST_WAITING: Final = 1_500  # frames, 30 s: what comes on top is dropped
PATIENCE: Final = 20.0  # seconds for the last words, then it is ended

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
    """One recogniser's process."""

    def __init__(self, told: Callable[[Understood], None]) -> None:
        self._told = told
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        self._work = asyncio.create_task(self._run())

    def take(self, number: int, frame: Frame) -> bool:
        """Whether it does."""
        if self._frames.full():
            return False
        self._frames.put_nowait(number.to_bytes(4, "little") + bytes_of(frame))
        return True

    async def end(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._frames.put(None)
                await asyncio.shield(self._work)
        except TimeoutError:
            log.warning("a recogniser did not say its last words in time, and was ended")
        finally:
            self._work.cancel()

    async def _run(self) -> None:
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "localazure.media.recogniser")
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        assert process.stdin
        assert process.stdout
        reading = asyncio.create_task(self._read(process.stdout))
        try:
            await self._write(process.stdin)
            await reading
        except ConnectionError:
            log.warning("a recogniser broke off: that voice is not transcribed any more")
        finally:
            reading.cancel()
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _write(self, line: asyncio.StreamWriter) -> None:
        while (frame := await self._frames.get()) is not None:
            line.write(frame)
            await line.drain()
        line.close()

    async def _read(self, line: asyncio.StreamReader) -> None:
        while said := await line.readline():
            self._told(msgspec.json.decode(said, type=Understood))

"""Calls of two parties, a caller and an application whose socket takes and brings a frame every 20 ms, over TLS.

The rooms, their metronome and their sockets are those of the local cloud, in this process; the application answers in
another.
"""

import asyncio
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from bench.figures import Figure, Size
from centrala_sound.frames import SECONDS, SILENCE, Frame
from centrala_sound.sounds import tone
from localazure.certificates import Authority
from localazure.media.metronome import Metronome
from localazure.media.room import Room
from localazure.media.streaming import Options, Streaming

GOAL_ROOMS = 480  # 240 calls in half a processor
LATE_MILLISECONDS = 20
SECONDS_MEASURED = 4
CALLER, APPLICATION = "4:+14255550123", "8:acs:application"


class Caller:
    """Says a tone without end and counts what it hears."""

    injected = False
    voice = tone(440, seconds=1)

    def __init__(self) -> None:
        self.frames = self.heard = 0

    def speak(self) -> Frame | None:
        self.frames += 1
        return self.voice.frame(self.frames, loop=True)

    def hear(self, frame: Frame) -> None:
        self.heard += frame is not SILENCE


def measure(size: Size) -> Iterator[Figure]:
    with TemporaryDirectory(prefix="bench-") as folder:
        authority = Authority(Path(folder))
        authority.issue(Path(folder))
        command = [sys.executable, "-m", "bench.media_application", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as application:
            try:
                assert application.stdout is not None
                port = int(application.stdout.readline())
                context = ssl.create_default_context(cafile=str(authority.certificate))
                each, metronome, heard = uvloop.run(_calls(size, f"wss://127.0.0.1:{port}/", context))
            finally:
                application.terminate()
    lateness = metronome.lateness
    yield Figure(
        key="media.rooms_per_core",
        value=SECONDS / each,
        least=GOAL_ROOMS,
        how=f"{size.rooms} rooms for {SECONDS_MEASURED} s use {each * 1e6:.0f} us of a processor for a frame each way",
        beside=f"{heard:.1%} of the application's frames were heard",
    )
    yield Figure(
        key="media.late_p99_ms",
        value=lateness.milliseconds(0.99),
        most=LATE_MILLISECONDS,
        how=f"of {lateness.beats} beats; the latest {lateness.milliseconds(1)} ms",
    )


async def _calls(size: Size, url: str, context: ssl.SSLContext) -> tuple[float, Metronome, float]:
    """The processor's seconds for a beat of one room, and the share of the application's frames that were heard."""
    callers = [Caller() for _ in range(size.rooms)]
    async with AsyncExitStack() as stack:
        rooms = [await stack.enter_async_context(_room(caller, url, context)) for caller in callers]
        metronome = Metronome()
        for room in rooms:
            metronome.add(room)
        await asyncio.sleep(1)  # every queue has its cushion
        used, beats, heard = time.process_time(), _beats(callers), _heard(callers)
        await asyncio.sleep(SECONDS_MEASURED)
        beats = _beats(callers) - beats
        each, share = (time.process_time() - used) / beats, (_heard(callers) - heard) / beats
        for room in rooms:
            metronome.remove(room)
    return each, metronome, share


def _beats(callers: list[Caller]) -> int:
    return sum(caller.frames for caller in callers)


def _heard(callers: list[Caller]) -> int:
    return sum(caller.heard for caller in callers)


@asynccontextmanager
async def _room(caller: Caller, url: str, context: ssl.SSLContext) -> AsyncIterator[Room]:
    room = Room()
    room.join(CALLER, caller)
    started = asyncio.Event()
    options = Options(url=url, subscription="bench", headers={}, bidirectional=True, context=context)
    streaming = Streaming(
        options, room=room, raw_id=APPLICATION, now=lambda: datetime.now(UTC), told=lambda *_: started.set()
    )
    running = asyncio.create_task(streaming.run())
    await started.wait()
    if not streaming.active:
        raise RuntimeError("the application does not answer")
    yield room
    streaming.stop()
    await running

"""The channels of a WAV file while it is made: who speaks in them is known only at its end.

Each channel has a file of its own, opened only to add some seconds to it, so that hundreds of recordings need no file
descriptors; at the end they become one.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import numpy as np

from centrala_sound import wav
from centrala_sound.frames import BYTES, SILENCE, Frame, bytes_of

BUFFERED = 250  # frames, five seconds
BLOCK = 50 * 60 * BYTES  # bytes of each channel that are woven together at a time, a minute


class Tracks:
    def __init__(self, path: Path, names: Sequence[str], *, most: int) -> None:
        """The channels of `names` are there from the start; others come as they are met, `most` in all."""
        self.path = path
        self.frames = 0
        self._most = most
        self._waiting: dict[str, list[bytes]] = {}
        self._files: dict[str, Path] = {}
        self.meet(names)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._waiting)

    @property
    def step(self) -> int:
        """Bytes that another frame adds."""
        return BYTES * max(len(self._waiting), 1)

    @property
    def size(self) -> int:
        return wav.HEADER_BYTES + self.frames * self.step

    def meet(self, names: Iterable[str]) -> None:
        for name in islice((one for one in names if one not in self._waiting), self._most - len(self._waiting)):
            self._waiting[name] = []
            self._files[name] = self.path.with_suffix(f".{len(self._files)}")
            self._write(name, bytes(self.frames * BYTES))

    def add(self, voices: Mapping[str, Frame]) -> None:
        """The voice of nobody who has a channel is lost; who has one and says nothing is silent."""
        for name, waiting in self._waiting.items():
            waiting.append(bytes_of(voices.get(name, SILENCE)))
        self.frames += 1
        if self.frames % BUFFERED == 0:
            self.flush()

    def flush(self) -> None:
        for name, waiting in self._waiting.items():
            self._write(name, b"".join(waiting))
            waiting.clear()

    def finish(self) -> None:
        """Makes the file of all channels and removes those of each. Takes a while where it is long.

        A channel that a full disk cut short is filled up with silence.
        """
        self.flush()
        with ExitStack() as open_files, self.path.open("wb") as target:
            parts = [open_files.enter_context(path.open("rb")) for path in self._files.values()]
            target.write(wav.header(self._longest() * len(parts), channels=max(len(parts), 1)))
            for _ in range(0, self._longest(), BLOCK):
                target.write(_woven([part.read(BLOCK) for part in parts]))
        for path in self._files.values():
            path.unlink()

    def _write(self, name: str, data: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._files[name].open("ab") as file:
            file.write(data)

    def _longest(self) -> int:
        return max((path.stat().st_size for path in self._files.values()), default=0)


def _woven(blocks: Sequence[bytes]) -> bytes:
    """A sample of each in turn."""
    longest = max(len(block) for block in blocks)
    longest += longest % 2
    return np.stack([np.frombuffer(block.ljust(longest, b"\0"), "<i2") for block in blocks], axis=1).tobytes()

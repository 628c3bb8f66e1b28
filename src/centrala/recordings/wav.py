"""WAV files: RIFF with PCM of 16 bits. Python's own `wave` breaks at damaged sizes."""

import struct
from dataclasses import dataclass
from typing import IO, Final

PCM, EXTENSIBLE = 1, 0xFFFE  # the latter where the kind stands further on
BITS: Final = 16
HEADER_BYTES: Final = 44
LONGEST_DESCRIPTION = 4096
MOST_CHANNELS = 32
UNKNOWN = 0xFFFFFFFF  # how much sound there is, of a file that was still being written


class NotWav(ValueError):
    """No WAV file, or of a kind that is not kept."""


@dataclass(frozen=True)
class Wav:
    """`start` is the first byte of the sound; `announced` says how many bytes of it there are, `there` how many the
    file has."""

    channels: int
    rate: int
    start: int
    announced: int
    there: int

    @property
    def step(self) -> int:
        return self.channels * BITS // 8

    @property
    def samples(self) -> int:
        """Of each channel, as many as are there."""
        return min(self.announced, self.there) // self.step

    @property
    def is_cut_off(self) -> bool:
        return self.announced != UNKNOWN and self.there < self.announced


def read(file: IO[bytes], size: int) -> Wav:
    """Of an open file, from its beginning. Raises NotWav."""
    start = file.read(12)
    if len(start) < 12 or start[:4] != b"RIFF" or start[8:] != b"WAVE":
        raise NotWav
    described: tuple[int, int] | None = None
    place = 12
    while True:
        file.seek(place)
        heading = file.read(8)
        if len(heading) < 8:
            raise NotWav
        name, length = struct.unpack("<4sI", heading)
        place += 8
        if name == b"fmt ":
            described = _described(file.read(min(length, LONGEST_DESCRIPTION)))
        elif name == b"data" and described:
            channels, rate = described
            return Wav(channels, rate, start=place, announced=length, there=max(0, size - place))
        place += length + length % 2


def _described(body: bytes) -> tuple[int, int]:
    if len(body) < 16:
        raise NotWav
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if kind == EXTENSIBLE and len(body) >= 26:
        [kind] = struct.unpack_from("<H", body, 24)
    if kind != PCM or bits != BITS or not 0 < channels <= MOST_CHANNELS or not rate:
        raise NotWav
    return channels, rate


def header(data_bytes: int, *, rate: int, channels: int = 1) -> bytes:
    """The first 44 bytes of a file whose samples are interleaved."""
    step = channels * BITS // 8
    described = struct.pack("<4sIHHIIHH", b"fmt ", 16, PCM, channels, rate, rate * step, step, BITS)
    begun = struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + data_bytes, b"WAVE")
    return begun + described + struct.pack("<4sI", b"data", data_bytes)

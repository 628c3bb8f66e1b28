"""WAV files: RIFF with PCM of 16 bits. Python's own `wave` breaks at damaged sizes."""

import struct
from dataclasses import dataclass
from typing import Final

from centrala_sound.frames import RATE, Samples, bytes_of, samples_of

PCM, EXTENSIBLE = 1, 0xFFFE  # the latter where the kind stands further on
HEADER_BYTES: Final = 44
UNKNOWN: Final = 0xFFFFFFFF  # how much sound there is


class UnfitSound(ValueError):
    """A sound, a text or a key that cannot be played; the message says why."""


@dataclass(frozen=True)
class Wav:
    kind: int
    channels: int
    rate: int
    bits: int
    announced: int  # bytes of sound
    data: bytes
    block: int = 0  # bytes of a sample of all channels, as the header says
    length: int = 0  # of the whole file but for its first 8 bytes, as the header says
    needed: int = 0  # so long it is at least, to the end of the sound that is there

    @property
    def seconds(self) -> float:
        return self.announced / (self.rate * self.channels * self.bits / 8)

    @property
    def is_cut_off(self) -> bool:
        """Not so where the size is unknown, as of a file that was written into a pipe."""
        return self.announced != UNKNOWN and len(self.data) < self.announced

    @property
    def is_damaged(self) -> bool:
        """What the header says of the sound cannot be."""
        return self.block != self.channels * self.bits // 8 or self.length < self.needed


def read(content: bytes) -> Wav:
    """Raises UnfitSound for what is no WAV file; it may still be of a kind that nobody here plays."""
    if len(content) < 12 or content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise UnfitSound("is not a WAV file")
    described: tuple[int, ...] | None = None
    place = 12
    while place + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, place)
        place += 8
        if name == b"fmt " and size >= 16 and place + size <= len(content):
            described = _described(content[place : place + size])
        elif name == b"data" and described:
            kind, channels, rate, block, bits = described
            data = content[place : place + size]
            [length] = struct.unpack_from("<I", content, 4)
            needed = place + len(data) - 8
            return Wav(kind, channels, rate, bits, size, data, block=block, length=length, needed=needed)
        place += size + size % 2
    raise UnfitSound(f"is a WAV file without {'sound' if described else 'a description of its sound'}")


def _described(body: bytes) -> tuple[int, ...]:
    kind, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", body)
    if kind == EXTENSIBLE and len(body) >= 26:
        [kind] = struct.unpack_from("<H", body, 24)
    if not (channels and rate and bits):
        raise UnfitSound("is a WAV file of no channels, samples or bits")
    return kind, channels, rate, block, bits


def samples_in(wav: Wav, *, longest_seconds: float) -> Samples:
    """What Call Automation plays: PCM of 16 bits, one channel, 16 kHz. Raises UnfitSound for anything else.

    https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/play-action
    """
    unfit = {
        f"is compressed (kind {wav.kind}) instead of PCM": wav.kind != PCM,
        f"has {wav.channels} channels instead of one": wav.channels != 1,
        f"has samples of {wav.bits} bits instead of 16": wav.bits != 16,
        f"has {wav.rate} samples a second instead of {RATE}": wav.rate != RATE,
        "is empty": not wav.announced,
        f"is cut off, {len(wav.data)} of {wav.announced} bytes are there": len(wav.data) < wav.announced,
        "ends in the middle of a sample": wav.announced % 2 == 1,
        f"is longer than {longest_seconds / 60:g} minutes": wav.seconds > longest_seconds,
    }
    if reasons := [reason for reason, so in unfit.items() if so]:
        raise UnfitSound(" and ".join(reasons))
    return samples_of(wav.data)


def header(data_bytes: int, *, channels: int = 1) -> bytes:
    """The first 44 bytes of a file whose samples are interleaved."""
    step = 2 * channels
    described = struct.pack("<4sIHHIIHH", b"fmt ", 16, PCM, channels, RATE, RATE * step, step, 16)
    begun = struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + data_bytes, b"WAVE")
    return begun + described + struct.pack("<4sI", b"data", data_bytes)


def written(samples: Samples, *, channels: int = 1) -> bytes:
    data = bytes_of(samples)
    return header(len(data), channels=channels) + data

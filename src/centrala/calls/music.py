"""What a caller hears while nobody talks, as long as no recording of one's own is there: a slow melody, made once."""

from functools import lru_cache

from centrala.calls.frames import BYTES, RATE

BEAT = 0.48  # seconds
LOUDNESS = 0.16  # of what a frame can hold
# A note's half-tones above A3 for each beat; None: the one before rings on.
MELODY = (7, 12, 16, 12, 5, 9, 14, 9, 7, 11, 14, 11, 12, 7, 4, None)
BASS = (0, None, None, None, -7, None, None, None, -5, None, None, None, 0, None, None, None)
A3 = 220.0
RING_SECONDS, RING_EVERY, RING_HERTZ = 1.0, 4.0, 425.0  # as in most of Europe: ITU-T E.180


@lru_cache(maxsize=1)
def ring_back() -> list[bytes]:
    """Frames of what an agent hears while it rings at the customer's; they may be played round and round."""
    import numpy as np

    time = np.arange(int(RING_EVERY * RATE)) / RATE
    edge = np.clip(np.minimum(time, RING_SECONDS - time) / 0.01, 0, 1)  # no click where it begins and ends
    tone = np.sin(2 * np.pi * RING_HERTZ * time)
    samples = (tone * edge * LOUDNESS * 32767).astype("<i2").tobytes()
    return [samples[at : at + BYTES] for at in range(0, len(samples), BYTES)]


@lru_cache(maxsize=1)
def melody() -> list[bytes]:
    """Frames that may be played round and round."""
    import numpy as np  # with the first call that waits: most processes never have one

    length = int(len(MELODY) * BEAT * RATE)
    length -= length % (BYTES // 2)
    sound = np.zeros(length)
    for notes, strength in ((MELODY, 1.0), (BASS, 0.7)):
        for beat, note in enumerate(notes):
            if note is not None:
                start = int(beat * BEAT * RATE)
                time = np.arange(int(2.4 * RATE)) / RATE
                tone = sum(np.sin(2 * np.pi * A3 * 2 ** (note / 12) * n * time) / n**2 for n in (1, 2, 3))
                heard = strength * tone * np.exp(-1.6 * time) * np.minimum(time / 0.01, 1)
                np.add.at(sound, (start + np.arange(len(heard))) % length, heard)  # its end rings into the beginning
    samples = (sound / np.abs(sound).max() * LOUDNESS * 32767).astype("<i2").tobytes()
    return [samples[at : at + BYTES] for at in range(0, len(samples), BYTES)]

"""What a caller hears while nobody talks, as long as no recording of one's own is there: a slow melody, made once."""

from functools import lru_cache

from centrala.calls.frames import BYTES, RATE

BEAT = 0.48  # seconds
LOUDNESS = 0.16  # of what a frame can hold
# A note's half-tones above A3 for each beat; None: the one before rings on.
MELODY = (7, 12, 16, 12, 5, 9, 14, 9, 7, 11, 14, 11, 12, 7, 4, None)
BASS = (0, None, None, None, -7, None, None, None, -5, None, None, None, 0, None, None, None)
A3 = 220.0


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

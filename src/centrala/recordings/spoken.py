"""Whether anybody speaks in a voicemail."""

from pathlib import Path

from centrala.recordings import wav

SECONDS = 0.5  # of sound, together; a click of the line is shorter
QUIET = -45.0  # decibels; what is below is the line's own noise
WINDOW = 320  # samples, 20 ms


def is_spoken(path: Path) -> bool:
    """Of a file of one channel, which the hub wrote itself."""
    import numpy as np  # here alone: most processes never keep a voicemail

    with path.open("rb") as file:
        sound = wav.read(file, path.stat().st_size)
    samples = np.memmap(path, dtype="<i2", mode="r", offset=sound.start, shape=(sound.samples,))
    whole = len(samples) // WINDOW * WINDOW
    windows = samples[:whole].reshape(-1, WINDOW).astype(np.float32) / 32768
    loud = np.mean(windows**2, axis=1) > 10 ** (QUIET / 10)
    return bool(loud.sum() * WINDOW >= SECONDS * sound.rate)

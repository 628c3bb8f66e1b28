"""Sound as it travels: 20 ms of PCM16 little-endian mono at 16 kHz, 640 bytes."""

RATE = 16_000
MILLISECONDS = 20
SAMPLES = RATE * MILLISECONDS // 1000
BYTES = SAMPLES * 2
SILENCE = bytes(BYTES)
SECONDS = MILLISECONDS / 1000

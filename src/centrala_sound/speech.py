"""Text as sound, by eSpeak NG where the extra `speech` is installed; else one tone for each word.

https://github.com/espeak-ng/espeak-ng/blob/master/src/include/espeak-ng/speak_lib.h
"""

import ctypes
import logging
import re
import zlib
from functools import cache, lru_cache
from importlib.util import find_spec
from threading import Lock
from typing import Final

from centrala_sound.frames import RATE, samples_of
from centrala_sound.resampling import resampled
from centrala_sound.sounds import Sound, joined, tone
from centrala_sound.wav import UnfitSound

log = logging.getLogger(__name__)

LONGEST: Final = 4_000  # characters
VOICES: Final = {"en": "en-us", "pl": "pl"}

SYNCHRONOUS, NEVER_EXIT, BY_CHARACTER, UTF_8 = 2, 0x8000, 1, 1
Heard = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


def installed() -> bool:
    return _voice() is not None


def languages() -> tuple[str, ...]:
    return tuple(VOICES)


@lru_cache(maxsize=64)
def say(text: str, language: str = "en") -> Sound:
    """The same text is rendered once. The language may have a region, as in pl-PL. Raises UnfitSound for a text that
    is too long or has nothing in it, and for a language without a voice."""
    voice = VOICES.get(language.partition("-")[0].lower())
    if voice is None:
        raise UnfitSound(f"There is no voice for '{language}'. Fix: use one of {', '.join(VOICES)}.")
    if not text.strip() or len(text) > LONGEST:
        raise UnfitSound(f"A text to be said has 1 to {LONGEST} characters.")
    espeak = _voice()
    return espeak.say(text, voice) if espeak else _tones(text)


class Espeak:
    """The library keeps one state for the process: one text at a time."""

    def __init__(self, library: ctypes.CDLL, data: str) -> None:
        """Raises OSError where it does not find its voices."""
        self._library = library
        self._lock = Lock()
        self._parts: list[bytes] = []
        self._heard = Heard(self._hear)  # kept: the library calls it later
        self._rate = int(library.espeak_Initialize(SYNCHRONOUS, 0, data.encode(), NEVER_EXIT))
        if self._rate <= 0:
            raise OSError("eSpeak NG does not find its voices")
        library.espeak_SetSynthCallback(self._heard)

    def say(self, text: str, voice: str) -> Sound:
        data = text.replace("\0", " ").encode(errors="replace")
        with self._lock:
            self._parts.clear()
            if self._library.espeak_SetVoiceByName(voice.encode()):
                raise UnfitSound(f"eSpeak NG has no voice '{voice}'.")
            size = ctypes.c_size_t(len(data) + 1)
            self._library.espeak_Synth(data, size, 0, BY_CHARACTER, 0, UTF_8, None, None)
            samples = samples_of(b"".join(self._parts))
        return Sound("speech", resampled(samples, self._rate, RATE))

    def _hear(self, samples: int | None, many: int, _events: int | None) -> int:
        if samples and many > 0:
            self._parts.append(ctypes.string_at(samples, 2 * many))
        return 0


@cache
def _voice() -> Espeak | None:
    if find_spec("espeakng_loader") is None:
        log.warning("texts are played as tones: the extra is not installed. Fix: pip install 'centrala[speech]'")
        return None
    import espeakng_loader  # type: ignore[import-untyped]  # not everybody has it

    try:
        return Espeak(ctypes.CDLL(espeakng_loader.get_library_path()), espeakng_loader.get_data_path())
    except (OSError, RuntimeError) as error:
        log.warning("texts are played as tones: %s", error)
        return None


def _tones(text: str) -> Sound:
    """About as long as the text would be, the same for the same words."""
    gap = tone(seconds=0.08)
    return joined("tones", *(part for word in re.findall(r"\w+", text) or ["?"] for part in (_note(word), gap)))


def _note(word: str) -> Sound:
    pitch = 300 + zlib.crc32(word.encode(errors="replace")) % 24 * 50
    return tone(pitch, seconds=0.08 + 0.04 * min(len(word), 15))

"""Sounds from files, from tones and from text."""

import struct
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centrala_sound import speech
from centrala_sound.frames import LENGTH, RATE, level
from centrala_sound.hearing import dominant, key_in
from centrala_sound.sounds import KEYS, Sound, busy, dtmf, from_wav, ring_back, tone
from centrala_sound.wav import UnfitSound, written
from media.tones import largest_step, sine, strength


def wav(samples, *, channels=1, bits=16, rate=RATE, announced=None, kind=1, before=b""):
    data = samples.tobytes()
    size = len(data) if announced is None else announced
    step = channels * bits // 8
    body = struct.pack("<HHIIHH", kind, channels, rate, rate * step, step, bits)
    if kind == 0xFFFE:
        body += struct.pack("<HHIH", 22, bits, 4, 1) + bytes(14)
    head = struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + before + struct.pack("<4sI", b"fmt ", len(body))
    return head + body + struct.pack("<4sI", b"data", size) + data


SAMPLES = sine(440, 0.1)


def test_wav_file_is_played_as_it_is():
    sound = from_wav(wav(SAMPLES), "https://example.org/prompts/hello.wav")

    assert (sound.name, sound.seconds) == ("hello.wav", 0.1)
    assert np.array_equal(sound.samples, SAMPLES)


def test_wav_file_that_we_write_is_read_again():
    assert np.array_equal(from_wav(written(SAMPLES)).samples, SAMPLES)
    assert written(SAMPLES) == wav(SAMPLES)


@pytest.mark.parametrize("before", [b"LIST\x03\0\0\0abc\0", b"junk\0\0\0\0"])
def test_wav_file_with_other_parts_and_the_long_description_is_played(before):
    assert np.array_equal(from_wav(wav(SAMPLES, kind=0xFFFE, before=before)).samples, SAMPLES)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is not a WAV file"),
        (b"ID3\x04" + bytes(100), "is not a WAV file"),
        (wav(SAMPLES)[:12], "is a WAV file without a description of its sound"),
        (wav(SAMPLES)[:36], "is a WAV file without sound"),
        (wav(SAMPLES, rate=0), "is a WAV file of no channels, samples or bits"),
        (wav(SAMPLES, kind=7), "is compressed (kind 7) instead of PCM"),
        (wav(SAMPLES, channels=2), "has 2 channels instead of one"),
        (wav(SAMPLES, rate=8_000), "has 8000 samples a second instead of 16000"),
        (
            wav(SAMPLES, bits=8, rate=44_100),
            "has samples of 8 bits instead of 16 and has 44100 samples a second instead of 16000",
        ),
        (wav(SAMPLES[:0]), "is empty"),
        (wav(SAMPLES, announced=6_400), "is cut off, 3200 of 6400 bytes are there"),
        (wav(SAMPLES, announced=3_199), "ends in the middle of a sample"),
        (wav(np.zeros(30 * 60 * RATE + 1, np.int16)), "is longer than 30 minutes"),
    ],
)
def test_file_that_is_no_such_sound_is_refused_with_the_reason(data, why):
    with pytest.raises(UnfitSound) as refused:
        from_wav(data, "prompt.wav")

    assert str(refused.value) == f"prompt.wav {why}."


@settings(max_examples=50)
@given(st.integers(0, 43), st.binary(min_size=1, max_size=8))
def test_damaged_header_is_refused_or_read_but_never_breaks(place, junk):
    data = wav(SAMPLES)

    with suppress(UnfitSound):
        from_wav(data[:place] + junk + data[place + len(junk) :])


def heard(sound, frames, *, loop=False):
    return [sound.frame(number, loop=loop) for number in range(frames)]


def test_loop_goes_on_in_the_middle_of_a_frame():
    sound = Sound("", sine(400, 0.03))  # one frame and a half, whole periods

    looped = np.concatenate(heard(sound, 100, loop=True))

    assert np.abs(looped - sine(400, 2)).max() <= 1


def test_sound_that_ends_high_falls_off_within_its_last_frame():
    first, last, none = heard(Sound("", np.full(LENGTH + 100, 10_000, np.int16)), 3)

    assert none is None
    assert largest_step(np.concatenate([first, last])) <= 251
    assert not last[150:].any()


@pytest.mark.parametrize("loop", [False, True])
def test_empty_sound_has_no_frames(loop):
    assert heard(Sound("", SAMPLES[:0]), 2, loop=loop) == [None, None]


def test_tone_begins_and_ends_softly():
    sound = tone(1000, seconds=0.5)

    assert strength(sound.samples[1_600:4_800], 1000) == pytest.approx(9_000, rel=0.001)
    assert np.abs(sound.samples[[0, 1, -2, -1]]).max() < 100


@pytest.mark.parametrize("key", KEYS)
def test_key_sounds_as_its_two_tones(key):
    assert key_in(dtmf(key).samples[320:640]) == key


def test_what_is_no_key_has_no_sound():
    with pytest.raises(UnfitSound, match="'X' is no key"):
        dtmf("12x")


def test_tones_of_the_exchange_keep_their_cadence():
    assert (ring_back().seconds, busy().seconds) == (6, 1)
    assert [round(strength(ring_back().samples[: 2 * RATE], hertz), -3) for hertz in (440, 480)] == [4_000, 4_000]
    assert not busy().samples[RATE // 2 :].any()


needs_voices = pytest.mark.skipif(not speech.installed(), reason="the extra speech is not installed")


@needs_voices
@pytest.mark.parametrize(("language", "text"), [("en", "Where is my parcel?"), ("pl-PL", "Gdzie jest moja paczka?")])
def test_text_becomes_speech_of_a_reasonable_length_and_loudness(language, text):
    sound = speech.say(text, language)

    assert 0.8 < sound.seconds < 3
    assert -30 < level(sound.samples) < -10
    assert 60 < dominant(sound.samples) < 1_000


@needs_voices
def test_languages_have_their_own_voices():
    assert not np.array_equal(speech.say("Centrala", "en").samples, speech.say("Centrala", "pl").samples)


@pytest.mark.parametrize("text", ["", "  \n", "a" * 4_001])
def test_text_that_cannot_be_said_is_refused(text):
    with pytest.raises(UnfitSound, match="1 to 4000 characters"):
        speech.say(text)


@pytest.mark.long
@needs_voices
@settings(max_examples=10, deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_any_text_is_said_or_refused(text):
    try:
        speech.say(text, "pl")
    except UnfitSound:
        assert not text.strip()


def test_language_without_a_voice_is_refused():
    with pytest.raises(UnfitSound, match="no voice for 'de-DE'"):
        speech.say("Guten Tag", "de-DE")


WITHOUT = """
import importlib.util, logging, sys
sys.modules["espeakng_loader"] = None
found = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == "espeakng_loader" else found(name)
logging.basicConfig(format="%(message)s", stream=sys.stdout)
from centrala_sound import speech
from centrala_sound.frames import level
one, other = speech.say("Where is my parcel?"), speech.say("Good morning")
print(len(one.samples), len(other.samples), level(one.samples) > -30, speech.installed())
"""


@pytest.mark.long
def test_without_voices_a_text_is_a_sequence_of_tones_and_that_is_said_once():
    ran = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines() == [
        "texts are played as tones: the extra is not installed. Fix: pip install 'centrala[speech]'",
        "19840 12160 True False",
    ]

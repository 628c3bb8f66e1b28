"""Scripted callers, and what they hear."""

import numpy as np
import pytest

from centrala_sound.frames import LENGTH, level, split
from centrala_sound.hearing import Hearing
from centrala_sound.sounds import dtmf, tone
from centrala_sound.speech import say
from centrala_sound.wav import UnfitSound
from localazure.media import scripted
from localazure.media.room import Room
from localazure.media.scripted import (
    Began,
    Ended,
    HangUp,
    Play,
    Press,
    Pressed,
    Say,
    Scripted,
    UntilSilence,
    UntilSound,
    Wait,
)
from media.speaker import Speaker
from media.tones import frames, sine, strength


def heard(samples):
    hearing = Hearing()
    for frame in split(samples):
        hearing.hear(frame)
    return hearing


def test_loudness_and_tone_are_told_for_each_tenth_of_a_second():
    hearing = heard(np.concatenate([sine(440, 0.2), np.zeros(3_200, np.int16), sine(1234, 0.1, peak=1_000)]))

    assert [round(window.level) for window in hearing.windows] == [-13, -13, -96, -96, -33]
    assert [window.hertz and round(window.hertz) for window in hearing.windows] == [440, 440, None, None, 1234]
    assert (hearing.seconds, hearing.silent_seconds) == (pytest.approx(0.5), 0)
    assert round(hearing.loudest) == -13


def test_silence_is_counted_since_it_began():
    assert heard(np.concatenate([sine(440, 0.2), np.zeros(3_200, np.int16)])).silent_seconds == pytest.approx(0.2)


def test_keys_are_heard_once_each_also_the_same_twice():
    shifted = np.concatenate([np.zeros(111, np.int16), dtmf("0123456789*#ABCD55", seconds=0.08, pause=0.06).samples])

    assert heard(shifted).keys == "0123456789*#ABCD55"


def test_long_press_is_one_key():
    assert heard(dtmf("7", seconds=2).samples).keys == "7"


@pytest.mark.parametrize("sound", [tone(697, seconds=1), tone(1209, 1336, seconds=1), tone(440, 480, seconds=1)])
def test_other_tones_are_no_keys(sound):
    assert heard(sound.samples).keys == ""


@pytest.mark.parametrize("language", ["en", "pl"])
def test_speech_is_no_key(language):
    digits = say("One two three four five six seven eight nine zero, jeden dwa trzy cztery", language)

    assert heard(digits.samples).keys == ""


def call(steps, other=None, beats=100):
    told, room = [], Room()
    caller = Scripted(steps, told.append)
    listener = other or Speaker()
    room.join("caller", caller)
    room.join("listener", listener)
    for _ in range(beats):
        room.tick()
    return caller, listener, told


def test_script_is_followed_step_by_step():
    steps = [Wait(0.1), Play(tone(440, seconds=0.2)), Press("1#"), Say("Hello"), HangUp()]

    _, listener, told = call(steps)

    assert [one for one in told if not isinstance(one, Began)] == [
        Ended(steps[0]), Ended(steps[1]), Pressed("1"), Pressed("#"), Ended(steps[2]), Ended(steps[3]), Ended(steps[4]),
    ]  # fmt: skip
    assert [one.seconds for one in told if isinstance(one, Began)] == [0.1, 0.2, 0.4, say("Hello", "en").seconds, 0]
    assert not listener.sound[: 5 * LENGTH].any()
    assert strength(listener.sound[6 * LENGTH : 14 * LENGTH], 440) == pytest.approx(9_000, rel=0.01)
    assert not listener.sound[15 * LENGTH : 35 * LENGTH].any()
    assert level(listener.sound[35 * LENGTH : 50 * LENGTH]) > -30


def test_caller_waits_for_a_greeting_and_for_its_end():
    greeting = Speaker([None] * 25 + frames(440, 0.5))

    caller, listener, told = call([UntilSound(), UntilSilence(0.4), Play(tone(1000, seconds=0.2))], greeting, beats=90)

    assert [one.in_time for one in told if isinstance(one, Ended)] == [True, True, True]
    began = next(number for number, frame in enumerate(listener.heard) if frame.any())
    assert began == 25 + 25 + 1 + 20  # the greeting falls off in a frame of its own
    assert round(caller.hearing.windows[7].hertz) == 440


def test_caller_who_hears_nothing_goes_on_in_the_end():
    _, _, told = call([UntilSound(most=0.5), UntilSilence(most=0.5)])

    assert [one.in_time for one in told if isinstance(one, Ended)] == [False, False]


def test_silence_before_anything_was_heard_does_not_count():
    _, _, told = call([UntilSilence(0.1, most=1)], Speaker([None] * 30 + frames(440, 0.1)), beats=45)

    assert [one.in_time for one in told if isinstance(one, Ended)] == [True]


@pytest.mark.parametrize("step", [Press("12E"), Say(""), Say("Hallo", "de")])
def test_script_that_cannot_be_followed_is_refused_before_it_begins(step):
    with pytest.raises(UnfitSound):
        scripted.Scripted([step])

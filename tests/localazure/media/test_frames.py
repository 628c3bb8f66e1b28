"""What a frame is, and what becomes of sound at another rate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centrala_sound.frames import (
    BYTES,
    FAINTEST,
    LENGTH,
    SILENCE,
    bytes_of,
    frame_of,
    level,
    mixed,
    split,
)
from centrala_sound.resampling import Resampler, resampled
from media.tones import largest_step, sine, strength

FRAMES = st.binary(min_size=BYTES, max_size=BYTES)


@settings(max_examples=20)
@given(FRAMES)
def test_frame_comes_back_byte_by_byte(data):
    assert bytes_of(frame_of(data)) == data


def test_frame_is_read_as_little_endian():
    assert list(frame_of(b"\x01\x80" * LENGTH)[:2]) == [-32767, -32767]


@pytest.mark.parametrize("length", [0, BYTES - 1, BYTES + 2, 960])
def test_frame_of_another_length_is_refused(length):
    with pytest.raises(ValueError, match=f"640 bytes, not {length}"):
        frame_of(bytes(length))


@settings(max_examples=20)
@given(st.lists(FRAMES, max_size=5))
def test_sum_stays_at_the_loudest_and_never_wraps(data):
    frames = [frame_of(one) for one in data]

    exact = [max(min(sum(int(frame[place]) for frame in frames), 32767), -32768) for place in range(LENGTH)]

    assert mixed(frames).tolist() == exact


def test_nobody_writes_into_the_silence_of_all():
    with pytest.raises(ValueError, match="read-only"):
        SILENCE[0] = 1


@pytest.mark.parametrize(("peak", "decibels"), [(32_767, -3.01), (3_277, -23.01), (0, FAINTEST)])
def test_level_of_a_sine_is_told_in_decibels(peak, decibels):
    assert level(sine(500, 0.1, peak=peak)) == pytest.approx(decibels, abs=0.02)


def test_sound_is_split_and_its_end_filled_with_silence():
    frames = split(np.full(LENGTH + 1, 7, np.int16))

    assert [len(frame) for frame in frames] == [LENGTH, LENGTH]
    assert frames[1].tolist() == [7] + [0] * (LENGTH - 1)


def through(resampler, samples, piece):
    return np.concatenate([resampler.feed(samples[at : at + piece]) for at in range(0, len(samples), piece)])


@pytest.mark.parametrize("hertz", [100, 440, 3_000, 6_500])
@pytest.mark.parametrize(("source", "target", "piece"), [(16_000, 24_000, 320), (24_000, 16_000, 480)])
def test_tone_keeps_its_pitch_and_loudness_across_the_borders_of_frames(source, target, piece, hertz):
    made = through(Resampler(source, target), sine(hertz, 1, rate=source), piece)[target // 10 :]

    assert strength(made, hertz, rate=target) == pytest.approx(10_000, rel=0.005)
    rest = made - sine_like(made, hertz, target)
    assert np.abs(rest).max() < 30


def sine_like(sound, hertz, rate):
    """The sine of that pitch that fits best, to be taken away."""
    angles = 2 * np.pi * hertz * np.arange(len(sound)) / rate
    waves = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    fitting, *_ = np.linalg.lstsq(waves, sound.astype(np.float64), rcond=None)
    return waves @ fitting


@pytest.mark.parametrize("hertz", [8_600, 10_000, 11_500])
def test_tone_that_the_lower_rate_cannot_hold_is_gone_and_makes_no_other(hertz):
    made = through(Resampler(24_000, 16_000), sine(hertz, 0.5, rate=24_000), 480)[1_600:]

    assert np.abs(made).max() <= 3  # 70 decibels below


@settings(max_examples=20)
@given(st.binary(min_size=12 * 160, max_size=12 * 160))
def test_pieces_of_a_stream_make_the_same_as_the_whole(data):
    samples = np.frombuffer(data, "<i2").astype(np.int16)

    assert np.array_equal(through(Resampler(16_000, 24_000), samples, 32), Resampler(16_000, 24_000).feed(samples))


def test_piece_that_makes_no_whole_blocks_is_refused():
    with pytest.raises(ValueError, match="blocks of 3"):
        Resampler(24_000, 16_000).feed(np.zeros(320, np.int16))


@pytest.mark.parametrize("hertz", [440, 5_000])
def test_whole_sound_of_a_voice_comes_to_16_khz(hertz):
    made = resampled(sine(hertz, 1, rate=22_050), 22_050, 16_000)

    assert len(made) == 16_000
    middle = slice(1_600, 14_400)
    assert strength(made[middle], hertz) == pytest.approx(10_000, rel=0.005)
    assert np.abs(made[middle] - sine_like(made[middle], hertz, 16_000)).max() < 60


def test_whole_sound_loses_what_16_khz_cannot_hold():
    made = resampled(sine(9_500, 1, rate=22_050), 22_050, 16_000)

    assert np.abs(made[1_600:-1_600]).max() <= 10


def test_resampled_silence_and_nothing_stay_what_they_are():
    assert not resampled(np.zeros(441, np.int16), 22_050, 16_000).any()
    assert len(resampled(np.zeros(0, np.int16), 22_050, 16_000)) == 0
    assert largest_step(Resampler(16_000, 24_000).feed(SILENCE)) == 0

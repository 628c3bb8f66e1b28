"""Who hears whom in a room."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centrala_sound.frames import LENGTH, SILENCE, split
from centrala_sound.sounds import Sound
from localazure.media.party import Queued, Silent
from localazure.media.room import Room
from media.speaker import Speaker
from media.tones import frames, largest_step, sine, strength

CALLER, AGENT, OTHER = "4:+14255550123", "8:acs:agent", "8:acs:other"


def ticked(room, times):
    for _ in range(times):
        room.tick()


def room_of(**parties):
    room = Room()
    for raw_id, party in parties.items():
        room.join(raw_id, party)
    return room


def test_two_hear_each_other_and_not_themselves():
    low, high = Speaker(frames(440, 0.2)), Speaker(frames(1000, 0.2))

    ticked(room_of(low=low, high=high), 10)

    assert strength(low.sound, 1000) == pytest.approx(10_000, rel=0.01)
    assert strength(low.sound, 440) < 20
    assert strength(high.sound, 440) == pytest.approx(10_000, rel=0.01)
    assert strength(high.sound, 1000) < 20


def test_third_hears_both():
    third = Speaker()

    ticked(room_of(a=Speaker(frames(440, 0.2)), b=Speaker(frames(1000, 0.2)), third=third), 10)

    assert [strength(third.sound, hertz) for hertz in (440, 1000)] == pytest.approx([10_000, 10_000], rel=0.01)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(-32768, 32767) | st.none(), st.booleans(), st.booleans()), min_size=1, max_size=5)
)
def test_each_hears_the_sum_of_whoever_is_neither_muted_nor_on_hold(those):
    """Levels that stand still, asked for when the ramp of their beginning is over."""
    parties = [Speaker([np.full(LENGTH, level or 0, np.int16)] * 2 if level is not None else []) for level, *_ in those]
    room = Room()
    for place, (party, (_, muted, held)) in enumerate(zip(parties, those, strict=True)):
        room.join(str(place), party)
        room.mute(str(place), muted)
        room.hold(str(place), held)

    ticked(room, 2)

    said = [0 if muted or held else level or 0 for level, muted, held in those]
    for place, (_, _, held) in enumerate(those):
        others = 0 if held else max(min(sum(said) - said[place], 32767), -32768)
        assert parties[place].heard[-1].tolist() == [others] * LENGTH


def test_muted_voice_runs_on_unheard():
    speaker, listener = Speaker(frames(440, 0.2)), Speaker()
    room = room_of(speaker=speaker, listener=listener)
    room.mute("speaker", True)

    ticked(room, 5)
    assert not listener.sound.any()

    room.mute("speaker", False)
    ticked(room, 5)
    expected = np.concatenate(frames(440, 0.2)[5:])
    assert np.array_equal(listener.sound[5 * LENGTH + 40 :], expected[40:])


def test_party_on_hold_hears_only_what_is_played_to_it():
    held, other = Speaker(frames(440, 0.2)), Speaker(frames(1000, 0.2))
    room = room_of(held=held, other=other)
    room.hold("held", True)
    room.play(Sound("", sine(2000, 0.2)), to=["held"])

    ticked(room, 10)

    assert strength(held.sound, 2000) == pytest.approx(10_000, rel=0.01)
    assert strength(held.sound, 1000) < 20
    assert not other.sound.any()


def test_sound_is_played_to_all_and_its_end_is_told_when_it_was_heard():
    told = []
    one, two = Speaker(), Speaker()
    room = room_of(one=one, two=two)
    room.play(Sound("", sine(440, 0.1)), done=told.append)

    ticked(room, 5)
    assert told == []

    ticked(room, 1)
    assert told == [True]
    assert np.array_equal(one.sound, two.sound)
    assert np.array_equal(one.sound[: 5 * LENGTH], np.concatenate(frames(440, 0.1)))


def test_loop_goes_on_until_it_is_cancelled():
    told = []
    listener = Speaker()
    room = room_of(listener=listener)
    playing = room.play(Sound("", sine(500, 0.04)), loop=True, done=told.append)

    ticked(room, 25)
    assert strength(listener.sound, 500) == pytest.approx(10_000, rel=0.01)
    assert largest_step(listener.sound) < 2_100  # as steep as the sine itself

    playing.cancel()
    playing.cancel()
    ticked(room, 3)
    assert told == [False]
    assert not listener.heard[-1].any()


def test_empty_sound_ends_at_once_and_a_loop_of_it_too():
    told = []
    room = room_of(listener=Speaker())
    room.play(Sound("", sine(1, 0)), done=told.append)
    room.play(Sound("", sine(1, 0)), loop=True, done=told.append)

    ticked(room, 1)

    assert told == [True, True]


def test_what_is_played_to_somebody_who_leaves_is_cancelled():
    told = []
    room = room_of(one=Speaker(), two=Speaker())
    room.play(Sound("", sine(440, 1)), to=["one"], done=lambda completed: told.append(("one", completed)))
    room.play(Sound("", sine(440, 1)), to=["one", "two"], done=lambda completed: told.append(("both", completed)))

    room.leave("one")
    room.leave("one")

    assert told == [("one", False)]


def test_closed_room_cancels_what_plays():
    told = []
    room = room_of(one=Speaker())
    room.play(Sound("", sine(440, 1)), done=told.append)

    room.close()

    assert told == [False]
    assert room.parties == ()


def test_room_may_be_changed_by_whom_it_tells():
    """The next prompt begins when the one before has ended; a party leaves at its end."""
    listener = Speaker()
    room = room_of(listener=listener, leaver=Silent())

    def then(completed):
        room.leave("leaver")
        room.play(Sound("", sine(1000, 0.1)))

    room.play(Sound("", sine(440, 0.1)), done=then)
    ticked(room, 12)

    assert room.parties == ("listener",)
    assert strength(listener.sound[: 5 * LENGTH], 440) == pytest.approx(10_000, rel=0.01)
    assert strength(listener.sound[6 * LENGTH : 11 * LENGTH], 1000) == pytest.approx(10_000, rel=0.02)


def test_taps_are_told_every_voice_and_what_is_played_and_what_was_injected():
    moments = []
    room = room_of(caller=Speaker(frames(440, 0.1)), hub=Speaker(frames(1000, 0.1), injected=True), quiet=Silent())
    room.play(Sound("", sine(2000, 0.1)))
    room.play(Sound("", sine(3000, 0.1)), to=["caller"])
    room.listen(moments.append)

    ticked(room, 5)
    room.unlisten(moments.append)
    ticked(room, 1)

    assert [moment.number for moment in moments] == [0, 1, 2, 3, 4]
    assert set(moments[0].voices) == {"caller", "hub", "quiet"}
    assert moments[0].voices["quiet"] is SILENCE
    assert moments[0].injected == {"hub"}
    everything = np.concatenate([moment.mixed for moment in moments])
    recorded = np.concatenate([moment.without_injected for moment in moments])
    assert [round(strength(everything, hertz), -3) for hertz in (440, 1000, 2000, 3000)] == [10_000] * 3 + [0]
    assert [round(strength(recorded, hertz), -3) for hertz in (440, 1000, 2000, 3000)] == [10_000, 0, 10_000, 0]


def test_same_party_does_not_join_twice():
    room = room_of(one=Silent())

    with pytest.raises(ValueError, match="already"):
        room.join("one", Silent())


@pytest.mark.parametrize("act", ["mute", "hold", "silence", "cancel"])
def test_voice_that_breaks_off_in_the_middle_of_a_wave_does_not_click(act):
    """Cut where the wave is at its highest, and heard again from there."""
    wave = split(np.roll(sine(500, 0.1), 8))
    listener = Speaker()
    speaker = Speaker([] if act == "cancel" else wave[:2] + ([None] if act == "silence" else wave[2:3]) + wave[3:])
    room = room_of(speaker=speaker, listener=listener)
    playing = room.play(Sound("", np.concatenate(wave)), loop=True) if act == "cancel" else None

    ticked(room, 2)
    if playing:
        playing.cancel()
    elif act != "silence":
        getattr(room, act)("speaker", True)
    ticked(room, 1)
    if act in {"mute", "hold"}:
        getattr(room, act)("speaker", False)
    ticked(room, 2)

    assert np.abs(listener.sound).max() == 10_000
    assert largest_step(listener.sound) < 2_100


@settings(max_examples=20)
@given(st.lists(st.integers(0, 3), max_size=60))
def test_queue_loses_nothing_but_what_is_too_much_and_keeps_the_order(fed):
    queue = Queued(lambda _: None, cushion=2, most=5)
    said = []
    number = 0
    for many in fed:
        for _ in range(many):
            number += 1
            queue.feed(np.full(LENGTH, number, np.int16))
        frame = queue.speak()
        if frame is not None:
            said.append(int(frame[-1]))

    assert said == sorted(set(said))
    assert len(said) + queue.dropped + queue.waiting == number
    assert queue.waiting <= 5


def test_queue_waits_for_its_cushion_and_then_for_nobody():
    queue = Queued(lambda _: None, cushion=2)
    first, second = frames(440, 0.04)

    assert queue.speak() is None
    queue.feed(first)
    assert queue.speak() is None
    queue.feed(second)
    assert queue.speak() is first
    assert queue.speak() is second
    assert queue.speak() is None
    assert queue.gaps == 1


def test_single_frame_is_said_in_the_end():
    queue = Queued(lambda _: None, cushion=2)
    [frame] = frames(440, 0.02)
    queue.feed(frame)

    assert [queue.speak() is frame for _ in range(4)] == [False, False, True, False]


def test_frames_dropped_from_a_full_queue_leave_no_click():
    queue = Queued(lambda _: None, cushion=1, most=3)
    wave = split(np.roll(sine(325, 0.2), 8))  # 6.5 periods in a frame: the ones after next do not fit
    heard = []
    for frame in wave[:3]:
        queue.feed(frame)
    heard.append(queue.speak())
    for frame in wave[3:5]:
        queue.feed(frame)
    while (frame := queue.speak()) is not None:
        heard.append(frame)

    assert queue.dropped == 1
    assert largest_step(np.concatenate(heard)) < 2_000


def test_cleared_queue_is_silent_at_once():
    queue = Queued(lambda _: None, cushion=1)
    for frame in frames(440, 0.1):
        queue.feed(frame)
    queue.speak()

    queue.clear()

    assert queue.speak() is None
    assert queue.gaps == 0

"""Recognisers beside a room: it never waits for them."""

import asyncio
import os
import signal
from contextlib import suppress

import numpy as np
import psutil
import pytest

from centrala_sound.frames import SILENCE, split
from centrala_sound.speech import say
from localazure.media import recognising
from localazure.media.party import Silent
from localazure.media.recognising import MOST_VOICES, MOST_WAITING, Recognising
from localazure.media.room import Moment, Room
from localazure_tests.recogniser import needs_recogniser

pytestmark = needs_recogniser
TEXT = "yes please, yes please, yes please"  # what the recogniser understands of this voice


def warned(caplog):
    """Not what asyncio says of children that somebody else has buried."""
    return [record.message for record in caplog.records if record.name == recognising.log.name]


def heard(sound, *names: str) -> list[Moment]:
    """One after the other, of a room in which each says the same at once."""
    frames = [*split(sound.samples), *[SILENCE] * 100]
    return [Moment(number, dict.fromkeys(names, frame), frozenset(), ()) for number, frame in enumerate(frames)]


def children() -> list[int]:
    """Processes of recognisers."""
    found = []
    for one in psutil.Process().children():
        with suppress(psutil.Error):  # it has just ended
            if any("recogniser" in part for part in one.cmdline()):
                found.append(one.pid)
    return found


@pytest.mark.long
async def test_each_voice_is_understood_by_itself_at_its_time(monkeypatch):
    monkeypatch.setattr(recognising, "PATIENCE", 60)  # all of it is said in a moment
    told = []
    ears = Recognising(lambda raw_id, what: told.append((raw_id, what)))

    for moment in heard(say(TEXT), "one", "other"):
        ears.hear(moment, {})
        await asyncio.sleep(0.001)
    await ears.close()

    finals = {raw_id: what.words for raw_id, what in told if what.final}
    assert finals.keys() == {"one", "other"}
    assert {word.text for word in finals["one"]} & {"yes", "please"}
    assert 0 <= finals["one"][0].begun < 1
    assert ears.dropped == 0


async def test_known_words_injected_voices_and_silence_cost_no_recogniser():
    ears = Recognising(lambda raw_id, what: pytest.fail("it was heard"))
    for moment in heard(say(TEXT), "caller"):
        ears.hear(moment, {"caller": 60})
        ears.hear(Moment(moment.number, {"app": moment.voices["caller"]}, frozenset({"app"}), ()), {})
        ears.hear(Moment(moment.number, {"mute": SILENCE}, frozenset(), ()), {})

    assert children() == []
    await ears.close()


async def test_more_voices_than_recognisers_are_counted_as_not_heard():
    ears = Recognising(lambda raw_id, what: None)
    frame = np.full(320, 1000, np.int16)

    ears.hear(Moment(0, {str(number): frame for number in range(MOST_VOICES + 2)}, frozenset(), ()), {})

    assert ears.dropped == 2
    await ears.close()


async def test_recogniser_that_hangs_holds_up_nobody(monkeypatch, caplog):
    """Its process takes nothing more: what it should hear is dropped, counted, and said once."""
    monkeypatch.setattr(recognising, "PATIENCE", 0.2)
    ears, room = Recognising(lambda raw_id, what: None), Room()
    frame = np.full(320, 1000, np.int16)
    room.join("one", Silent())
    room.listen(lambda moment: ears.hear(Moment(moment.number, {"one": frame}, frozenset(), ()), {}))
    room.tick()
    async with asyncio.timeout(20):
        while not children():
            await asyncio.sleep(0.01)
    for child in children():
        os.kill(child, signal.SIGSTOP)

    for _ in range(4 * MOST_WAITING):
        room.tick()
        await asyncio.sleep(0)

    assert ears.dropped > MOST_WAITING
    await ears.close()
    assert [message.split(":")[0] for message in warned(caplog)] == [
        "sound is not transcribed",
        "a recogniser did not say its last words in time, and was ended",
    ]
    async with asyncio.timeout(20):
        while children():
            await asyncio.sleep(0.01)


async def next_child(known: set[int]) -> int:
    async with asyncio.timeout(60):
        while not (fresh := set(children()) - known):
            await asyncio.sleep(0.01)
    return fresh.pop()


@pytest.mark.long
async def test_recogniser_that_is_killed_is_followed_by_another_that_understands_what_is_said_then(monkeypatch, caplog):
    monkeypatch.setattr(recognising, "PATIENCE", 60)
    told = []
    ears = Recognising(lambda raw_id, what: told.append(what))
    moments = heard(say(TEXT), "one")
    ears.hear(moments[0], {})
    killed = await next_child(set())

    os.kill(killed, signal.SIGKILL)
    await next_child({killed})
    for moment in moments[1:]:
        ears.hear(moment, {})
        await asyncio.sleep(0.001)
    await ears.close()

    assert {word.text for what in told if what.final for word in what.words} & {"yes", "please"}
    assert warned(caplog) == ["a recogniser broke off: another begins"]


async def test_recognisers_that_break_off_time_and_again_are_given_up_and_what_they_miss_is_counted(caplog):
    ears, known = Recognising(lambda raw_id, what: None), set()
    frame = np.full(320, 1000, np.int16)
    loud = [Moment(number, {"one": frame}, frozenset(), ()) for number in range(2)]
    ears.hear(loud[0], {})

    for _ in range(recognising.TRIES):
        known.add(child := await next_child(known))
        os.kill(child, signal.SIGKILL)
    async with asyncio.timeout(20):
        while not ears.dropped:
            ears.hear(loud[1], {})
            await asyncio.sleep(0.01)

    assert warned(caplog) == [
        *["a recogniser broke off: another begins"] * (recognising.TRIES - 1),
        "a recogniser broke off: that voice is not transcribed any more",
        "sound is not transcribed: recognisers fall behind, or too many speak in one call",
    ]
    async with asyncio.timeout(5):  # nobody waits for last words that do not come
        await ears.close()

"""The beat of all rooms, in time that passes by waiting alone."""

import asyncio

import pytest

from localazure.media.metronome import MOST_BEHIND, Metronome
from media.moved_time import MovedTime


class Room:
    """Notes when it was ticked; ends by leaving the metronome, takes its time where it was told to."""

    def __init__(self, metronome, loop, *, beats, slow=None):
        self.metronome, self.loop, self.beats, self.slow = metronome, loop, beats, slow or {}
        self.ticked = []

    def tick(self):
        self.ticked.append(self.loop.time())
        self.loop.moved += self.slow.get(len(self.ticked), 0)
        if len(self.ticked) == self.beats:
            self.metronome.remove(self)


def beaten(beats, slow=None, rooms=1):
    loop = MovedTime()
    try:
        tasks = []
        metronome = Metronome(lambda work: tasks.append(loop.create_task(work)))
        those = [Room(metronome, loop, beats=beats, slow=slow) for _ in range(rooms)]

        async def run():
            for room in those:
                metronome.add(room)
            await asyncio.gather(*tasks)

        loop.run_until_complete(run())
        return metronome, those
    finally:
        loop.close()


def test_beats_do_not_drift_however_long_each_takes():
    _, [room] = beaten(500, slow=dict.fromkeys(range(500), 0.013))

    assert room.ticked == pytest.approx([0.02 * number for number in range(1, 501)])


def test_missed_beats_are_made_up_for_and_their_lateness_is_told():
    metronome, [room] = beaten(100, slow={10: 0.5})

    assert room.ticked[10:35] == pytest.approx([0.7] * 25)
    assert room.ticked[35:] == pytest.approx([0.02 * number for number in range(36, 101)])
    assert metronome.lateness.beats == 100
    assert metronome.lateness.milliseconds(1) in {480, 481}
    assert metronome.lateness.milliseconds(0.5) in {0, 1}
    assert metronome.lateness.left_out == 0


def test_machine_that_slept_for_an_hour_does_not_live_through_it_again():
    metronome, [room] = beaten(1_000, slow={10: 3_600})

    assert sum(moment == pytest.approx(3600.2) for moment in room.ticked) == MOST_BEHIND + 1
    assert metronome.lateness.left_out == 180_000 - MOST_BEHIND - 1
    assert room.ticked[-1] - room.ticked[-2] == pytest.approx(0.02)


def test_all_rooms_share_a_beat():
    _, rooms = beaten(10, rooms=3)

    assert rooms[0].ticked == rooms[1].ticked == rooms[2].ticked


def test_broken_room_is_told_of_and_the_others_go_on(caplog):
    loop = MovedTime()
    tasks = []
    metronome = Metronome(lambda work: tasks.append(loop.create_task(work)))

    class Broken:
        def tick(self):
            raise RuntimeError("out of tune")

    async def run():
        metronome.add(Broken())
        metronome.add(whole)
        await asyncio.gather(*tasks)

    whole = Room(metronome, loop, beats=5)
    loop.run_until_complete(run())
    loop.close()

    assert len(whole.ticked) == 5
    assert [record.message for record in caplog.records] == ["a room broke and is silent from now on"]


def test_metronome_begins_again_for_the_next_call():
    loop = MovedTime()
    tasks = []
    metronome = Metronome(lambda work: tasks.append(loop.create_task(work)))
    first, second = (Room(metronome, loop, beats=3) for _ in range(2))

    async def run():
        for room in (first, second):
            metronome.add(room)
            await tasks[-1]

    loop.run_until_complete(run())
    loop.close()

    assert (len(tasks), len(first.ticked), len(second.ticked)) == (2, 3, 3)

"""What the node wrote of its agent and what the cloud recorded become one file, by the clock."""

import errno
import fcntl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.calls.browsers import Agent
from centrala.calls.frames import BYTES
from centrala.calls.leg import Leg as LegFile
from centrala.calls.leg import folder
from centrala.calls.live_call import LiveCall
from centrala.calls.models import Call
from centrala.calls.outlet import Outlet
from centrala.calls.standing import Standing
from centrala.connection.models import Connection
from centrala.recordings import fetching, keeping, wav
from centrala.recordings.joining import join
from centrala.recordings.legs import keep_all
from centrala.recordings.models import Joined, Leg, Recording, Source
from recordings.files import Files
from recordings.scene import RATE, call, come, pitch, told, tone
from recordings.scene import wav as written

pytestmark = pytest.mark.django_db
BEGAN = datetime(2026, 8, 20, 9, 16, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def frames(hertz: float, seconds: float) -> list[bytes]:
    sound = tone(hertz, seconds).tobytes()
    return [sound[at : at + BYTES] for at in range(0, len(sound), BYTES)]


def speak(leg: LegFile, clock: Clock, hertz: float, seconds: float) -> None:
    for frame in frames(hertz, seconds):
        leg.write(frame)
        clock.seconds += 0.02


@pytest.fixture
def leg(settings: Any) -> Callable[..., tuple[LegFile, Clock]]:
    def make(one: Call, *, began: datetime = BEGAN) -> tuple[LegFile, Clock]:
        clock = Clock()
        return LegFile(settings.CALLS_FOLDER, one.pk, clock=clock, now=lambda: began), clock

    return make


Legs = Callable[..., tuple[LegFile, Clock]]


def channels(joined: Joined) -> "np.ndarray[Any, np.dtype[np.int16]]":
    with keeping.readable(joined.name) as path, path.open("rb") as file:
        sound = wav.read(file, path.stat().st_size)
        assert (sound.channels, sound.rate, sound.is_cut_off) == (2, RATE, False)
        file.seek(sound.start)
        return np.frombuffer(file.read(), dtype="<i2").reshape(-1, 2)


def heard(joined: Joined, seconds: list[float]) -> list[tuple[int, int]]:
    """The pitch left and right, around each of these moments."""
    sound = channels(joined)
    parts = [sound[int((at - 0.1) * RATE) : int((at + 0.1) * RATE)] for at in seconds]
    return [(pitch(part[:, 0]), pitch(part[:, 1])) for part in parts]


def cloud(files: Files, sound: bytes, metadata: object = None, **data: Any) -> None:
    files.put("document-0", sound, metadata)
    come(told(files.locations("document-0"), **data))
    fetching.fetch(document_id="document-0")


def test_both_sides_stand_where_they_were_spoken(files: Files, connection: Connection, leg: Legs) -> None:
    one = call(connection)
    cloud(files, written(tone(440, 3)), recordingStartTime=BEGAN.isoformat())
    agents, clock = leg(one, began=BEGAN + timedelta(seconds=1))
    speak(agents, clock, 1000, 1)
    clock.seconds += 1
    speak(agents, clock, 1500, 1)
    agents.close()
    keep_all()

    joined = join(call_id=one.pk)

    assert joined is not None
    assert heard(joined, [0.5, 1.5, 2.5, 3.5]) == [(440, 0), (440, 1000), (440, 0), (0, 1500)]
    assert (joined.left, joined.right, joined.milliseconds) == (Source.CLOUD, Source.HUB, 4000)
    left, right = joined.peaks
    assert len(left) == len(right) == 80
    assert (left[10], right[10], left[70], right[70]) == (49, 0, 0, 49)


def test_pauses_of_the_clouds_recording_are_silence(files: Files, connection: Connection) -> None:
    one = call(connection)
    paused = {"startTime": (BEGAN + timedelta(seconds=1)).isoformat(), "duration": 2000}
    metadata = {"chunkStartTime": BEGAN.isoformat(), "pauseResumeIntervals": [paused, "nonsense", {"duration": -1}]}
    cloud(files, written(np.concatenate([tone(440, 1), tone(880, 1)])), metadata)

    joined = join(call_id=one.pk)

    assert joined is not None
    assert heard(joined, [0.5, 2, 3.5]) == [(440, 0), (0, 0), (880, 0)]
    assert joined.right == Source.NONE


def test_chunks_follow_each_other_and_the_first_channel_is_the_customers(files: Files, connection: Connection) -> None:
    one = call(connection)
    for index, hertz in enumerate((440, 880)):
        files.put(f"document-{index}", written(tone(hertz, 1), tone(2000, 1)))
    come(told(files.locations("document-0"), files.locations("document-1")))
    for index in (1, 0):
        fetching.fetch(document_id=f"document-{index}")

    joined = join(call_id=one.pk)

    assert joined is not None
    assert heard(joined, [0.5, 1.5]) == [(440, 0), (880, 0)]


def test_mixed_recording_is_called_so(files: Files, connection: Connection) -> None:
    one = call(connection)
    cloud(files, written(tone(440, 1)), recordingChannelType="Mixed")

    joined = join(call_id=one.pk)

    assert joined is not None
    assert joined.left == Source.MIXED


def test_other_rate_is_brought_to_ours(files: Files, connection: Connection) -> None:
    one = call(connection)
    sound = bytearray(written(tone(440, 2)))
    sound[24:28] = (8_000).to_bytes(4, "little")  # the same samples, half as fast
    cloud(files, bytes(sound))

    joined = join(call_id=one.pk)

    assert joined is not None
    assert joined.milliseconds == 4000
    assert heard(joined, [1, 3]) == [(220, 0), (220, 0)]


def test_agents_alone_are_listened_to_where_nothing_else_came(connection: Connection, leg: Legs) -> None:
    one = call(connection)
    agents, clock = leg(one)
    speak(agents, clock, 1000, 1)
    agents.close()
    keep_all()

    joined = join(call_id=one.pk)

    assert joined is not None
    assert (joined.left, joined.right) == (Source.NONE, Source.HUB)


def test_file_that_comes_later_takes_the_place_of_the_first_one(
    files: Files, connection: Connection, leg: Legs, kept: Path
) -> None:
    one = call(connection)
    agents, clock = leg(one)
    speak(agents, clock, 1000, 1)
    agents.close()
    keep_all()
    first = join(call_id=one.pk)
    cloud(files, written(tone(440, 1)), recordingStartTime=BEGAN.isoformat())

    second = join(call_id=one.pk)

    assert first is not None
    assert second is not None
    assert first.name != second.name
    removed = ProcrastinateJob.objects.get(task_name="recordings.remove")
    assert removed.args["names"] == [first.name]


def test_call_that_goes_on_is_not_joined(connection: Connection, leg: Legs) -> None:
    one = call(connection, ended=False)
    agents, clock = leg(one)
    speak(agents, clock, 1000, 1)
    agents.close()
    keep_all()

    assert join(call_id=one.pk) is None


def test_node_that_is_killed_leaves_what_can_be_played(connection: Connection, leg: Legs, settings: Any) -> None:
    one = call(connection)
    agents, clock = leg(one)
    speak(agents, clock, 1000, 2.5)
    [path] = folder(settings.CALLS_FOLDER).iterdir()
    at_once = path.read_bytes()
    assert keep_all() == 0  # somebody speaks

    agents._file.close()  # as the system does for a killed process: what was in memory is lost
    assert keep_all() == 1

    assert wav.read(open_bytes(at_once), len(at_once)).samples == 2 * RATE
    assert Leg.objects.get().size == 44 + 2 * RATE * 2
    assert list(folder(settings.CALLS_FOLDER).iterdir()) == []


def open_bytes(content: bytes) -> Any:
    from io import BytesIO

    return BytesIO(content)


def test_leg_of_an_erased_call_and_one_of_no_sound_are_not_kept(
    connection: Connection, leg: Legs, settings: Any, kept: Path
) -> None:
    one = call(connection)
    agents, clock = leg(one)
    speak(agents, clock, 1000, 0.1)
    agents.close()
    one.delete()
    (folder(settings.CALLS_FOLDER) / "not-ours.wav").write_bytes(b"RIFF")

    assert keep_all() == 0

    assert list(folder(settings.CALLS_FOLDER).iterdir()) == []
    assert not kept.exists()


def test_leg_that_begins_is_not_taken_for_one_that_is_finished(
    connection: Connection, leg: Legs, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process looks before it is locked, and again before anything stands in it."""
    one, real = call(connection), fcntl.flock
    agents, clock = leg(one)

    def locking(file: Any, how: int) -> None:
        if how == fcntl.LOCK_EX:
            keep_all()
        real(file, how)
        if how == fcntl.LOCK_EX:
            keep_all()

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", locking)
        speak(agents, clock, 1000, 1)
    agents.close()

    assert keep_all() == 1
    assert Leg.objects.get().size == 44 + RATE * 2
    assert list(folder(settings.CALLS_FOLDER).iterdir()) == []


def test_leg_that_cannot_begin_leaves_nothing(
    connection: Connection, leg: Legs, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    agents, clock = leg(call(connection))

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    speak(agents, clock, 1000, 0.1)
    agents.close()

    assert list(folder(settings.CALLS_FOLDER).iterdir()) == []


def test_leg_that_cannot_be_kept_holds_up_no_other(connection: Connection, leg: Legs, settings: Any) -> None:
    one = call(connection)
    for minutes in (0, 1):
        agents, clock = leg(one, began=BEGAN + timedelta(minutes=minutes))
        speak(agents, clock, 1000, 1)
        agents.close()
    first, _second = sorted(folder(settings.CALLS_FOLDER).iterdir())
    (folder(settings.CALLS_FOLDER) / "0-gone-meanwhile.wav").symlink_to("nowhere")
    first.rename(first.with_suffix(".aside"))
    first.mkdir()

    with pytest.raises(IsADirectoryError):
        keep_all()

    assert Leg.objects.get().began_at == BEGAN + timedelta(minutes=1)
    first.rmdir()
    first.with_suffix(".aside").rename(first)
    assert keep_all() == 1


def test_agent_who_is_heard_in_bursts_is_neither_torn_nor_late(connection: Connection, leg: Legs) -> None:
    one = call(connection)
    agents, clock = leg(one)
    for number, frame in enumerate(frames(1000, 2)):
        clock.seconds = 0.02 * (number - number % 4)  # four at once
        agents.write(frame)
    for _late in range(100):
        agents.write(frames(1000, 0.02)[0])  # more than anybody can hear
    agents.close()
    keep_all()

    joined = join(call_id=one.pk)

    assert joined is not None
    assert joined.milliseconds <= 2000 + 200
    assert heard(joined, [0.3, 1, 1.7]) == [(0, 1000)] * 3


@pytest.mark.parametrize(("recorded", "written"), [("yes", True), ("paused", False), ("held", False), ("no", False)])
def test_agent_is_recorded_while_the_call_is(connection: Connection, leg: Legs, recorded: str, written: bool) -> None:
    one = call(connection)
    agents, _clock = leg(one)
    live = LiveCall(one.pk, leg=agents)

    async def nowhere(_packet: bytes | str) -> None:
        return None

    agent = Agent(1, Outlet(nowhere))
    live.refresh(Standing(one.pk, agent=1, recorded=recorded))
    live.found(Outlet(nowhere))
    live.join(agent)

    live.from_agent(frames(440, 0.02)[0], agent)

    assert agents.written == written
    agents.close()


def test_recording_of_nobody_is_nothing(connection: Connection) -> None:
    one = call(connection)
    Recording.objects.create(call=one, recording_id="r", told_at=now())

    assert join(call_id=one.pk) is None

"""Recordings of a room, read back from their files."""

import wave
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centrala_sound.frames import BYTES, LENGTH
from centrala_sound.sounds import Sound
from localazure.media import tracks
from localazure.media.party import Silent
from localazure.media.recorder import EndReason, Pause, Recorder, metadata
from localazure.media.room import Room
from localazure.media.tracks import Tracks
from media.speaker import Speaker
from media.tones import frames, sine, strength

STARTED = datetime(2026, 11, 27, 9, 14, tzinfo=UTC)
CALLER, AGENT, HUB = "4:+14255550123", "8:acs:agent", "8:acs:hub"


def channels(chunk):
    with wave.open(str(chunk.path)) as file:
        assert (file.getsampwidth(), file.getframerate()) == (2, 16_000)
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return list(data.reshape(-1, file.getnchannels()).T)


def recorded(folder, **options):
    room = Room()
    recorder = Recorder(folder / "recording", started=STARTED, **options)
    room.listen(recorder)
    return room, recorder


def ticked(room, times):
    for _ in range(times):
        room.tick()


async def test_mixed_recording_has_every_voice_and_what_was_played(tmp_path):
    room, recorder = recorded(tmp_path)
    room.join(CALLER, Speaker(frames(440, 0.5)))
    room.join(AGENT, Speaker(frames(1000, 0.5)))
    room.join(HUB, Speaker(frames(3000, 0.5), injected=True))
    room.play(Sound("", sine(2000, 0.5)))
    ticked(room, 25)

    [chunk] = await recorder.stop()

    [sound] = channels(chunk)
    assert [round(strength(sound, hertz), -3) for hertz in (440, 1000, 2000, 3000)] == [10_000, 10_000, 10_000, 0]
    assert (chunk.began, chunk.lasted, chunk.reason) == (STARTED, timedelta(seconds=0.5), EndReason.SESSION_ENDED)
    assert chunk.participants == (CALLER, AGENT)
    assert [path.name for path in chunk.path.parent.iterdir()] == ["0.wav"]


async def test_injected_sound_is_recorded_where_it_is_asked_for(tmp_path):
    room, recorder = recorded(tmp_path, injected=True)
    room.join(HUB, Speaker(frames(3000, 0.5), injected=True))
    ticked(room, 25)

    [chunk] = await recorder.stop()

    assert strength(channels(chunk)[0], 3000) == pytest.approx(10_000, rel=0.01)
    assert chunk.participants == (HUB,)


async def test_unmixed_recording_has_a_channel_for_each_as_they_come_and_go(tmp_path):
    room, recorder = recorded(tmp_path, unmixed=True)
    room.join(CALLER, Speaker(frames(440, 10)))
    room.join(HUB, Speaker(frames(3000, 10), injected=True))
    ticked(room, 260)
    room.join(AGENT, Speaker(frames(1000, 10)))
    ticked(room, 50)
    room.leave(AGENT)
    ticked(room, 20)

    [chunk] = await recorder.stop()

    caller, agent = channels(chunk)
    assert chunk.channels == (CALLER, AGENT)
    assert np.array_equal(caller, sine(440, 6.6))
    assert np.array_equal(agent[260 * LENGTH : 310 * LENGTH], sine(1000, 1))
    assert not agent[: 260 * LENGTH].any()
    assert not agent[310 * LENGTH :].any()


async def test_channels_are_in_the_order_that_was_asked_for_and_five_at_most(tmp_path):
    room, recorder = recorded(tmp_path, unmixed=True, order=["8:acs:3", "8:acs:nobody"])
    for number in range(5):
        room.join(f"8:acs:{number}", Speaker(frames(400 + 100 * number, 0.2)))
    ticked(room, 10)

    [chunk] = await recorder.stop()

    assert chunk.channels == ("8:acs:3", "8:acs:nobody", "8:acs:0", "8:acs:1", "8:acs:2")
    assert len(chunk.participants) == 5
    loud = [[round(strength(one, hertz), -3) for hertz in (400, 500, 600, 700)] for one in channels(chunk)]
    assert loud == [[0, 0, 0, 1e4], [0, 0, 0, 0], [1e4, 0, 0, 0], [0, 1e4, 0, 0], [0, 0, 1e4, 0]]


async def test_pauses_are_left_out_of_the_sound_and_told(tmp_path):
    room, recorder = recorded(tmp_path)
    recorder.pause()
    recorder.resume()  # at the same moment: no pause at all
    room.join(CALLER, Speaker(frames(440, 0.2) + frames(1000, 0.2) + frames(2000, 0.2)))
    ticked(room, 10)
    recorder.pause()
    recorder.pause()
    ticked(room, 10)
    recorder.resume()
    ticked(room, 10)
    recorder.pause()
    ticked(room, 5)

    [chunk] = await recorder.stop()

    sound = channels(chunk)[0]
    assert chunk.lasted == timedelta(seconds=0.4)
    assert chunk.pauses == (
        Pause(STARTED + timedelta(seconds=0.2), timedelta(seconds=0.2)),
        Pause(STARTED + timedelta(seconds=0.6), timedelta(seconds=0.1)),
    )
    assert strength(sound[: 10 * LENGTH], 440) == pytest.approx(10_000, rel=0.01)
    assert strength(sound[10 * LENGTH :], 2000) == pytest.approx(10_000, rel=0.01)
    assert strength(sound, 1000) < 50


async def test_recording_is_cut_into_chunks_of_the_largest_size(tmp_path):
    room, recorder = recorded(tmp_path, largest=44 + 10 * BYTES)
    room.join(CALLER, Speaker(frames(440, 0.5)))
    ticked(room, 25)

    chunks = await recorder.stop()

    assert [chunk.path.name for chunk in chunks] == ["0.wav", "1.wav", "2.wav"]
    assert [chunk.path.stat().st_size for chunk in chunks] == [44 + 10 * BYTES, 44 + 10 * BYTES, 44 + 5 * BYTES]
    assert [chunk.began - STARTED for chunk in chunks] == [timedelta(seconds=second) for second in (0, 0.2, 0.4)]
    assert [chunk.reason for chunk in chunks] == ["ChunkMaximumSizeExceeded"] * 2 + ["SessionEnded"]
    assert np.array_equal(np.concatenate([channels(chunk)[0] for chunk in chunks]), sine(440, 0.5))


async def test_recording_of_nothing_is_an_empty_file(tmp_path):
    _, recorder = recorded(tmp_path)

    [chunk] = await recorder.stop()

    assert (chunk.lasted, chunk.path.stat().st_size) == (timedelta(), 44)


async def test_disk_that_takes_nothing_ends_the_recording_and_not_the_call(tmp_path, caplog):
    (tmp_path / "recording").write_text("a file where a folder should be")
    room, recorder = recorded(tmp_path, unmixed=True)
    listener = Speaker()
    room.join(CALLER, Speaker(frames(440, 0.2)))
    room.join(AGENT, listener)
    ticked(room, 10)

    assert recorder.broken
    assert strength(listener.sound, 440) == pytest.approx(10_000, rel=0.01)
    assert [record.message for record in caplog.records] == ["a recording ends early: File exists"]


async def test_metadata_tells_of_a_chunk_what_azure_does(tmp_path):
    room, recorder = recorded(tmp_path, unmixed=True)
    for raw_id in (CALLER, AGENT):
        room.join(raw_id, Silent())
    ticked(room, 50)
    recorder.pause()
    ticked(room, 25)

    [chunk] = await recorder.stop()

    assert metadata(chunk, resource="r", call="c", document="0-weu-d1-7") == {
        "resourceId": "r",
        "callId": "c",
        "chunkDocumentId": "0-weu-d1-7",
        "chunkIndex": 0,
        "chunkStartTime": "2026-11-27T09:14:00+00:00",
        "chunkDuration": 1000,
        "pauseResumeIntervals": [{"startTime": "2026-11-27T09:14:01+00:00", "duration": 500}],
        "recordingInfo": {
            "contentType": "audio/wav",
            "channelType": "unmixed",
            "format": "wav",
            "audioConfiguration": {"sampleRate": 16_000, "bitRate": 512_000, "channels": 2},
        },
        "participants": [{"participantId": CALLER}, {"participantId": AGENT}],
    }


@settings(max_examples=20)
@given(st.lists(st.sets(st.integers(0, 3), max_size=4), max_size=12))
def test_every_channel_is_as_long_as_the_recording_whoever_is_there_when(tmp_path_factory, present):
    made = Tracks(tmp_path_factory.mktemp("tracks") / "0.wav", ["0"], most=4)
    for those in present:
        voices = {str(one): np.full(LENGTH, one + 1, np.int16) for one in sorted(those)}
        made.meet(voices)
        made.add(voices)
    made.finish()

    with wave.open(str(made.path)) as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, LENGTH, file.getnchannels())
    expected = [[int(name) + 1 if int(name) in those else 0 for name in made.names] for those in present]
    assert data[:, 0, :].tolist() == expected
    assert len(present) < tracks.BUFFERED

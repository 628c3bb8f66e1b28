"""Media streaming, with a real application at the other end of a real socket."""

import asyncio
import base64
import socket
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import numpy as np
import pytest

from centrala_sound.frames import BYTES, LENGTH, frame_of, samples_of
from localazure.media import messages
from localazure.media.injection import Injection
from localazure.media.party import Silent
from localazure.media.room import Room
from localazure.media.streaming import Options, Streaming
from media.application import application
from media.speaker import Speaker
from media.tones import frames, sine, strength

NOW = datetime(2026, 11, 27, 9, 14, 6, 20_000, UTC)
HEADERS = {"x-ms-call-connection-id": "7", "x-ms-call-correlation-id": "9", "Authorization": "Bearer token"}


class Stream:
    """`told` as a queue, and a room that is ticked by hand."""

    def __init__(self, where, **options):
        self.room = Room()
        self.told = asyncio.Queue()
        made = Options(url=where.url, context=where.context, headers=HEADERS, subscription="sub", **options)
        self.streaming = Streaming(
            made, room=self.room, raw_id="hub", now=lambda: NOW, told=lambda *words: self.told.put_nowait(words)
        )

    async def next(self):
        async with asyncio.timeout(5):
            return await self.told.get()


@asynccontextmanager
async def streaming(where, **options):
    stream = Stream(where, **options)
    running = asyncio.create_task(stream.streaming.run())
    try:
        yield stream
    finally:
        stream.streaming.stop()
        await running


def sound_in(message):
    return samples_of(base64.b64decode(message["audioData"]["data"]))


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


async def test_application_is_dialled_and_told_what_comes_then_the_sound():
    async with application() as hub, streaming(hub) as stream:
        assert await stream.next() == ("mediaStreamingStarted", "subscriptionStarted")
        stream.room.join("4:+14255550123", Speaker(frames(440, 0.02)))
        stream.room.tick()
        stream.room.tick()

        assert await hub.next() == {
            "kind": "AudioMetadata",
            "audioMetadata": {
                "subscriptionId": "sub",
                "encoding": "PCM",
                "sampleRate": 16_000,
                "channels": 1,
                "length": 640,
            },
        }
        first, last = await hub.next(), await hub.next()
        assert np.array_equal(sound_in(first), frames(440, 0.02)[0])
        first["audioData"].pop("data")
        assert first == {
            "kind": "AudioData",
            "audioData": {"timestamp": "2026-11-27T09:14:06.020000Z", "silent": False},
        }
        assert len(sound_in(last)) == LENGTH
        [request] = hub.requests
        assert request.path == "/media?call=7"
        assert {name: request.headers[name] for name in HEADERS} == HEADERS


async def test_silence_is_sent_and_called_so():
    async with application() as hub, streaming(hub) as stream:
        await stream.next()
        stream.room.tick()
        await hub.next()

        message = await hub.next()

        assert message["audioData"]["silent"] is True
        assert not sound_in(message).any()


async def test_unmixed_stream_tells_who_says_what_and_has_the_four_loudest():
    async with application() as hub, streaming(hub, unmixed=True) as stream:
        await stream.next()
        for number, peak in enumerate([5_000, 100, 4_000, 3_000, 2_000]):
            stream.room.join(f"8:acs:{number}", Speaker(frames(400, 0.02, peak=peak)))
        stream.room.tick()
        await hub.next()

        those = [await hub.next() for _ in range(4)]

        assert [one["audioData"]["participantRawID"] for one in those] == [f"8:acs:{number}" for number in (0, 2, 3, 4)]
        assert [round(strength(sound_in(one), 400), -3) for one in those] == [5_000, 4_000, 3_000, 2_000]


async def test_rate_of_24_khz_is_sent_and_taken():
    async with application() as hub, streaming(hub, rate=24_000, bidirectional=True) as stream:
        await stream.next()
        listener = Speaker(frames(440, 0.4))
        stream.room.join("caller", listener)
        await hub.say(*np.split(sine(1000, 0.4, rate=24_000), 20))
        await until(lambda: stream.streaming._injection.waiting == 20)
        for _ in range(22):
            stream.room.tick()

        assert (await hub.next())["audioMetadata"]["sampleRate"] == 24_000
        sent = [sound_in(await hub.next()) for _ in range(20)]
        assert [len(one) for one in sent] == [480] * 20
        assert strength(np.concatenate(sent)[2_400:], 440, rate=24_000) == pytest.approx(10_000, rel=0.01)
        assert strength(listener.sound[1_600:6_400], 1000) == pytest.approx(10_000, rel=0.01)


async def test_application_is_heard_by_the_others_and_not_by_itself():
    async with application() as hub, streaming(hub, bidirectional=True) as stream:
        await stream.next()
        await hub.next()
        listener = Speaker()
        stream.room.join("caller", listener)
        injected = []
        stream.room.listen(lambda moment: injected.append(moment.injected))
        await hub.say(*frames(1000, 0.1))
        await until(lambda: stream.streaming._injection.waiting == 5)
        for _ in range(5):
            stream.room.tick()

        assert np.array_equal(listener.sound, np.concatenate(frames(1000, 0.1)))
        assert not np.concatenate([sound_in(await hub.next()) for _ in range(5)]).any()
        assert injected == [{"hub"}] * 5


@pytest.mark.parametrize("stop", [{"kind": "StopAudio", "stopAudio": {}}, {"Kind": "StopAudio", "StopAudio": {}}])
async def test_stop_audio_takes_back_what_was_not_heard_yet(stop):
    async with application() as hub, streaming(hub, bidirectional=True) as stream:
        await stream.next()
        listener = Speaker()
        stream.room.join("caller", listener)
        await hub.say(*frames(1000, 2))
        await until(lambda: stream.streaming._injection.waiting == 100)
        stream.room.tick()
        await hub.send(stop)
        await until(lambda: stream.streaming._injection.waiting == 0)
        for _ in range(3):
            stream.room.tick()

        assert listener.heard[0].any()
        assert not listener.heard[-1].any()


async def test_sound_in_microsofts_other_spelling_is_taken():
    async with application() as hub, streaming(hub, bidirectional=True) as stream:
        await stream.next()
        data = base64.b64encode(bytes(BYTES)).decode()

        await hub.send({"Kind": "AudioData", "AudioData": {"Data": data}, "StopAudio": None})

        await until(lambda: stream.streaming._injection.waiting == 1)


async def test_application_that_may_not_speak_is_not_heard():
    async with application() as hub, streaming(hub) as stream:
        await stream.next()
        await hub.say(*frames(1000, 0.1))
        await (await hub.connections[-1].ping())

        assert stream.room.parties == ()


async def test_keys_are_told_where_they_are_wanted():
    async with application() as hub, streaming(hub, keys=True) as stream, streaming(hub) as other:
        for one in (stream, other):
            await one.next()
            one.streaming.press("5")

        kinds = [await hub.next() for _ in range(3)]

        assert sorted(one["kind"] for one in kinds) == ["AudioMetadata", "AudioMetadata", "DtmfData"]
        assert {"kind": "DtmfData", "dtmfData": {"data": "5"}} in kinds


async def test_messages_that_mean_nothing_are_counted_and_told_once_and_the_stream_goes_on(caplog):
    junk = [b"\xff\xfe", "no json", "[]", '{"kind":"Dance"}', "[" * 10_000, '{"kind":"AudioData"}',
            '{"kind":"AudioData","audioData":{"data":"%%"}}', '{"kind":"AudioData","audioData":{"data":"AAAA"}}',
            '{"kind":"AudioData","audioData":{"data":"ż"}}', '{"kind":"AudioData","audioData":{"data":7}}']  # fmt: skip
    async with application() as hub, streaming(hub, bidirectional=True) as stream:
        await stream.next()
        for one in junk:
            await hub.send(one)
        await hub.say(*frames(1000, 0.04))
        await until(lambda: stream.streaming._injection.waiting == 2)

        assert stream.streaming.misfits == len(junk)
        assert [record.message for record in caplog.records] == ["stream sub: a message was left out: it is not JSON"]


async def test_stopped_stream_leaves_the_room_and_is_told():
    async with application() as hub, streaming(hub, bidirectional=True) as stream:
        await stream.next()
        assert stream.room.parties == ("hub",)

        stream.streaming.stop()

        assert await stream.next() == ("mediaStreamingStopped", "subscriptionStopped")
        assert stream.room.parties == ()
        assert not stream.streaming.active
        await until(lambda: hub.connections[0].close_code == 1000)


@pytest.mark.parametrize("how", ["closed", "cut"])
async def test_application_that_goes_is_told_of_and_the_call_goes_on(how):
    async with application() as hub, streaming(hub, bidirectional=True) as stream:
        await stream.next()
        if how == "closed":
            await hub.connections[0].close()
        else:
            hub.connections[0].transport.abort()

        assert await stream.next() == ("mediaStreamingFailed", "streamConnectionInterrupted")
        assert stream.room.parties == ()
        stream.room.tick()


@pytest.mark.parametrize(
    ("status", "details"),
    [
        (400, "badRequest"),
        (401, "authenticationFailure"),
        (403, "forbidden"),
        (429, "tooManyRequests"),
        (503, "initialWebSocketConnectionFailed"),
    ],
)
async def test_application_that_refuses_is_told_of_with_the_reason(status, details):
    async with application(refusal=status) as hub, streaming(hub) as stream:
        assert await stream.next() == ("mediaStreamingFailed", details)


async def test_certificate_of_somebody_unknown_is_not_trusted():
    async with application() as hub:
        hub.context = ssl.create_default_context()
        async with streaming(hub) as stream:
            assert await stream.next() == ("mediaStreamingFailed", "initialWebSocketConnectionFailed")


@pytest.mark.parametrize("url", ["wss://localhost:{port}/", "ws://localhost:{port}/", "wss://[::1/", "gopher://x/"])
async def test_address_where_nobody_answers_is_a_failure(url):
    with socket.create_server(("localhost", 0)) as server:
        port = server.getsockname()[1]
    async with application() as hub:
        hub.url = url.format(port=port)
        async with streaming(hub) as stream:
            assert await stream.next() == ("mediaStreamingFailed", "initialWebSocketConnectionFailed")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", b"220 mail\r\n", b""])
async def test_server_of_another_kind_is_a_failure(answer):
    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "localhost", 0) as server, application() as hub:
        hub.url = f"ws://localhost:{server.sockets[0].getsockname()[1]}/"
        async with streaming(hub) as stream:
            assert await stream.next() == ("mediaStreamingFailed", "initialWebSocketConnectionFailed")


async def test_application_that_takes_nothing_loses_frames_and_then_the_stream():
    """It reads no more; a caller must not wait for it, and nothing piles up here."""
    async with application() as hub, streaming(hub) as stream:
        await stream.next()
        await hub.next()
        stream.room.join("caller", Silent())
        hub.connections[0].transport.pause_reading()
        for _ in range(20_000):
            stream.room.tick()
            if not stream.streaming.active or not stream.told.empty():
                break
            await asyncio.sleep(0)

        assert await stream.next() == ("mediaStreamingFailed", "streamConnectionInterrupted")


def test_pieces_of_any_length_are_heard_whole():
    wave = sine(440, 0.1)
    injection = Injection(16_000)
    for begin, end in ((0, 7), (7, 700), (700, 1_599), (1_599, 1_600)):
        injection.feed(wave[begin:end])

    assert np.array_equal(np.concatenate([injection.speak() for _ in range(5)]), wave)


@pytest.mark.parametrize(("rate", "length"), [(16_000, 400), (24_000, 601)])
def test_rest_that_fills_no_frame_is_heard_in_the_end(rate, length):
    injection = Injection(rate)
    injection.feed(np.full(length, 1_000, np.int16))

    said = [injection.speak() for _ in range(8)]

    assert sum(frame is not None for frame in said) == 2


def test_message_is_read_as_it_is_written():
    message = messages.audio(NOW, frame_of(bytes(range(256)) * 2 + bytes(128)), raw_id='4:+1"')

    read = messages.read(message)

    assert isinstance(read, messages.Audio)
    assert read.samples.tobytes() == bytes(range(256)) * 2 + bytes(128)

"""The client that deliveries go through, against servers that behave in every way."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from pathlib import Path

import certifi
import pytest

from localazure.clock import Clock
from localazure.eventgrid.webhook import Webhooks
from localazure.records.time import ClockOffset

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@pytest.fixture
async def clock():
    return Clock()


@pytest.fixture
async def client(local_azure, clock):
    made = Webhooks(Path(local_azure.ca_bundle), clock)
    yield made
    await made.close()


@pytest.fixture
def serve(certificate):
    """Makes a server that answers each request of a connection with the next of the answers, then hangs up."""

    @asynccontextmanager
    async def serve(*answers, hang=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        seen, tasks = [], []

        async def talk(reader, writer):
            tasks.append(asyncio.current_task())
            seen.append([])
            for answer in answers:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                seen[-1].append(head + await reader.readexactly(length))
                for part in answer if isinstance(answer, tuple) else (answer,):
                    writer.write(part)
                    await writer.drain()
            if hang:
                await asyncio.Event().wait()
            writer.close()

        async def guarded(reader, writer):
            try:
                await talk(reader, writer)
            except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                writer.close()

        server = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=context)
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}/hook?k=%2Fs", seen
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    return serve


async def test_request_goes_out_as_it_is_and_connections_are_kept(client, serve):
    async with serve(OK, OK) as (url, seen):
        answers = [await client.send("POST", url, {"x-a": "b"}, b"[]") for _ in range(2)]

    [requests] = seen
    assert [(one.status, one.body) for one in answers] == [(200, b"ok")] * 2
    assert requests[0].startswith(b"POST /hook?k=%2Fs HTTP/1.1\r\nhost: localhost:")
    assert requests[0].endswith(b"\r\ncontent-length: 2\r\nx-a: b\r\n\r\n[]")


@pytest.mark.parametrize(
    "answer",
    [
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n", b"1\r\nk\r\n0\r\n\r\n"),
        b"HTTP/1.1 200 OK\r\n\r\nok",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
        (b"HTTP/1.1 200 OK\r\ncon", b"tent-length: 2\r\n\r", b"\no", b"k"),
    ],
    ids=["chunks", "until the end", "continue", "http 1.0", "pieces"],
)
async def test_every_form_of_answer_is_read(client, serve, answer):
    async with serve(answer) as (url, _):
        found = await client.send("POST", url, {}, b"[]")

    assert (found.status, found.body) == (200, b"ok")


async def test_connection_that_was_closed_meanwhile_costs_no_attempt(client, serve):
    async with serve(OK) as (url, seen):
        answers = [await client.send("POST", url, {}, b"[]") for _ in range(3)]

    assert [one.status for one in answers] == [200, 200, 200]
    assert [len(each) for each in seen] == [1, 1, 1]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok",
        b"what?\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"x" * 1_100_000,
    ],
    ids=["nothing", "half", "no http", "endless"],
)
async def test_broken_answer_is_a_socket_error(client, serve, answer):
    async with serve(answer) as (url, _):
        found = await client.send("POST", url, {}, b"[]")

    assert (found.status, found.failure) == (None, "SocketError")


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("https://localhost:9/", "SocketError"),
        (f"https://{'a' * 64}.example/", "ResolutionError"),
    ],
)
async def test_endpoint_out_of_reach_is_told_by_its_reason(client, url, failure):
    found = await client.send("POST", url, {}, b"[]")

    assert (found.status, found.failure) == (None, failure)


async def test_certificate_that_nobody_vouches_for_is_refused(serve, clock):
    stranger = Webhooks(Path(certifi.where()), clock)

    async with serve(OK) as (url, seen):
        found = await stranger.send("POST", url, {}, b"[]")

    assert (found.failure, seen) == ("SocketError", [])


async def test_answer_may_take_thirty_seconds_of_the_clock(client, clock, serve):
    async with serve((), hang=True) as (url, seen):
        waiting = asyncio.create_task(client.send("POST", url, {}, b"[]"))
        while not seen or not seen[0]:
            await asyncio.sleep(0.005)
        clock.set(ClockOffset(29))
        await asyncio.sleep(0.02)
        early = waiting.done()
        clock.set(ClockOffset(31))

        assert (await waiting).failure == "TimedOut"
        assert not early


async def test_limit_holds_after_the_clock_was_turned_back(client, clock, serve):
    async with serve((), hang=True) as (url, _):
        clock.set(ClockOffset(86_400))
        first = asyncio.create_task(client.send("POST", url, {}, b"[]"))
        await asyncio.sleep(0.02)
        clock.set(ClockOffset())
        second = asyncio.create_task(client.send("POST", url, {}, b"[]"))
        await asyncio.sleep(0.02)
        clock.set(ClockOffset(31))

        assert (await second).failure == "TimedOut"
        first.cancel()
        assert isinstance((await asyncio.gather(first, return_exceptions=True))[0], asyncio.CancelledError)

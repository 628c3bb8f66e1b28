"""Posts texts at a steady rate and watches the desks' streams, in a process of its own: `python -m bench.watcher`, with
a Watch as JSON on stdin; a Seen comes out on stdout."""

import asyncio
import gc
import re
import sys
import time

import msgspec
import uvloop

from bench.poster import request

CONNECTIONS = 256
ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """`events` are the bodies of the requests, `conversations` the id that each of them changes, "" where it is new."""

    port: int
    target: str
    headers: dict[str, str]
    cookie: str
    streams: int
    rate: int  # a second
    events: list[msgspec.Raw]
    conversations: list[str]
    patience: float  # seconds for what is still on its way at the end


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds of each text: from its moment to the answer, and to its conversation on the first stream (None: not
    seen); `late` is how long after its moment the client came to send it."""

    answered: list[float]
    streamed: list[float | None]
    late: list[float]


async def watched(watch: Watch) -> Seen:
    many = len(watch.events)
    answered, late, streamed = [0.0] * many, [0.0] * many, dict[bytes, float]()
    streams = [asyncio.create_task(_stream(watch, streamed if not n else None)) for n in range(watch.streams)]
    await asyncio.sleep(1)  # until all are open
    began = time.perf_counter() + 0.1
    moments = [began + number / watch.rate for number in range(many)]
    waiting = iter(range(many))

    async def sender() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", watch.port)
        for number in waiting:
            await asyncio.sleep(max(moments[number] - time.perf_counter(), 0))
            late[number] = time.perf_counter() - moments[number]
            body = bytes(watch.events[number])
            writer.write(request(port=watch.port, target=watch.target, headers=watch.headers, body=body))
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            answered[number] = time.perf_counter() - moments[number]
        writer.close()

    await asyncio.gather(*(sender() for _ in range(CONNECTIONS)))
    await asyncio.sleep(watch.patience)
    for stream in streams:
        stream.cancel()
    seen = [streamed.get(id_.encode()) for id_ in watch.conversations]
    return Seen(
        answered=[1e3 * took for took in answered],
        late=[1e3 * took for took in late],
        streamed=[None if at is None else 1e3 * (at - moment) for at, moment in zip(seen, moments, strict=True)],
    )


async def _stream(watch: Watch, seen: dict[bytes, float] | None) -> None:
    """When each conversation was first named; without `seen` it is only read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", watch.port)
    writer.write(f"GET /desk/stream HTTP/1.1\r\nHost: localhost\r\nCookie: {watch.cookie}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())
    while part := await (reader.readline() if seen is not None else reader.read(1 << 16)):
        if seen is not None:
            at = time.perf_counter()
            for id_ in ID.findall(part):
                seen.setdefault(id_, at)


def main() -> None:
    gc.disable()  # a collection among so many events takes longer than most answers
    watch = msgspec.json.decode(sys.stdin.buffer.read(), type=Watch)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(watched(watch))))


if __name__ == "__main__":
    main()

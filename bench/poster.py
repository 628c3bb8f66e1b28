"""Posts events in a process of its own: `python -m bench.poster`, with a Load as JSON on stdin.

Every event has an id of its own. All bodies are made before the clock starts; what is written to stdout is the seconds
from the first request to the last answer.
"""

import asyncio
import subprocess
import sys
import time
from uuid import uuid4

import msgspec
import uvloop


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """`event` is one as Event Grid worded it, `headers` what came with it."""

    port: int
    target: str
    headers: dict[str, str]
    event: dict[str, object]
    requests: int
    batch: int
    connections: int


def post(load: Load) -> float:
    """Seconds that it took. Raises CalledProcessError unless each request was answered 200."""
    command = [sys.executable, "-m", "bench.poster"]
    told = subprocess.run(command, input=msgspec.json.encode(load), stdout=subprocess.PIPE, check=True).stdout
    return float(told)


def batch(event: dict[str, object], many: int) -> bytes:
    """So many of the event, each with an id of its own."""
    return msgspec.json.encode([event | {"id": str(uuid4())} for _ in range(many)])


def request(*, port: int, target: str, headers: dict[str, str], body: bytes) -> bytes:
    headers = headers | {"host": f"127.0.0.1:{port}", "content-length": str(len(body))}
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _request(load: Load) -> bytes:
    body = batch(load.event, load.batch)
    return request(port=load.port, target=load.target, headers=load.headers, body=body)


async def _post_all(load: Load) -> float:
    waiting = iter([_request(load) for _ in range(load.requests)])

    async def sender() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", load.port)
        for request in waiting:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(load.connections)))
    return time.perf_counter() - began


def main() -> None:
    load = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    print(uvloop.run(_post_all(load)))


if __name__ == "__main__":
    main()

"""The least that a client can do: asyncio's streams, sixteen connections, a fixed request, no parsing beyond need.

It runs in a process of its own, like the cloud that it is compared with.
"""

import asyncio
import ssl
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import uvloop

from bench.receiver import Sample

CONNECTIONS = 16


def started(hook: str, sample: Path, ca_bundle: str, many: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "bench.raw_client", hook, str(sample), ca_bundle, str(many)])


async def _send_all(hook: str, request: bytes, context: ssl.SSLContext, many: int) -> None:
    numbers = iter(range(many))
    url = urlsplit(hook)

    async def sender() -> None:
        reader, writer = await asyncio.open_connection(url.hostname, url.port, ssl=context)
        for _ in numbers:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
        writer.close()

    await asyncio.gather(*(sender() for _ in range(CONNECTIONS)))


def main(hook: str, sample: str, ca_bundle: str, many: str) -> None:
    kept = msgspec.json.decode(Path(sample).read_bytes(), type=Sample)
    lines = [f"POST {kept.target} HTTP/1.1", *(f"{name}: {value}" for name, value in kept.headers.items())]
    request = "\r\n".join([*lines, "", kept.body]).encode()
    context = ssl.create_default_context(cafile=ca_bundle)
    uvloop.run(_send_all(hook, request, context, int(many)))


if __name__ == "__main__":
    main(*sys.argv[1:])

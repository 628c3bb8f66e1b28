"""A customer's application that answers each frame with one of its own: `python -m bench.media_application FOLDER`.

Its port is the first line it prints; the certificate and its key lie in the folder. uvicorn's server without asyncio's
queues would be less of a load, but it is not what is measured: it has a processor of its own.
"""

import ssl
import sys
from pathlib import Path

import uvloop
from websockets.asyncio.server import ServerConnection, serve

ANSWER = '{"kind":"AudioData","audioData":{"data":"%s"}}'


async def main(folder: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    async with serve(_attend, "127.0.0.1", 0, ssl=context, compression=None, ping_interval=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


async def _attend(connection: ServerConnection) -> None:
    """The same sound back: what a relay does with an agent's voice, at the same pace."""
    async for message in connection:
        assert isinstance(message, str)
        if message.startswith('{"kind":"AudioData"'):
            _, _, rest = message.partition('"data":"')
            await connection.send(ANSWER % rest.partition('"')[0])


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))

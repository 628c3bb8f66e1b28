"""A customer's application at the other end of a media stream."""

import asyncio
import base64
import json
import ssl
from contextlib import asynccontextmanager
from functools import cache

import trustme
from websockets.asyncio.server import serve

from centrala_sound.frames import bytes_of


class Application:
    def __init__(self, context):
        self.url = ""
        self.context = context  # trusts it
        self.requests = []
        self.connections = []
        self._messages = asyncio.Queue()

    async def attend(self, connection):
        self.requests.append(connection.request)
        self.connections.append(connection)
        async for message in connection:
            self._messages.put_nowait(json.loads(message))

    async def next(self):
        async with asyncio.timeout(5):
            return await self._messages.get()

    async def say(self, *samples):
        """Sound in messages of Microsoft's first spelling."""
        for one in samples:
            data = base64.b64encode(bytes_of(one)).decode()
            await self.send({"kind": "AudioData", "audioData": {"data": data}})

    async def send(self, message):
        await self.connections[-1].send(message if isinstance(message, str | bytes) else json.dumps(message))


@cache
def contexts():
    authority = trustme.CA()
    served, trusted = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(served)
    authority.configure_trust(trusted)
    return served, trusted


@asynccontextmanager
async def application(refusal=None):
    """`refusal` is the HTTP status that it answers every request with."""
    served, trusted = contexts()
    made = Application(trusted)

    def refuse(connection, request):
        return connection.respond(refusal, "no\n") if refusal else None

    options = {"ssl": served, "process_request": refuse, "close_timeout": 0.1}
    async with serve(made.attend, "localhost", 0, **options) as server:
        made.url = f"wss://localhost:{server.sockets[0].getsockname()[1]}/media?call=7"
        yield made

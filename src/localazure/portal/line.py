"""The line of a telephone in the browser: a web socket with words as JSON and sound in frames of 640 bytes, both ways.

The page says what it wants in `do`, the cloud tells in `state` what the telephone does. A page that goes hangs up.
"""

import asyncio
from contextlib import suppress
from typing import Literal

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from localazure.calling.handset import Handset
from localazure.errors import ServiceError
from localazure.portal.telephones import normalised, trouble
from localazure.world import World

MOST_WAITING = 25  # frames; a page that takes no more hears the newest half second when it is back
NO_TELEPHONE = 4400


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    do: Literal["call", "answer", "hang_up", "press"]
    to: str = ""
    through: str = ""
    key: str = ""


class Outbox:
    """What is to be sent. Words are never lost, sound is where it piles up."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[dict[str, str] | bytes] = asyncio.Queue()

    def put(self, message: dict[str, str] | bytes) -> None:
        if isinstance(message, dict) or self._queue.qsize() < MOST_WAITING:
            self._queue.put_nowait(message)

    async def send(self, socket: WebSocket) -> None:
        """Until the telephone is closed from here."""
        while True:
            message = await self._queue.get()
            if isinstance(message, bytes):
                await socket.send_bytes(message)
            else:
                await socket.send_text(msgspec.json.encode(message).decode())
                if message.get("state") == "closed":
                    return


async def line(world: World, socket: WebSocket) -> None:
    number = normalised(socket.query_params.get("number", ""))
    if trouble(world, number):
        await socket.close(NO_TELEPHONE)
        return
    await socket.accept()
    outbox = Outbox()
    handset = Handset(world, number, outbox.put)
    tasks = [
        asyncio.create_task(one) for one in (outbox.send(socket), _receive(handset, socket, outbox), _closing(world))
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        handset.close()
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    if tasks[1].cancelled():
        with suppress(WebSocketDisconnect):
            await socket.close()
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
            raise result


async def _closing(world: World) -> None:
    await world.closing.wait()


async def _receive(handset: Handset, socket: WebSocket, outbox: Outbox) -> None:
    """Until the page is gone."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        if (sound := message.get("bytes")) is not None:
            _feed(handset, sound, outbox)
        else:
            _do(handset, message.get("text") or "", outbox)


def _feed(handset: Handset, sound: bytes, outbox: Outbox) -> None:
    try:
        handset.feed(sound)
    except ValueError as error:
        outbox.put({"refused": str(error)})


def _do(handset: Handset, text: str, outbox: Outbox) -> None:
    try:
        asked = msgspec.json.decode(text, type=Asked)
        match asked.do:
            case "call":
                handset.call(normalised(asked.to), asked.through or None)
            case "answer":
                handset.answer()
            case "hang_up":
                handset.hang_up()
            case "press":
                handset.press(asked.key)
    except ServiceError as error:
        outbox.put({"refused": error.message})
    except (msgspec.DecodeError, RecursionError):
        outbox.put({"refused": "The message is not understood."})

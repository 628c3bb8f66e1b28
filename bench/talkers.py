"""Agents who talk, in a process of their own: `python -m bench.talkers`, with a Talk as JSON on stdin and the
installation in the environment. A line comes out when all of them talk, and a Talked at the end."""

import asyncio
import os
import sys
import time

import msgspec
import uvloop
import websockets

FRAME_SECONDS = 0.02
FRAME = bytes([0, 16] * 320)  # no silence
LATEST = 0.99


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """`customers` are called by the numbers that they call from; each gets an agent."""

    hub: str
    customers: list[str]
    seconds: float


class Talked(msgspec.Struct, frozen=True, kw_only=True):
    """How much later than the quickest of its call a frame came to its agent, and the share of those that did not."""

    delay_median_ms: float
    delay_p99_ms: float
    missing: float


def tickets(customers: list[str]) -> list[str]:
    """What lets an agent into each of these calls, which is the agent's from now on."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "centrala.settings")
    import django

    django.setup()
    from django.contrib.auth import SESSION_KEY
    from django.utils.timezone import now

    from centrala.calls import tickets as calls
    from centrala.conversations.models import Conversation, ConversationState
    from centrala.organization.models import Role, User
    from centrala.organization.session_store import SessionStore
    from centrala.organization.sessions import mark

    issued = []
    for number, customer in enumerate(customers):
        agent = User.objects.create_user(f"talker{number}", role=Role.AGENT)
        talk = Conversation.objects.select_related("call").get(contact__number=customer)
        Conversation.objects.filter(pk=talk.pk).update(state=ConversationState.ACTIVE, agent=agent, assigned_at=now())
        session = SessionStore()
        session[SESSION_KEY] = str(agent.pk)
        session.create()
        issued.append(calls.issue(calls.Ticket(talk.call.pk, agent.pk, session=mark(session.session_key or ""))))
    return issued


async def _talk(talk: Talk, issued: list[str]) -> Talked:
    address = f"{talk.hub.replace('http', 'ws', 1)}/calls/talk"
    sockets = [await websockets.connect(f"{address}?ticket={ticket}", compression=None) for ticket in issued]
    heard: list[list[float]] = [[] for _ in sockets]
    ears = [asyncio.create_task(_hear(socket, times)) for socket, times in zip(sockets, heard, strict=True)]
    mouths = [asyncio.create_task(_speak(socket, number)) for number, socket in enumerate(sockets)]
    await asyncio.sleep(2)  # until the first frames have come
    for times in heard:
        times.clear()
    print(flush=True)
    began = time.perf_counter()
    await asyncio.sleep(talk.seconds)
    took = time.perf_counter() - began
    for task in (*ears, *mouths):
        task.cancel()
    await asyncio.gather(*ears, *mouths, return_exceptions=True)
    delays = sorted(delay for times in heard for delay in _delays(times))
    expected = took / FRAME_SECONDS * len(sockets)
    return Talked(
        delay_median_ms=1e3 * delays[len(delays) // 2],
        delay_p99_ms=1e3 * delays[int(len(delays) * LATEST)],
        missing=max(1 - len(delays) / expected, 0),
    )


def _delays(times: list[float]) -> list[float]:
    """Beside a clock that ticks with the frame that came earliest."""
    phases = [at - number * FRAME_SECONDS for number, at in enumerate(times)]
    first = min(phases, default=0.0)
    return [phase - first for phase in phases]


async def _hear(socket: websockets.ClientConnection, times: list[float]) -> None:
    while True:
        if isinstance(await socket.recv(), bytes):
            times.append(time.perf_counter())


async def _speak(socket: websockets.ClientConnection, number: int) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time() + number * FRAME_SECONDS / 40  # not all of them in the same moment
    while True:
        due += FRAME_SECONDS
        await asyncio.sleep(due - loop.time())
        await socket.send(FRAME)


def main() -> None:
    talk = msgspec.json.decode(sys.stdin.buffer.read(), type=Talk)
    told = uvloop.run(_talk(talk, tickets(talk.customers)))
    sys.stdout.buffer.write(msgspec.json.encode(told))


if __name__ == "__main__":
    main()

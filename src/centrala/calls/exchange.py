"""The calls of one web process: it takes those that ring, has their sound, and lets go of those that are over.

What a call is stands in the database. Whenever something may have changed there, the call is read again and its
`LiveCall` is told; so a notice that is lost costs a second and no call.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import msgspec
from django.db import Error as DatabaseError
from django.db import connection as database
from django.utils.timezone import now

from centrala.azure.calls import Calls
from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.calls import actions, frames, prompts, taping
from centrala.calls.leg import Leg
from centrala.calls.live import CHANNEL
from centrala.calls.live_call import LiveCall, Standing
from centrala.calls.models import Call, CallEnd, CallState, Node, Recorded
from centrala.calls.queries import standing, standings
from centrala.conversations.live import CHANNEL as DESK
from centrala.listening import listen

NAME = "centrala calls"
LOOK_SECONDS = 1.0
BEAT_SECONDS = 2.0
TRIES = 3  # to answer: the caller hears it ring for half a minute
REJOIN_SECONDS = 90.0  # an agent whose browser is gone may come back
LONGEST = timedelta(hours=2)  # of a call; so does the original
SOUND_SECONDS = 30.0  # a call without the service's socket is given up then
P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)


class Exchange:
    """Start it in the running loop."""

    def __init__(
        self, *, dsn: str, cloud: Cloud, address: str, folder: Path, keep_legs: Callable[[], object] = lambda: None
    ) -> None:
        """`keep_legs` takes what was recorded of the agents out of the folder, once it is complete."""
        self.node = Node(address=address)
        self.calls: dict[UUID, LiveCall] = {}
        self._dsn = dsn
        self._cloud = cloud
        self._clients: dict[str, Calls] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._look = asyncio.Event()
        self._beaten = 0.0
        self._folder = folder
        self._keep_legs = keep_legs

    def start(self) -> None:
        hear = {CHANNEL: lambda _id: self._look.set(), DESK: self._told_by_desk}
        self._spawn(listen(self._dsn, hear, name=NAME, found=self._look.set))
        self._spawn(self._look_for_ever())
        self._spawn(self._tick_for_ever())
        self._spawn(self._keep())  # of a process that was killed

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for live in self.calls.values():
            if live.leg is not None:
                live.leg.close()
        with contextlib.suppress(DatabaseError):
            await in_thread(actions.goodbye, self.node)

    def look(self) -> None:
        """Something may have changed: now rather than in a second."""
        self._look.set()

    def live(self, call: UUID) -> LiveCall:
        return self.calls.setdefault(call, LiveCall(call, leg=Leg(self._folder, call)))

    async def refresh(self, live: LiveCall) -> None:
        """Reads how things stand, and does what follows from it."""
        await self._follow(live, await in_thread(standing, live.call))

    async def _follow(self, live: LiveCall, stands: Standing) -> None:
        live.refresh(stands)
        await self._pause_on_hold(live)
        await self._speak(live)
        if stands.over and not stands.ended and live.silent:
            await self._hang_up(live)
        if stands.ended:
            self._forget(live)

    async def _speak(self, live: LiveCall) -> None:
        """What the hub says by itself: once as the call begins, and once before it hangs up."""
        if live.line is None or live.standing.conversation is None or live.standing.ended:
            return
        if live.standing.over and not live.parted:
            live.greeted = live.parted = True
            live.announce(await in_thread(prompts.farewell, live.call))
        elif not live.greeted:
            live.greeted = True
            if live.standing.is_new:
                live.announce(await in_thread(prompts.greeting, live.call))

    def _forget(self, live: LiveCall) -> None:
        self.calls.pop(live.call, None)
        if live.leg is not None and live.leg.written:
            live.leg.close()
            self._spawn(self._keep())

    async def _keep(self) -> None:
        """What fails is done again by the worker's sweep."""
        try:
            await in_thread(self._keep_legs)
        except (OSError, DatabaseError) as error:
            log.warning("What was recorded of agents waits for its storage (%s).", type(error).__name__)

    async def _pause_on_hold(self, live: LiveCall) -> None:
        how = live.standing
        if live.held and how.recorded == Recorded.YES and how.pauses_on_hold:
            await in_thread(taping.held, live.call, on=True)
        elif not live.held and how.recorded == Recorded.HELD:
            await in_thread(taping.held, live.call, on=False)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("A task of calls failed.", exc_info=error)

    def _told_by_desk(self, told: str) -> None:
        concerned = {live.standing.conversation: live for live in self.calls.values()}
        for id_ in msgspec.json.decode(told).get("conversations", []):
            if (live := concerned.get(UUID(id_))) is not None:
                self._spawn(self.refresh(live))

    async def _look_for_ever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._look.wait()
            self._look.clear()
            try:
                await self._look_once()
            except DatabaseError as error:
                log.warning("Calls cannot reach the database (%s).", type(error).__name__)

    async def _look_once(self) -> None:
        if monotonic() - self._beaten > BEAT_SECONDS:
            await in_thread(actions.alive, self.node)
            self._beaten = monotonic()
        for call in await in_thread(actions.claim, node=self.node):
            self._spawn(self._answer(call))
        for call, reachable in await in_thread(actions.adopt, node=self.node):
            self._spawn(self._take_over(call, reachable=reachable))
        for id_, stands in (await in_thread(standings, list(self.calls))).items():
            if (live := self.calls.get(id_)) is not None:
                await self._look_after(live, stands)

    async def _look_after(self, live: LiveCall, stands: Standing) -> None:
        """Whatever is wrong with one call, the others go on."""
        try:
            await self._follow(live, stands)
            await self._be_patient(live)
        except DatabaseError:
            raise
        except Exception:
            log.exception("Call %s could not be looked after.", live.call)

    async def _answer(self, call: Call) -> None:
        self.live(call.pk)
        for tried in range(1, TRIES + 1):
            try:
                answered = await asyncio.to_thread(self._client(call).answer, call.context, **self._addresses(call))
            except AzureError as error:
                log.warning("Call %s could not be answered (%s).", call.pk, error.status)
                if error.permanent or tried == TRIES:
                    await in_thread(actions.ended, call.pk, CallEnd.FAILED, detail=str(error))
                    return
                await asyncio.sleep(error.retry_after or 1.0)
            else:
                await in_thread(actions.answered, call.pk, answered)
                return

    def _addresses(self, call: Call) -> dict[str, str]:
        sound = f"{self.node.address.replace('https', 'wss', 1)}/calls/{call.secret}/media"
        return {"callback_url": call.callback_url, "media_url": sound}

    async def _take_over(self, call: Call, *, reachable: bool) -> None:
        """Of a node that died: it is answered where it was not, the service dials our address again where it is the
        same, else the call is ended."""
        live = self.live(call.pk)
        if call.state == CallState.ANSWERING and not call.call_connection_id:
            await self._answer(call)
            return
        if reachable and await self._dialled_again(call):
            return
        log.warning("Call %s is lost: its sound went to a process that is no more.", call.pk)
        await self._give_up(live, CallEnd.LOST)

    async def _dialled_again(self, call: Call) -> bool:
        try:
            await asyncio.to_thread(self._client(call).stream_again, call.call_connection_id)
        except AzureError as error:
            log.warning("The sound of call %s cannot be had again (%s).", call.pk, error.status)
            return False
        return True

    async def _be_patient(self, live: LiveCall) -> None:
        """Nobody waits for ever: for an agent's browser, or for sound of the service. Nobody talks for ever, either."""
        begun = live.standing.connected_at
        if begun is not None and now() - begun > LONGEST:
            await self._give_up(live, CallEnd.TOO_LONG)
            return
        if live.alone_since is not None and monotonic() - live.alone_since > REJOIN_SECONDS:
            live.alone_since = None
            await in_thread(actions.agent_gone, live.call)
        if live.silent_since is not None and monotonic() - live.silent_since > SOUND_SECONDS:
            await self._give_up(live, CallEnd.LOST)

    async def _hang_up(self, live: LiveCall) -> None:
        call = await in_thread(Call.objects.select_related("connection", "conversation").get, pk=live.call)
        await self._give_up(live, actions.why_over(call))

    async def _give_up(self, live: LiveCall, ending: CallEnd) -> None:
        call = await in_thread(Call.objects.select_related("connection").get, pk=live.call)
        if call.call_connection_id and call.state != CallState.ENDED:
            try:
                await asyncio.to_thread(self._client(call).hang_up, call.call_connection_id)
            except AzureError as error:
                log.warning("Call %s could not be hung up (%s).", call.pk, error.status)
        await in_thread(actions.ended, call.pk, ending)
        live.refresh(Standing(live.call, live.standing.conversation, over=True, ended=True))
        self._forget(live)

    async def _tick_for_ever(self) -> None:
        """Every 20 ms by the clock: a beat that came late does not push the next ones."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + frames.SECONDS, loop.time() - 5 * frames.SECONDS)
            await asyncio.sleep(due - loop.time() if self.calls else LOOK_SECONDS / 4)
            for live in list(self.calls.values()):
                try:
                    live.tick()
                except Exception:
                    log.exception("What call %s hears could not be had.", live.call)
                    if live.line is not None:
                        live.lost(live.line)  # not again every 20 ms: it is given up soon

    def _client(self, call: Call) -> Calls:
        """One for each key of the resource: it keeps its connections open."""
        text = str(call.connection.connection_string)
        if text not in self._clients:
            self._clients[text] = Calls(connection=call.connection.connection_string, cloud=self._cloud)
        return self._clients[text]


async def in_thread(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """A thread of the pool keeps no connection to the database."""

    def run() -> T:
        try:
            return work(*given, **named)
        finally:
            database.close()

    return await asyncio.to_thread(run)

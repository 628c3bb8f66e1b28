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
from typing import Any
from uuid import UUID

import msgspec
from django.db import Error as DatabaseError
from django.utils.timezone import now

from centrala.azure.calls import Calls
from centrala.azure.cloud import Cloud
from centrala.calls import actions, advice, asking, attending, company, frames, leases, outside, prompts, taping
from centrala.calls.leg import CUSTOMER, Leg
from centrala.calls.live import CHANNEL
from centrala.calls.live_call import LiveCall
from centrala.calls.models import Call, CallEnd, CallState, Node, Recorded
from centrala.calls.music import melody
from centrala.calls.outlet import Outlet
from centrala.calls.queries import standing, standings
from centrala.calls.standing import Standing
from centrala.calls.threads import in_thread, on_the_pulse, with_files
from centrala.conversations.live import CHANNEL as DESK
from centrala.conversations.models import Direction
from centrala.inbox.tallies import Counted, tally
from centrala.listening import listen

NAME = "centrala calls"
LOOK_SECONDS = 1.0
BEAT_SECONDS = 2.0
RETRY_SECONDS = 0.5
REJOIN_SECONDS = 90.0  # an agent whose browser is gone may come back
RING_OUT = timedelta(seconds=45)  # the service alone would let a customer's telephone ring for two minutes
SOUND_SECONDS = 30.0  # a call without the service's socket is given up then
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
        self._turns: dict[UUID, attending.Turns] = {}
        self._watches: dict[UUID, advice.Watch] = {}
        self._look, self._ringing = asyncio.Event(), asyncio.Event()
        self._news: set[UUID] = set()  # calls of this node that may stand differently now
        self._beaten = self._adopts_from = self._adopted = self._looked = float("-inf")
        self._folder = folder
        self._keep_legs = keep_legs

    def start(self) -> None:
        hear = {CHANNEL: self._told, DESK: self._told_by_desk}
        self._spawn(listen(self._dsn, hear, name=NAME, found=self._ringing.set))
        self._spawn(self._for_ever(self._beat))
        self._spawn(self._for_ever(self._take_once))
        self._spawn(self._for_ever(self._look_once))
        self._spawn(self._for_ever(self._cut_once))
        self._spawn(self._tick_for_ever())
        self._spawn(self._practise())
        self._spawn(self._keep())  # of a process that was killed

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for live in self.calls.values():
            _closed(live)
        with contextlib.suppress(DatabaseError):
            await in_thread(actions.goodbye, self.node)

    def look(self, call: UUID) -> None:
        """It may stand differently: now rather than in a second."""
        self._news.add(call)
        self._look.set()

    def live(self, call: UUID) -> LiveCall:
        made = LiveCall(call, leg=Leg(self._folder, call), message=Leg(self._folder, call, side=CUSTOMER))
        return self.calls.setdefault(call, made)

    def count_lost(self, outlet: Outlet, end: str) -> None:
        """Of a socket that is over, for whoever watches: see metrics."""
        if outlet.dropped:
            self._spawn(in_thread(tally, Counted.SOUND_LOST, end, outlet.dropped))

    async def refresh(self, live: LiveCall) -> None:
        """Reads how things stand, and does what follows from it."""
        turn = live.asks()
        await self._follow(live, await in_thread(standing, live.call), turn)

    async def _follow(self, live: LiveCall, stands: Standing, turn: int) -> None:
        live.refresh(stands, turn)
        stands = live.standing
        await self._pause_on_hold(live)
        await attending.tune(live)
        await self._speak(live)
        if stands.over and not stands.ended and live.silent:
            self._leave(live)
        if stands.ended or (stands.node not in {None, self.node.pk} and live.line is None):
            self._forget(live)

    async def _speak(self, live: LiveCall) -> None:
        """What the hub says by itself: once as the call begins, and once before it hangs up."""
        if live.line is None or live.standing.conversation is None or live.standing.ended:
            return
        if live.standing.over and not live.parted:
            live.greeted = live.parted = True
            try:
                live.announce(await in_thread(prompts.farewell, live.call))
            finally:
                live.said = True
        elif live.standing.voicemail and not live.prompted:
            live.greeted = live.prompted = True
            live.announce(await in_thread(prompts.voicemail, live.call))
        elif not live.greeted:
            live.greeted = True
            if live.standing.is_new:
                live.announce(await in_thread(prompts.greeting, live.call))

    def _forget(self, live: LiveCall) -> None:
        self.calls.pop(live.call, None)
        live.scatter()
        if live.line is not None:
            live.line.end()
        if _closed(live):
            self._spawn(self._keep())
        if live.prompted and not live.message_begun:
            self._spawn(in_thread(attending.nothing_said, live.call))
        self._turns.pop(live.call, None)
        self._watches.pop(live.call, None)

    async def _practise(self) -> None:
        """The music takes a third of a second to make, for which no caller shall wait."""
        await with_files(lambda: melody())

    async def _keep(self) -> None:
        """What fails is done again by the worker's sweep."""
        try:
            await with_files(self._keep_legs)
        except (OSError, DatabaseError) as error:
            log.warning("What was recorded of agents waits for its storage (%s).", type(error).__name__)

    async def _pause_on_hold(self, live: LiveCall) -> None:
        how = live.standing
        kept = {how.recorded, how.transcribed}
        if live.held and Recorded.YES in kept and how.pauses_on_hold:
            await in_thread(taping.held, live.call, on=True)
        elif not live.held and Recorded.HELD in kept:
            await in_thread(taping.held, live.call, on=False)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("A task of calls failed.", exc_info=error)

    def _told(self, id_: str) -> None:
        """By the database, of any call: one that is not here may want to be taken."""
        if (call := UUID(id_)) in self.calls:
            self.look(call)
        else:
            self._ringing.set()

    def _told_by_desk(self, told: str) -> None:
        concerned = {live.standing.conversation: live for live in self.calls.values()}
        for id_ in msgspec.json.decode(told).get("conversations", []):
            if (live := concerned.get(UUID(id_))) is not None:
                self._spawn(self.refresh(live))

    async def _for_ever(self, once: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await once()
            except DatabaseError as error:
                log.warning("Calls cannot reach the database (%s).", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                log.exception("Calls are looked after again in a moment.")
                await asyncio.sleep(RETRY_SECONDS)

    async def _beat(self) -> None:
        """On a thread of its own: whatever is slow, this node lives. After a time in which nobody could say so, the
        calls of others are let alone until they have had time to."""
        await on_the_pulse(actions.alive, self.node)
        silent = monotonic() - self._beaten > actions.ALIVE.total_seconds()
        self._beaten = monotonic()
        if silent:
            self._adopts_from = self._beaten + actions.ALIVE.total_seconds()
        await asyncio.sleep(BEAT_SECONDS)

    async def _look_once(self) -> None:
        """At the calls of which something was told, and once a second at all of them; none waits for another's turn."""
        await _at_most_a_second(self._look)
        news, self._news = self._news, set()
        if monotonic() - self._looked >= LOOK_SECONDS:
            news, self._looked = set(self.calls), monotonic()
        turns = {id_: self.calls[id_].asks() for id_ in news & self.calls.keys()}
        if not turns:
            return
        found = await in_thread(standings, list(turns))
        looked = [(self.calls[id_], stands, turns[id_]) for id_, stands in found.items() if id_ in self.calls]
        await asyncio.gather(*(self._look_after(*one) for one in looked))

    async def _take_once(self) -> None:
        """Calls that ring, and once a second those of nodes that are no more."""
        await _at_most_a_second(self._ringing)
        claimed = await in_thread(actions.claim, node=self.node)
        for call in claimed:
            self.live(call.pk).answering = True
            self._spawn(self._answer(call))
        if claimed:
            self._ringing.set()  # there may be more
        if monotonic() - self._adopted >= LOOK_SECONDS:
            self._adopted = monotonic()
            await self._adopt()

    async def _cut_once(self) -> None:
        await asyncio.sleep(LOOK_SECONDS)
        await company.cut_signed_out(list(self.calls.values()))

    async def _adopt(self) -> None:
        others = monotonic() >= self._adopts_from
        adopted = await in_thread(actions.adopt, node=self.node, known=list(self.calls), others=others)
        for call, reachable in adopted:
            self.live(call.pk)
            self._spawn(self._take_over(call, reachable=reachable))

    async def _look_after(self, live: LiveCall, stands: Standing, turn: int) -> None:
        """Whatever is wrong with one call, the others go on."""
        try:
            await self._follow(live, stands, turn)
            if live.call in self.calls:
                await company.look_after(live)
                watch = self._watches.setdefault(live.call, advice.Watch())
                if work := await advice.look_after(live, watch, client=self._client, node=self.node):
                    self._spawn(work)
                await self._be_patient(live)
                if ending := await attending.attend(live, self._turns.setdefault(live.call, attending.Turns())):
                    self._leave(live, ending)
                elif outside.is_due(live):
                    live.sent_out = True  # now: the task begins in its own time, and the next look may come before
                    self._spawn(outside.send(live, self._client))
        except Exception:
            log.exception("Call %s could not be looked after.", live.call)

    async def _answer(self, call: Call) -> None:
        live = self.live(call.pk)
        live.answering = True
        try:
            await asking.answer(call, node=self.node, client=self._client)
        finally:
            live.answering = False
            if live.line is None:
                live.silent_since = monotonic()

    async def _take_over(self, call: Call, *, reachable: bool) -> None:
        """Of a node that died: it is answered where it was not, the service dials our address again where it is the
        same, else the call is ended. A customer's telephone that rings goes on ringing."""
        live = self.live(call.pk)
        if live.line is not None:
            return
        if call.state == CallState.ANSWERING and not call.call_connection_id:
            await self._answer(call)
            if call.direction == Direction.INBOUND or reachable:
                return
            call = await in_thread(asking.current, call.pk)
        if reachable and (call.rings_out or await asking.stream_again(call, client=self._client)):
            return
        log.warning("Call %s is lost: its sound went to a process that is no more.", call.pk)
        await self._give_up(live, CallEnd.LOST)

    async def _be_patient(self, live: LiveCall) -> None:
        """Nobody waits for ever: for an agent's browser, or for sound of the service. Nobody talks for ever, either."""
        begun, rings = live.standing.connected_at, live.standing.rings_since
        if rings is not None:
            if now() - rings > RING_OUT:
                self._leave(live, CallEnd.NO_ANSWER)
            return
        if ending := await leases.look_after(live):
            self._leave(live, ending)
        elif begun is not None and now() - begun > live.standing.longest:
            self._leave(live, CallEnd.TOO_LONG)
        elif live.alone_since is not None and monotonic() - live.alone_since > REJOIN_SECONDS:
            live.alone_since = None
            await in_thread(actions.agent_gone, live.call, heir=live.heir)
        if live.silent_since is not None and not live.answering:
            self._wait_for_sound(live, monotonic() - live.silent_since)

    def _wait_for_sound(self, live: LiveCall, seconds: float) -> None:
        """A socket that broke is asked for again, once; then there is no caller."""
        if seconds > SOUND_SECONDS:
            self._leave(live, CallEnd.LOST)
        elif seconds > SOUND_SECONDS / 10 and live.standing.connected_at is not None and not live.dialled:
            live.dialled = True
            self._spawn(self._dial(live))

    async def _dial(self, live: LiveCall) -> None:
        await asking.stream_again(await in_thread(asking.current, live.call), client=self._client)

    def _leave(self, live: LiveCall, ending: CallEnd | None = None) -> None:
        """Hangs up, in its own time: Azure may be slow, and the other calls go on."""
        if not live.leaving:
            live.leaving = True
            self._spawn(self._give_up(live, ending))

    async def _give_up(self, live: LiveCall, ending: CallEnd | None) -> None:
        """Without `ending` as the conversation says why."""
        live.leaving, because = True, CallEnd.LOST
        try:
            call = await in_thread(asking.current, live.call)
            because = ending if ending is not None else await in_thread(actions.why_over, call)
            if call.state != CallState.ENDED and call.call_connection_id:
                await asking.hang_up(call, call.call_connection_id, client=self._client)
            await in_thread(actions.ended, call.pk, because)
        except Call.DoesNotExist:
            log.warning("Call %s is gone from the database.", live.call)
        finally:
            live.leaving = False
        unanswered = live.standing.outbound and live.standing.connected_at is None
        told = because if unanswered or because == CallEnd.TRIAL_OVER else ""
        over = Standing(live.call, live.standing.conversation, over=True, ended=True, ending=told)
        live.refresh(over, live.asks())
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


async def _at_most_a_second(told: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOOK_SECONDS):
            await told.wait()
    told.clear()


def _closed(live: LiveCall) -> bool:
    """Whether the hub has recorded anything itself."""
    written = [leg for leg in (live.leg, live.message) if leg is not None and leg.written]
    for leg in written:
        leg.close()
    return bool(written)

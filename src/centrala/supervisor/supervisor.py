"""Starts members stage by stage, keeps them running, and stops them in the opposite order."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue

from centrala.errors import Misconfigured
from centrala.supervisor.member import Member
from centrala.supervisor.output import say

ASK_AGAIN = 0.1  # seconds: a stop may come just before the process that it is meant for
OUR_NAME = "centrala"


@dataclass(frozen=True)
class Restart:
    """How long to wait before the next start, in seconds: twice as long each time, until one start has held."""

    first: float = 0.2
    longest: float = 5.0
    steady: float = 10.0  # running for so long counts as held

    def delay(self, failures: int) -> float:
        return min(self.longest, self.first * 2.0 ** min(failures, 30))


@dataclass(frozen=True)
class Ready:
    member: str


@dataclass(frozen=True)
class Failed:
    reason: str


@dataclass(frozen=True)
class Asked:
    """By a signal, to stop."""


Event = Ready | Failed | Asked


class Supervisor:
    """`stages` start one after the other, the members of a stage together; the last stage stops first.

    A member that cannot start the first time stops everything; one that ends later is started again.
    """

    def __init__(self, *stages: Sequence[Member], restart: Restart = Restart()) -> None:
        self._stages = stages
        self._restart = restart
        self._events: SimpleQueue[Event] = SimpleQueue()  # unlike other queues, safe to fill in a signal handler
        self._stopping = threading.Event()
        self._keepers: dict[str, threading.Thread] = {}

    def run(self, *, on_ready: Callable[[], None] = lambda: None) -> int:
        """Runs until SIGINT, SIGTERM or SIGHUP, in the main thread; answers the exit code.

        0 after a signal, 1 when a member could not start. `on_ready` is called once, when every member is ready.
        """
        with _signals(self._events):
            try:
                end = self._start()
                if end is None:
                    on_ready()
                    end = self._events.get()
            finally:
                self._stop()
        if isinstance(end, Failed):
            say(OUR_NAME, end.reason)
            return 1
        return 0

    def _start(self) -> Event | None:
        for stage in self._stages:
            for member in stage:
                self._keepers[member.name] = threading.Thread(target=self._keep, args=[member], name=member.name)
                self._keepers[member.name].start()
            for _ in stage:
                event = self._events.get()
                if not isinstance(event, Ready):
                    return event
        return None

    def _keep(self, member: Member) -> None:
        """One thread per member starts all its processes: they end with the thread (see `child`), so it must live."""
        if self._stopping.is_set():
            return
        try:
            member.start()
            self._events.put(Ready(member.name))
            self._restart_until_stopped(member)
        except Misconfigured as error:
            self._events.put(Failed(str(error)))
        except BaseException:
            self._events.put(Failed(f"{member.name}: an unforeseen error, see above. Please report it."))
            raise

    def _restart_until_stopped(self, member: Member) -> None:
        failures = 0
        started = time.monotonic()
        ended = member.wait()
        while not self._stopping.is_set():
            failures = 0 if time.monotonic() - started >= self._restart.steady else failures
            delay = self._restart.delay(failures)
            failures += 1
            say(OUR_NAME, f"{member.name} {ended}; starting it again in {delay:g} s")
            if self._stopping.wait(delay):
                return
            started = time.monotonic()
            ended = _run(member)

    def _stop(self) -> None:
        self._stopping.set()
        for stage in reversed(self._stages):
            stoppers = [threading.Thread(target=self._end, args=[member]) for member in stage]
            for stopper in stoppers:
                stopper.start()
            for stopper in stoppers:
                stopper.join()

    def _end(self, member: Member) -> None:
        keeper = self._keepers.get(member.name)
        member.stop()
        while keeper and keeper.is_alive():
            keeper.join(ASK_AGAIN)
            member.stop()


def _run(member: Member) -> str:
    try:
        member.start()
    except Misconfigured as error:
        return f"did not come back: {error}"
    return member.wait()


@contextmanager
def _signals(events: SimpleQueue[Event]) -> Iterator[None]:
    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # else nohup
        wanted.append(signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: events.put(Asked())) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""A child process as a member."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from centrala.supervisor import child
from centrala.supervisor.member import DidNotStart
from centrala.supervisor.output import Relay

LOOK = 0.05  # seconds between two questions whether it is ready
GRACE = 10.0  # seconds from SIGTERM to SIGKILL


class Process:
    """Runs a program in a process group of its own, so that Ctrl-C at the terminal reaches only the supervisor.

    When the supervisor dies, even by kill -9, the child is killed with it (Linux). `env` is added to ours. `ready` is
    asked until it says yes, for at most `patience` seconds; without it a child is ready as soon as it runs.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        ready: Callable[[], bool] | None = None,
        grace: float = GRACE,
        patience: float = 120.0,
    ) -> None:
        self.name = name
        self._argv = list(argv)
        self._env = {"PYTHONUNBUFFERED": "1", **(env or {})}
        self._ready = ready
        self._grace = grace
        self._patience = patience
        self._stopping = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._output: Relay | None = None

    def start(self) -> None:
        """Raises DidNotStart when it ends, or is not ready in time."""
        if self._process and self._process.poll() is None:
            return
        process = self._spawn()
        if self._ready is None:
            return
        until = time.monotonic() + self._patience
        while not self._ready():
            if time.monotonic() > until:
                self.stop()
                raise DidNotStart(f"{self.name} was not ready after {self._patience:g} s: {self._last_words()}")
            if _ended(process, LOOK):
                break
        if process.poll() is not None:  # also when something else gave the answer that `ready` waited for
            raise DidNotStart(f"{self.name} did not start: {self._last_words() or self.wait()}")

    def wait(self) -> str:
        if self._process is None:
            return "was not started"
        code = self._process.wait()
        self._last_words()
        return f"ended with code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"

    def stop(self) -> None:
        """Sends SIGTERM, after the grace SIGKILL."""
        process = self._process
        with self._stopping:
            if process is None or process.poll() is not None:
                return
            process.terminate()
            if not _ended(process, self._grace):
                process.kill()
                process.wait()

    def _spawn(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - the caller's own words, no shell
            child.command(self._argv, signal=signal.SIGKILL),
            env=os.environ | self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        assert process.stdout is not None
        self._output = Relay(self.name, process.stdout)
        self._process = process
        return process

    def _last_words(self) -> str:
        if self._output is None:
            return ""
        self._output.finish()
        return self._output.last


def _ended(process: subprocess.Popen[bytes], patience: float) -> bool:
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        return False
    return True

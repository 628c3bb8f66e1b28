"""A supervisor in a process of its own, and programs for it to run."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 20.0  # seconds, on a busy machine
START = """
import sys
from pathlib import Path
from centrala.postgres import Cluster
from centrala.supervisor import Process, Restart, Step, Supervisor
def python(code):
    return [sys.executable, "-c", code]
POLITE = '''
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("bye", flush=True)))
print("hello", flush=True)
while True: signal.pause()
'''
STUBBORN = '''
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("hello", flush=True)
while True: signal.pause()
'''
def ready():
    print("ready", flush=True)
"""


class Run:
    """The lines that a supervisor's process prints, as they come: its own and its children's are on stderr."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def until(self, *wanted: str) -> str:
        """Reads on until each of the texts was seen in a line; answers the last line."""
        assert self.process.stdout is not None
        missing = set(wanted)
        while missing:
            line = self.process.stdout.readline()
            assert line, f"it ended without {missing}: {self.lines}"
            self.lines.append(line.rstrip())
            missing = {text for text in missing if text not in line}
        return self.lines[-1]

    def end(self) -> int:
        """Reads the rest and answers the exit code."""
        assert self.process.stdout is not None
        self.lines += self.process.stdout.read().splitlines()
        return self.process.wait()


@contextmanager
def supervised(stages: str, *words: str) -> Iterator[Run]:
    code = f"{START}\nsys.exit(Supervisor({stages}, restart=Restart(first=0.01, longest=0.04)).run(on_ready=ready))"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield Run(process)
    finally:
        process.kill()
        process.communicate()


def wait_until(condition: Callable[[], bool]) -> None:
    """For what another process does and nobody reports; fails after a generous time."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)

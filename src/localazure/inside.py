"""A local cloud inside the program that uses it: a thread with an event loop of its own."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from uvicorn.loops.auto import auto_loop_factory

from localazure import ready
from localazure.client import LocalAzure, described
from localazure.loose import check
from localazure.running import Options, run
from localazure.world import World

Facts = dict[str, Any]  # the ready file's JSON


@contextmanager
def local_cloud(
    data: Path, *, seed: str | Path = "", loose: Iterable[str] = (), port: int = 0, portal_port: int = 0
) -> Iterator[LocalAzure]:
    """Answers inside the with block, on free ports unless they are given, and keeps its state in the folder.

    Nothing is shared between two of them but the interpreter. Raises CannotStart, with what a file of a seed has wrong.
    """
    options = Options(
        data=data.absolute(),
        port=port,
        portal_port=portal_port,
        seed=str(seed),
        loose=frozenset(map(check, loose)),
    )
    running = _Running(options)
    try:
        with described(running.facts(), options.data) as azure:
            yield azure
    finally:
        running.end()


class _Running:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._ready: Future[Facts] = Future()
        self._error: BaseException | None = None
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="localazure")
        self._thread.start()

    def facts(self) -> Facts:
        """Waits until everything answers. Raises what kept it from starting."""
        return self._ready.result()

    def end(self) -> None:
        """Waits for the last answer. Raises what ended the thread before."""
        if self._ready.exception() is None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._error:
            raise self._error

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
                self._loop = runner.get_loop()
                runner.run(run(self._options, self._stop, self._told))
        # Whatever it is would end with this thread unheard, and whoever waits in the other one would wait for ever.
        except BaseException as error:  # noqa: BLE001
            if self._ready.done():
                self._error = error
            else:
                self._ready.set_exception(error)

    def _told(self, world: World) -> None:
        self._ready.set_result(ready.facts(world))

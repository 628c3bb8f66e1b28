"""What plays and listens for an application: one after the other, unless the next interrupts."""

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

from localazure.calling import callbacks
from localazure.calling.model import Connection
from localazure.calling.results import CANCELED_OPERATION, Result
from localazure.calling.stage import Stage
from localazure.world import World


class Operation:
    """Told of once how it ended, by its kind and one of Completed, Failed and Canceled."""

    kind: ClassVar[str]

    def __init__(self, world: World, connection: Connection, *, context: str | None, uri: str | None) -> None:
        self.world, self.connection = world, connection
        self.over = False
        self._context, self._uri = context, uri

    @property
    def stage(self) -> Stage:
        stage = self.connection.call.stage
        assert stage is not None  # a call in which something can be done is heard somewhere
        return stage

    async def prepare(self) -> bool:
        """Whether it can begin; where it cannot it has ended."""
        raise NotImplementedError

    def begin(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        """Nothing of it is heard any more, and it hears nothing; also where it never began."""
        raise NotImplementedError

    def tell(self, what: str, result: Result, data: Mapping[str, object] | None = None) -> None:
        callbacks.tell(
            self.world, self.connection, self.kind + what, data, result=result, context=self._context, uri=self._uri
        )

    def end(self, what: str, result: Result, data: Mapping[str, object] | None = None) -> None:
        if not self.over:
            self.over = True
            self.stop()
            self.tell(what, result, data)
            operations(self.connection).ended(self)

    def drop(self) -> None:
        """Without a word: the application has the call no longer."""
        if not self.over:
            self.over = True
            self.stop()

    def cancel(self) -> None:
        self.end("Canceled", CANCELED_OPERATION)


class Operations:
    """Of one connection."""

    def __init__(self) -> None:
        self._now: Operation | None = None
        self._waiting: deque[Operation] = deque()

    def add(self, one: Operation, *, interrupt: bool) -> None:
        if interrupt:
            self.cancel()
        self._waiting.append(one)
        self._go_on()

    def cancel(self) -> None:
        """The one under way, then those that wait."""
        for one in self._taken():
            one.cancel()

    def drop(self) -> None:
        for one in self._taken():
            one.drop()

    def ended(self, one: Operation) -> None:
        if one is self._now:
            self._now = None
            self._go_on()

    def _taken(self) -> list[Operation]:
        taken = [*([self._now] if self._now else []), *self._waiting]
        self._now = None
        self._waiting.clear()
        return taken

    def _go_on(self) -> None:
        if self._now is None and self._waiting:
            self._now = self._waiting.popleft()
            self._now.world.background.spawn(_run(self._now))


async def _run(one: Operation) -> None:
    if await one.prepare() and not one.over:
        one.begin()


def operations(connection: Connection) -> Operations:
    if connection.operations is None:
        connection.operations = Operations()
    return connection.operations

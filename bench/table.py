"""A durable table: every row is on disk before its event is answered."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Self

Row = tuple[str, str, str]  # id, type, body


class Rows:
    """Requests that arrive while one commit is on its way share the next one."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._waiting: list[tuple[list[Row], asyncio.Future[None]]] = []
        self._committing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS event (id TEXT PRIMARY KEY, type TEXT, body TEXT)")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._connection.close()

    async def add(self, rows: list[Row]) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, done))
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_all())
        await done

    async def _commit_all(self) -> None:
        while waiting := self._waiting:
            self._waiting = []
            await asyncio.to_thread(self._commit, [row for rows, _ in waiting for row in rows])
            for _, done in waiting:
                done.set_result(None)

    def _commit(self, rows: list[Row]) -> None:
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT OR IGNORE INTO event VALUES (?, ?, ?)", rows)
        self._connection.execute("COMMIT")


def count(path: Path, event_type: str) -> int:
    with sqlite3.connect(path) as connection:
        [(found,)] = connection.execute("SELECT count(*) FROM event WHERE type = ?", [event_type])
    connection.close()
    return int(found)

"""Typed tables in memory, written through to one SQLite file: what was answered survives a kill."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

Record = TypeVar("Record", bound=msgspec.Struct)

# The number keeps the order of first insertion, which tables in memory have by nature.
SCHEMA = """CREATE TABLE IF NOT EXISTS records (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, key TEXT, body BLOB, UNIQUE (kind, key))"""
LOAD = "SELECT key, body FROM records WHERE kind = ? ORDER BY number"
PUT = "INSERT INTO records (kind, key, body) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET body=excluded.body"
REMOVE = "DELETE FROM records WHERE kind = ? AND key = ?"


class Store:
    """One file. WAL with synchronous=NORMAL: a killed process loses nothing, a power cut may lose the last second."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", SCHEMA):
            self._connection.execute(statement)
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is put inside is on disk together, or after a kill not at all. Never await inside.

        An error does not undo it: the tables in memory have changed, and the disk says what they say.
        """
        if not self._depth:
            self._connection.execute("BEGIN")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._connection.execute("COMMIT")

    def load(self, kind: str) -> list[tuple[str, bytes]]:
        return self._connection.execute(LOAD, (kind,)).fetchall()

    def put(self, kind: str, key: str, body: bytes) -> None:
        self._connection.execute(PUT, (kind, key, body))

    def remove(self, kind: str, key: str) -> None:
        self._connection.execute(REMOVE, (kind, key))

    def close(self) -> None:
        self._connection.close()


class Table(Generic[Record]):
    """Records of one type by key, in order of insertion. `groups` names the lists a record is also found in."""

    def __init__(
        self, store: Store, kind: type[Record], *, groups: Callable[[Record], tuple[str, ...]] = lambda record: ()
    ) -> None:
        self._store, self._kind, self._named = store, kind.__name__, groups
        self._records: dict[str, Record] = {}
        self._groups: dict[str, dict[str, Record]] = {}
        for key, body in store.load(self._kind):
            self._remember(key, msgspec.json.decode(body, type=kind))

    def __getitem__(self, key: str) -> Record:
        return self._records[key]

    def __contains__(self, key: object) -> bool:
        return key in self._records

    def __len__(self) -> int:
        return len(self._records)

    def get(self, key: str) -> Record | None:
        return self._records.get(key)

    def items(self) -> list[tuple[str, Record]]:
        return list(self._records.items())

    def all(self) -> list[Record]:
        return list(self._records.values())

    def of(self, group: str) -> list[Record]:
        return list(self._groups.get(group, {}).values())

    def count(self, group: str) -> int:
        return len(self._groups.get(group, {}))

    def put(self, key: str, record: Record) -> Record:
        self._store.put(self._kind, key, msgspec.json.encode(record))
        known, groups = self._records.get(key), self._named(record)
        if known is not None:
            self._forget(key, (name for name in self._named(known) if name not in groups))
        self._remember(key, record)
        return record

    def remove(self, key: str) -> None:
        self._store.remove(self._kind, key)
        known = self._records.pop(key, None)
        if known is not None:
            self._forget(key, self._named(known))

    def clear(self) -> None:
        for key in list(self._records):
            self.remove(key)

    def _remember(self, key: str, record: Record) -> None:
        self._records[key] = record
        for name in self._named(record):
            self._groups.setdefault(name, {})[key] = record

    def _forget(self, key: str, groups: Iterable[str]) -> None:
        for name in groups:
            del self._groups[name][key]

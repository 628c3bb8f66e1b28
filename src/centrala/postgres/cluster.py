"""One embedded PostgreSQL: made, started, asked, stopped."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import LiteralString
from urllib.parse import quote

import psycopg
from psycopg import sql

from centrala.postgres import account, binaries, initialise, orphans, pidfile, processes, server
from centrala.postgres.account import Account
from centrala.postgres.errors import PostgresError, explained
from centrala.postgres.locks import FileLock
from centrala.postgres.places import Place, locate

LOCK_WAIT = 3.0  # seconds: another command that used the database may just be leaving
PAUSE = 0.01  # seconds between two looks at a server that is starting
FAST_STOP = 60.0  # seconds for rolling back and the last checkpoint
ASK_AGAIN = 5.0  # seconds for each harder way to stop
DEFAULTS: Mapping[str, str] = MappingProxyType({})


class Cluster:
    """The database server of one data folder. Whoever starts it holds a lock on the folder until it stops it.

    The object may be shared by threads as far as one calls `stop` while another is in `start` or `wait`.
    """

    name = "postgres"

    def __init__(self, place: Place, settings: Mapping[str, str], *, outlives_us: bool) -> None:
        self.place = place
        self._settings = {"unix_socket_directories": str(place.sockets), **settings}
        self._dies_by = 0 if outlives_us else signal.SIGINT
        self._lock = FileLock(place.data / "postgres.lock")
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def at(cls, data: Path, *, settings: Mapping[str, str] = DEFAULTS, outlives_us: bool = False) -> "Cluster":
        """The cluster of a data folder, which need not exist yet.

        `settings` are PostgreSQL's own, for each start. The server ends when the thread that started it does, even by
        kill -9 (Linux), unless `outlives_us`.
        """
        return cls(locate(data), settings, outlives_us=outlives_us)

    @cached_property
    def account(self) -> Account:
        return account.current()

    @cached_property
    def programs(self) -> Path:
        """The folder of psql, pg_dump and so on, of the server's own version."""
        initialise.make_folders(self.place, self.account)
        return binaries.usable()

    def ensure_initialised(self) -> None:
        """Makes the cluster unless it is there."""
        initialise.make_folders(self.place, self.account)
        with self._owned():
            if not self.place.cluster.exists():
                initialise.create(self.place, self.programs, self.account)
            initialise.check(self.place)
            initialise.note_place(self.place)

    def start(self) -> None:
        """Returns when the server answers queries; makes the cluster first where there is none.

        An orphan of an owner that was killed is stopped first, the sessions of a killed server ended.
        Nothing happens when this object's server runs already. Crash recovery takes what it takes: no time limit.
        """
        if self._process and self._process.poll() is None:
            return
        initialise.make_folders(self.place, self.account)
        self._own()
        try:
            self.ensure_initialised()
            orphans.clear(self.place.cluster)
            self._start()
        except BaseException:
            self.stop()
            raise

    def wait(self) -> str:
        """Blocks until the server that this object started has ended, and says how."""
        if self._process is None:
            return "was not started"
        code = self._process.wait()
        return f"ended with code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"

    def stop(self) -> None:
        """Stops the server that this object started: fast at first (sessions roll back), harder when that hangs."""
        process = self._process
        if process and process.poll() is None:
            _end(process)
        self._lock.release()

    def let_go(self) -> None:
        """Leaves the server running, without an owner, for others who use it."""
        self._lock.release()

    def running(self) -> bool:
        """Whether the server of this cluster runs and says that it is ready, whoever started it."""
        found = pidfile.read(self.place.cluster) if self.place.cluster.exists() else None
        return found is not None and found.ready and processes.is_server(found.pid, self.place.cluster)

    def dsn(self, database: str = "centrala") -> str:
        """A URL for psycopg, asyncpg and psql. It holds the password: never print or log it."""
        try:
            password = self.place.password.read_text("ascii")
        except FileNotFoundError:
            raise PostgresError(f"There is no database in {self.place.data} yet: start it first.") from None
        sockets = quote(str(self.place.sockets), safe="/")
        return f"postgresql://{initialise.SUPERUSER}:{password}@/{quote(database, safe='')}?host={sockets}"

    def ensure_database(self, name: str = "centrala") -> None:
        """Makes a database in the running server unless it is there."""
        try:
            self._execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return  # the second one when two make it at once

    def destroy(self) -> None:
        """Removes the database with all its data, and whatever of it still runs without an owner."""
        self.stop()
        if not self.place.data.exists():
            return
        with self._owned(), explained("Removing the database"):
            orphans.clear(self.place.cluster)
            for file in (self.place.pointer, self.place.password, self.place.log):
                file.unlink(missing_ok=True)
            for folder in [self.place.home] if self.place.apart else [self.place.cluster, self.place.sockets]:
                if folder.exists():
                    shutil.rmtree(folder)

    def take(self) -> bool:
        """Tries to become the owner, without waiting."""
        return self._lock.held or self._lock.acquire()

    def end_orphan(self) -> None:
        """As the owner: stops the server that somebody else, or this object, left running."""
        orphans.clear(self.place.cluster)
        if self._process:
            self._process.wait()

    def owner(self) -> str:
        return self._lock.holder()

    @contextmanager
    def _owned(self) -> Iterator[None]:
        mine = self._lock.held
        self._own()
        try:
            yield
        finally:
            if not mine:
                self._lock.release()

    def _own(self) -> None:
        if not self._lock.held and not self._lock.acquire(wait=LOCK_WAIT):
            raise PostgresError(
                f"The database in {self.place.data} is in use by another Centrala (process {self.owner()}): "
                "stop that one first, or use another data folder (--data)."
            )

    def _start(self) -> None:
        written = server.open_log(self.place.log)
        program = self.programs / "postgres"
        place = self.place
        self._process = server.spawn(
            program, place.cluster, self._settings, log=place.log, account=self.account, dies_by=self._dies_by
        )
        while not self._serves(self._process.pid):
            if self._process.poll() is not None:
                raise PostgresError(f"PostgreSQL did not start: {server.complaint(place.log, written)}")
            time.sleep(PAUSE)
        try:
            self._execute("select 1")
        except psycopg.OperationalError as error:
            raise PostgresError(
                f"PostgreSQL runs but refuses us ({error}): is {place.password} the one made with this database?"
            ) from error

    def _serves(self, pid: int) -> bool:
        found = pidfile.read(self.place.cluster)
        return found is not None and found.pid == pid and found.ready

    def _execute(self, query: LiteralString | sql.Composed) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(query)


def _end(process: subprocess.Popen[bytes]) -> None:
    for order, patience in ((signal.SIGINT, FAST_STOP), (signal.SIGQUIT, ASK_AGAIN), (signal.SIGKILL, ASK_AGAIN)):
        process.send_signal(order)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return

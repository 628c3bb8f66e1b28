"""How the server is started: its command line, and what its log says when it fails."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from centrala.postgres.account import Account
from centrala.postgres.binaries import environment
from centrala.postgres.errors import FIXES, explained
from centrala.supervisor import child

LOG_LIMIT = 1_000_000  # bytes; a longer log becomes postgres.log.1 at the next start
SETTINGS = {
    "listen_addresses": "",  # no TCP
    "port": "5432",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_checkpoints": "off",
    # Errors of statements go to whoever sent them. In the log they would show customers' texts and numbers,
    # and so would the detail line of a crash.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def spawn(
    program: Path, cluster: Path, settings: Mapping[str, str], *, log: Path, account: Account, dies_by: int
) -> subprocess.Popen[bytes]:
    """Starts the server in a session of its own, so that Ctrl-C at the terminal reaches only its owner."""
    argv = [str(program), "-D", str(cluster)]
    for name, value in (SETTINGS | dict(settings)).items():
        argv += ["-c", f"{name}={value}"]
    user = None if account.uid == os.geteuid() else (account.uid, account.gid)
    with explained("Starting PostgreSQL"), log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own words
            child.command(argv, signal=dies_by, user=user),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment(),
            cwd="/",
            umask=0o077,
            start_new_session=True,
        )


def open_log(log: Path) -> int:
    """Makes room in the log and answers where the next start will begin to write."""
    with explained("Opening PostgreSQL's log"):
        log.touch(mode=0o600)
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_name(f"{log.name}.1"))
            log.touch(mode=0o600)
        return log.stat().st_size


def complaint(log: Path, start: int) -> str:
    """The cause that the server gave since `start`, with a fix."""
    text = log.read_bytes()[start:].decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    causes = [line for line in lines if "FATAL" in line or "PANIC" in line] or lines[-1:] or ["no reason given"]
    return f"{causes[-1]}. {fix_for(causes[-1])} The log is {log}."


def fix_for(cause: str) -> str:
    return next((fix for number, fix in FIXES.items() if os.strerror(number) in cause), "Correct that and start again.")

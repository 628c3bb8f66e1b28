"""Clearing the way for a start: what a killed owner or a killed server left behind.

Called by the holder of the cluster's lock, so whatever of the cluster still runs has no owner. A process that is not
PostgreSQL in this very cluster is never signalled, whatever pid the cluster's pid file names.
"""

import os
import signal
import time
from pathlib import Path

from centrala.postgres import pidfile, processes
from centrala.postgres.errors import PostgresError

PAUSE = 0.01
FAST_STOP = 60.0  # seconds for an orphan's last checkpoint
LEAVE = 0.5  # seconds in which the sessions of a dead server notice by themselves
HARD_STOP = 5.0


def clear(cluster: Path) -> None:
    """Stops the orphaned server, ends sessions that outlived theirs, removes a pid file that names nobody of ours."""
    found = pidfile.read(cluster) if cluster.exists() else None
    servers = {pid for pid in [found.pid if found else 0, *processes.living_in(cluster)] if _serves(pid, cluster)}
    _signal(servers, signal.SIGINT)
    if not _gone(cluster, servers, FAST_STOP):
        _signal(servers, signal.SIGQUIT)
    _end_sessions(cluster)
    if found:
        pidfile.remove(cluster)  # PostgreSQL would take any living process of this pid for a server


def _end_sessions(cluster: Path) -> None:
    for order, patience in ((0, LEAVE), (signal.SIGQUIT, HARD_STOP), (signal.SIGKILL, HARD_STOP)):
        left = set(processes.living_in(cluster))
        if order:
            _signal(left, order)
        until = time.monotonic() + patience
        while left and time.monotonic() < until:
            time.sleep(PAUSE)
            left = set(processes.living_in(cluster))
        if not left:
            return
    raise PostgresError(f"Processes of an earlier PostgreSQL do not end: {sorted(left)}. End them and start again.")


def _serves(pid: int, cluster: Path) -> bool:
    return pid > 0 and processes.is_server(pid, cluster)


def _signal(pids: set[int], order: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, order)
        except ProcessLookupError:
            continue


def _gone(cluster: Path, servers: set[int], patience: float) -> bool:
    until = time.monotonic() + patience
    while any(processes.is_server(pid, cluster) for pid in servers):
        if time.monotonic() >= until:
            return False
        time.sleep(PAUSE)
    return True

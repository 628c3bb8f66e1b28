"""Which processes belong to a cluster. A pid alone proves nothing: pids are used again."""

import os
import subprocess
from pathlib import Path

PROC = Path("/proc")


def is_server(pid: int, cluster: Path) -> bool:
    """Whether the pid is a PostgreSQL server of this cluster. A zombie is not: it has no command line any more."""
    words = _command_line(pid)
    return len(words) > 2 and Path(words[0]).name == "postgres" and words[1:3] == ["-D", str(cluster)]


def living_in(cluster: Path) -> list[int]:
    """Every PostgreSQL process that works in the cluster, sessions of a dead server included.

    Their titles overwrite the command line, but each stands in the cluster's folder. Empty without /proc.
    """
    pids = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()] if PROC.is_dir() else []
    folder = cluster.resolve()  # as the kernel names it
    return [pid for pid in pids if _works_in(pid, folder)]


def _works_in(pid: int, folder: Path) -> bool:
    process = PROC / str(pid)
    try:
        program = (process / "exe").readlink().name.removesuffix(" (deleted)")  # after an upgrade of the wheel
        return program == "postgres" and (process / "cwd").readlink() == folder
    except OSError:  # gone, a zombie, or another user's
        return False


def _command_line(pid: int) -> list[str]:
    if not (PROC / "self").exists():
        return _command_line_by_ps(pid)
    try:
        return os.fsdecode((PROC / str(pid) / "cmdline").read_bytes()).split("\0")
    except OSError:
        return []


def _command_line_by_ps(pid: int) -> list[str]:
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    line = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 - own words
    program, flag, rest = line.partition(" -D ")
    return [program, flag.strip(), rest.split(" -c ")[0]]

"""postmaster.pid, the file that PostgreSQL keeps in its cluster while it runs.

Lines: pid, cluster, start time, port, socket folder, listen address, shared memory key, status.
Source: https://www.postgresql.org/docs/18/storage-file-layout.html
"""

from dataclasses import dataclass
from pathlib import Path

STATUS_LINE = 7
NAME = "postmaster.pid"


@dataclass(frozen=True)
class PidFile:
    pid: int  # 0 in a file that was left half-written
    ready: bool


def read(cluster: Path) -> PidFile | None:
    try:
        lines = (cluster / NAME).read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return None
    pid = lines[0].strip() if lines else ""
    ready = len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"
    return PidFile(int(pid) if pid.isdecimal() else 0, ready)


def remove(cluster: Path) -> None:
    (cluster / NAME).unlink(missing_ok=True)

"""What a demo of a test begins with: a database that has the hub's empty tables, made once for the whole run.

The run's first demo begins from nothing, as anybody's does: some two hundred migrations, seconds of processor. Each
later one is given a copy of what it would have made.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from centrala.cli.demo_files import MARK, mark
from centrala.installation import make_private, write_private
from centrala.postgres import Cluster

BEGUN = "demos"  # in the run's folder, which goes at its end: a byte for each demo
KEPT = "prepared"


def lay(data: Path, environment: dict[str, str]) -> None:
    """Makes the data folder of a demo that was stopped when its tables were made, unless it is the run's first."""
    kept = Path(os.environ["CENTRALA_DATA"]) / KEPT
    with _turn() as begun:
        if not os.fstat(begun.fileno()).st_size:
            begun.write("first")
            return
        if not kept.exists():
            _prepare(kept, environment)
    _private(data)
    cluster = Cluster.at(data)
    assert cluster.programs  # makes its folders
    _copy(kept / "postgres", cluster.place.cluster)
    _copy(kept / "password", cluster.place.password)
    cluster.ensure_initialised()
    mark(cluster)


@contextmanager
def _turn() -> Iterator[TextIO]:
    with (Path(os.environ["CENTRALA_DATA"]) / BEGUN).open("a") as begun:
        fcntl.flock(begun, fcntl.LOCK_EX)
        yield begun


def _prepare(kept: Path, environment: dict[str, str]) -> None:
    """Only its files are kept: as root a cluster lies outside of the run's folder, where nothing would remove it."""
    draft = kept.with_name(f"{KEPT}.new")
    cluster = Cluster.at(draft / "installation")
    try:
        cluster.start()
        cluster.ensure_database()
        given = environment | {"CENTRALA_DATA": str(cluster.place.data), "DATABASE_URL": cluster.dsn()}
        subprocess.run([sys.executable, "-m", "centrala.cli", "migrate"], env=given, check=True, capture_output=True)
        cluster.stop()
        _copy(cluster.place.cluster, draft / "postgres")
        _copy(cluster.place.password, draft / "password")
    finally:
        cluster.destroy()
    draft.rename(kept)


def _private(data: Path) -> None:
    make_private(data)
    write_private(data / MARK, "")


def _copy(source: Path, target: Path) -> None:
    """Owners and modes are kept: as root the files belong to the account that PostgreSQL runs as."""
    subprocess.run(["cp", "--archive", "--no-target-directory", str(source), str(target)], check=True)

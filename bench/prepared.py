"""A cluster with the hub's empty tables, made once and then copied: making it takes longer than most quick benches."""

import atexit
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from bench.demo import environment
from centrala.postgres import Cluster


def lay(data: Path) -> None:
    """Gives a data folder that has no database yet the one that `centrala migrate` would make."""
    copy(_prepared(), Cluster.at(data))


def copy(made: Cluster, cluster: Cluster) -> None:
    """Of one that is stopped. Owners and modes are kept: as root it belongs to the account that PostgreSQL runs as."""
    cluster.place.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    assert cluster.programs  # makes the folders
    for name in ("cluster", "password"):
        pair = [str(getattr(one.place, name)) for one in (made, cluster)]
        subprocess.run(["cp", "--archive", "--no-target-directory", *pair], check=True)
    cluster.ensure_initialised()


@cache
def _prepared() -> Cluster:
    folder = Path(mkdtemp(prefix="bench-prepared-"))
    cluster = Cluster.at(folder / "installation")
    atexit.register(_remove, cluster, folder)
    cluster.start()
    cluster.ensure_database()
    given = environment() | {"CENTRALA_DATA": str(cluster.place.data), "DATABASE_URL": cluster.dsn()}
    command = [sys.executable, "-m", "centrala.cli", "migrate"]
    subprocess.run(command, env=given, check=True, stdout=subprocess.DEVNULL)
    cluster.stop()
    return cluster


def _remove(cluster: Cluster, folder: Path) -> None:
    cluster.destroy()
    shutil.rmtree(folder, ignore_errors=True)

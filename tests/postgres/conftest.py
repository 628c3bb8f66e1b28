import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from centrala.postgres import Cluster
from postgres.scene import execute


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose database is removed at the end, wherever it lies."""
    data = tmp_path / "data"
    yield data
    if data.exists():
        Cluster.at(data).destroy()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster made once for a module. Not running, with one committed row in `kept`."""
    cluster = Cluster.at(tmp_path_factory.mktemp("made") / "data")
    cluster.start()
    execute(cluster, "create table kept as select 'a row' as it")
    cluster.stop()
    yield cluster
    cluster.destroy()


@pytest.fixture
def cluster(made: Cluster) -> Iterator[Cluster]:
    """The module's cluster, seen by a new object; stopped afterwards."""
    cluster = Cluster.at(made.place.data)
    yield cluster
    cluster.stop()


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder below /tmp itself: every user can reach it, while pytest's own are private to this one."""
    with tempfile.TemporaryDirectory(prefix="centrala-user-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)

"""As root the database lies apart from the data folder. When somebody deletes that folder by hand, it stays behind."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from centrala.cli.demo_files import MARK, make_room, mark
from centrala.errors import Misconfigured
from centrala.postgres import Cluster, PostgresError
from running_demo import running_demo, until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root's database lies apart from the data folder")


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Cluster]:
    """What a folder that is gone left behind, as far as a start looks at it before it needs PostgreSQL."""
    cluster = Cluster.at(tmp_path / "data")
    cluster.place.cluster.mkdir(parents=True)
    (cluster.place.cluster / "PG_VERSION").write_text("18\n")
    cluster.place.origin.write_text(f"{cluster.place.data}\n")
    yield cluster
    shutil.rmtree(cluster.place.home, ignore_errors=True)


def test_demo_throws_its_own_away_and_says_so_in_one_line(left: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    mark(left)

    make_room(left.place.data, fresh=False)

    (line,) = capsys.readouterr().out.splitlines()
    assert line == (
        f"The folder of the demo in {left.place.data} was deleted: its database is thrown away, a new one is made."
    )
    assert not left.place.home.exists()
    assert (left.place.data / MARK).is_file()


def test_demo_leaves_what_was_no_demo_s_and_names_the_command(left: Cluster) -> None:
    make_room(left.place.data, fresh=True)

    with pytest.raises(PostgresError) as caught:
        Cluster.at(left.place.data).start()

    assert str(caught.value) == (
        f"The data folder {left.place.data} is new, and the database of one that was there before is left in "
        f"{left.place.home}: restore that folder from your backup or, if nobody needs the data any more: "
        f"rm -r {left.place.home}"
    )
    assert left.place.cluster.exists()


def test_database_that_was_moved_along_is_left_to_its_folder(left: Cluster, tmp_path: Path) -> None:
    mark(left)
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "postgres.location").write_text(f"{left.place.home}\n")
    left.place.origin.write_text(f"{moved}\n")

    make_room(left.place.data, fresh=False)

    with pytest.raises(PostgresError, match=rf"belongs to {moved}, which was moved from .*--data"):
        Cluster.at(left.place.data).start()
    assert left.place.cluster.exists()


@pytest.mark.long
def test_demo_begins_anew_after_its_folder_was_deleted(tmp_path: Path) -> None:
    with running_demo(tmp_path, keep=True, from_nothing=True) as first:
        shutil.rmtree(first.data)
        with pytest.raises(Misconfigured, match="still runs, though its folder is gone"):
            make_room(first.data, fresh=False)

    with running_demo(tmp_path, from_nothing=True) as again, again.api() as api:
        assert until(lambda: api.get("/api/v1/connection").status_code == 200)
        assert again.hub["agent"] != first.hub["agent"]

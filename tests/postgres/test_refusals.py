"""What a start refuses, in one line that names cause and fix."""

import os
import shutil
import stat
from pathlib import Path

import psutil
import pytest

from centrala.postgres import Cluster, PostgresError, folders, running
from centrala.postgres.account import Account
from centrala.postgres.errors import explained
from postgres.scene import kept, process, server_pid

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run as somebody else")
NOBODY = 65534
STRANGER = 65533
VISIT = """
import encodings.ascii, os, sys
from pathlib import Path
from centrala.postgres import PostgresError, running
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[2]))
try:
    with running(Path(sys.argv[1])) as cluster:
        cluster.ensure_database()
        print(cluster.place.cluster, cluster.place.cluster.stat().st_uid)
    cluster.destroy()
except PostgresError as error:
    print(error)
"""


def refusal(data: Path) -> str:
    with pytest.raises(PostgresError) as caught:
        Cluster.at(data).start()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def as_nobody(data: Path) -> str:
    """Becomes that user only after its imports: Python itself may lie in a folder of root's."""
    with process(VISIT, str(data), str(NOBODY), cwd="/") as visitor:
        answer, errors = visitor.communicate()
    assert errors == ""
    return answer.strip()


@pytest.mark.parametrize("mode", [0o755, 0o777, 0o710])
def test_socket_folder_open_to_others_is_refused(cluster: Cluster, mode: int) -> None:
    cluster.place.sockets.chmod(mode)

    message = refusal(cluster.place.data)

    left = stat.S_IMODE(cluster.place.sockets.stat().st_mode)
    cluster.place.sockets.chmod(0o700)
    assert f"has the mode {mode:04o} instead of 0700" in message
    assert left == mode


def test_socket_folder_that_is_a_link_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    shutil.rmtree(cluster.place.sockets, ignore_errors=True)
    cluster.place.sockets.symlink_to(tmp_path)

    message = refusal(cluster.place.data)

    cluster.place.sockets.unlink()
    assert "is a symbolic link" in message
    assert list(tmp_path.iterdir()) == []


@as_root
def test_socket_folder_of_another_user_is_refused(cluster: Cluster) -> None:
    shutil.rmtree(cluster.place.sockets, ignore_errors=True)
    cluster.place.sockets.mkdir(mode=0o700)
    os.chown(cluster.place.sockets, NOBODY, NOBODY)

    message = refusal(cluster.place.data)

    cluster.place.sockets.rmdir()
    assert f"belongs to the user id {NOBODY}" in message


def test_cluster_of_another_version_is_refused(cluster: Cluster) -> None:
    version = cluster.place.cluster / "PG_VERSION"
    version.write_text("16\n")

    message = refusal(cluster.place.data)

    version.write_text("18\n")
    assert "was made by PostgreSQL 16, and this Centrala runs 18" in message


def test_folder_without_a_database_is_refused(data: Path) -> None:
    cluster = Cluster.at(data)
    cluster.place.cluster.mkdir(parents=True)

    assert "holds no database" in refusal(data)


def test_lost_password_file_is_named(cluster: Cluster) -> None:
    hidden = cluster.place.password.rename(cluster.place.data / "hidden")

    message = refusal(cluster.place.data)

    hidden.rename(cluster.place.password)
    assert f"{cluster.place.password} is gone" in message


def test_changed_password_file_is_named(cluster: Cluster) -> None:
    right = cluster.place.password.read_text()
    cluster.place.password.write_text("wrong")

    message = refusal(cluster.place.data)

    cluster.place.password.write_text(right)
    assert "refuses us" in message
    assert str(cluster.place.password) in message


def test_bad_setting_shows_the_server_s_own_words(cluster: Cluster) -> None:
    with pytest.raises(PostgresError, match=r'did not start: .*"max_connections".*The log is .*postgres\.log'):
        Cluster.at(cluster.place.data, settings={"max_connections": "none"}).start()

    assert not cluster.running()


def test_data_folder_in_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert "Not a directory" in refusal(tmp_path / "file" / "data")


@as_root
@pytest.mark.long
def test_ordinary_user_runs_the_server_as_himself(reachable: Path) -> None:
    os.chown(reachable, NOBODY, NOBODY)

    assert as_nobody(reachable / "it's mine") == f"{reachable}/it's mine/postgres {NOBODY}"
    assert stat.S_IMODE(reachable.stat().st_mode) == 0o755


@as_root
def test_unwritable_data_folder_is_named(reachable: Path) -> None:
    (reachable / "data").mkdir(mode=0o755)

    message = as_nobody(reachable / "data")

    assert f"{reachable}/data" in message
    assert "Permission denied. Give this user the right to it or choose another data folder (--data)." in message


@as_root
def test_database_of_an_ordinary_user_is_not_root_s(data: Path) -> None:
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("18\n")
    os.chown(data / "postgres", NOBODY, NOBODY)

    message = refusal(data)

    (data / "postgres" / "PG_VERSION").unlink()
    assert f"made by user id {NOBODY}: run Centrala as that user" in message


@pytest.mark.long
@as_root
def test_database_of_root_is_not_an_ordinary_user_s(made: Cluster, reachable: Path) -> None:
    shutil.copy(made.place.pointer, reachable)

    assert as_nobody(reachable).endswith("run this command as root.")


@as_root
def test_server_of_root_runs_as_a_user_of_its_own(cluster: Cluster) -> None:
    cluster.start()

    assert psutil.Process(server_pid(cluster)).username() == "centrala"
    assert Path(cluster.place.pointer.read_text().strip()) == cluster.place.home
    assert stat.S_IMODE(cluster.place.cluster.stat().st_mode) == 0o700


def test_folder_that_the_server_s_user_cannot_enter_is_named(reachable: Path) -> None:
    closed = reachable / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(PostgresError, match=rf"cannot enter {closed} \(mode 0700\).*chmod o\+x {closed}"):
        folders.demand_entry(closed / "library", Account(STRANGER, STRANGER))


@as_root
def test_moved_data_folder_finds_its_database(made: Cluster) -> None:
    data = made.place.data
    moved = data.rename(data.with_name("moved"))

    with running(moved) as cluster:
        answer = kept(cluster)

    moved.rename(data)
    assert answer == [("a row",)]


@as_root
def test_copied_data_folder_is_refused(cluster: Cluster) -> None:
    cluster.start()
    copy = shutil.copytree(cluster.place.data, cluster.place.data.with_name("copy"))

    assert f"{copy} is a copy of {cluster.place.data}" in refusal(copy)


@as_root
def test_lost_database_is_not_replaced_by_an_empty_one(made: Cluster) -> None:
    hidden = made.place.home.rename(made.place.home.with_name(f"{made.place.home.name}-hidden"))

    message = refusal(made.place.data)

    hidden.rename(made.place.home)
    assert "no database is there: restore it from your backup" in message


@pytest.mark.long
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk_is_named() -> None:
    with pytest.raises(PostgresError) as caught, explained("Writing the password"):
        Path("/dev/full").write_text("x")

    assert str(caught.value) == (
        "Writing the password failed: No space left on device. Free some disk space and start again."
    )

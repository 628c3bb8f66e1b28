"""A cluster in trouble: killed servers, killed owners, pid files that lie."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from centrala.postgres import Cluster, PostgresError
from postgres.scene import kept, line, process, server_pid, wait_until

pytestmark = pytest.mark.long

OWNER = """
import sys
from pathlib import Path
from centrala.postgres import Cluster, cluster
cluster.LOCK_WAIT = 0
cluster = Cluster.at(Path(sys.argv[1]), outlives_us=sys.argv[2] == "outlives")
cluster.start()
print("started", flush=True)
sys.stdin.read()
cluster.stop()
print("stopped", flush=True)
"""


def pid_file(cluster: Cluster) -> Path:
    return cluster.place.cluster / "postmaster.pid"


def write_pid_file(cluster: Cluster, text: str) -> None:
    """As its OS user, who has to be able to remove it."""
    pid_file(cluster).write_text(text)
    owner = cluster.place.cluster.stat()
    os.chown(pid_file(cluster), owner.st_uid, owner.st_gid)


def stale(cluster: Cluster, pid: int) -> str:
    return f"{pid}\n{cluster.place.cluster}\n1700000000\n5432\n{cluster.place.sockets}\n\n  1  2\nready   \n"


def servers(cluster: Cluster) -> list[int]:
    words = ["-D", str(cluster.place.cluster)]
    return [found.pid for found in psutil.process_iter(["cmdline"]) if (found.info["cmdline"] or [])[1:3] == words]


def test_killed_server_starts_again_with_its_rows(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        connection.execute("create table late as select 'committed' as it")
        os.kill(server_pid(cluster), signal.SIGKILL)
        ended = cluster.wait()

    cluster.start()

    assert ended == "was killed by SIGKILL"
    assert kept(cluster) == [("a row",)]
    with psycopg.connect(cluster.dsn("postgres")) as connection:
        assert connection.execute("select it from late").fetchall() == [("committed",)]


def test_busy_session_of_a_killed_server_is_ended(cluster: Cluster) -> None:
    cluster.start()
    connection = psycopg.connect(cluster.dsn("postgres"), autocommit=True)
    session = psutil.Process(connection.info.backend_pid)
    connection.pgconn.send_query(b"select count(*) from generate_series(1, 100000000000)")
    os.kill(server_pid(cluster), signal.SIGKILL)
    cluster.wait()

    cluster.start()

    connection.close()
    session.wait(5)
    assert kept(cluster) == [("a row",)]


def test_pid_file_of_a_foreign_process_is_overruled(cluster: Cluster) -> None:
    with process("input()") as stranger:
        write_pid_file(cluster, stale(cluster, stranger.pid))

        cluster.start()
        answer = kept(cluster)
        cluster.stop()

        assert answer == [("a row",)]
        assert stranger.poll() is None


def test_pid_file_of_another_cluster_s_server_is_overruled(cluster: Cluster) -> None:
    other = Cluster.at(Path(os.environ["CENTRALA_DATA"]))  # the test run's own
    write_pid_file(cluster, stale(cluster, server_pid(other)))

    cluster.start()

    assert kept(cluster) == [("a row",)]
    assert other.running()


def test_pid_file_of_a_zombie_is_overruled(cluster: Cluster) -> None:
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    wait_until(lambda: psutil.Process(zombie.pid).status() == psutil.STATUS_ZOMBIE)
    write_pid_file(cluster, stale(cluster, zombie.pid))

    cluster.start()
    answer = kept(cluster)
    zombie.wait()

    assert answer == [("a row",)]


@pytest.mark.parametrize("text", ["", "12", "\n\n\n", "nonsense\nmore"])
def test_half_written_pid_file_is_overruled(cluster: Cluster, text: str) -> None:
    write_pid_file(cluster, text)

    cluster.start()

    assert kept(cluster) == [("a row",)]


def test_orphan_is_followed_by_a_server_of_ours(cluster: Cluster) -> None:
    with process(OWNER, str(cluster.place.data), "outlives") as owner:
        assert line(owner.stdout) == "started"
        orphan = server_pid(cluster)
        owner.kill()
        owner.wait()
        survived = cluster.running()

        cluster.start()

    assert survived
    assert kept(cluster) == [("a row",)]
    assert servers(cluster) == [server_pid(cluster)]
    assert server_pid(cluster) != orphan


def test_orphan_with_a_broken_pid_file_is_found(cluster: Cluster) -> None:
    with process(OWNER, str(cluster.place.data), "outlives") as owner:
        assert line(owner.stdout) == "started"
        owner.kill()
        owner.wait()
        write_pid_file(cluster, "")

        cluster.start()

    assert kept(cluster) == [("a row",)]
    assert servers(cluster) == [server_pid(cluster)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_server_ends_with_its_killed_owner(cluster: Cluster) -> None:
    with process(OWNER, str(cluster.place.data), "") as owner:
        assert line(owner.stdout) == "started"
        owner.kill()
        owner.wait()

        wait_until(lambda: not servers(cluster))

    assert not cluster.running()


def test_ctrl_c_reaches_only_the_owner(cluster: Cluster) -> None:
    with process(OWNER, str(cluster.place.data), "", start_new_session=True) as owner:
        assert line(owner.stdout) == "started"
        server = psutil.Process(server_pid(cluster))

        groups = os.getpgid(owner.pid), os.getpgid(server.pid)
        owner.communicate("")

    assert groups == (owner.pid, server.pid)


def test_second_starter_is_told_who_holds_the_lock(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("centrala.postgres.cluster.LOCK_WAIT", 0)
    with process(OWNER, str(cluster.place.data), "") as owner:
        assert line(owner.stdout) == "started"

        with pytest.raises(PostgresError, match=rf"in use by another Centrala \(process {owner.pid}\)"):
            cluster.start()

        assert kept(cluster) == [("a row",)]


def test_two_starters_at_once_make_one_server(data: Path) -> None:
    with process(OWNER, str(data), "") as one, process(OWNER, str(data), "") as other:
        ends = {line(starter.stdout) or line(starter.stderr) for starter in (one, other)}
        running = servers(Cluster.at(data))

    assert "started" in ends
    assert len(ends) == 2
    assert len(running) == 1


def test_stop_rolls_back_and_ends_the_sessions(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.dsn("postgres")) as connection:
        connection.execute("create table unfinished (it text)")

        cluster.stop()

        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    cluster.start()
    assert kept(cluster) == [("a row",)]
    with psycopg.connect(cluster.dsn("postgres")) as connection:
        assert connection.execute("select to_regclass('unfinished')").fetchone() == (None,)

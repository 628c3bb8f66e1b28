"""A cluster in health: what it answers, and who cannot reach it."""

import os
import stat
from pathlib import Path

import asyncpg
import psutil
import psycopg
import pytest

from centrala.postgres import Cluster, PostgresError, running
from postgres.scene import execute, kept, server_pid


@pytest.mark.long
def test_cluster_keeps_its_rows_over_a_restart(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    cluster.start()

    assert kept(cluster) == [("a row",)]


def test_start_twice_keeps_the_same_server(cluster: Cluster) -> None:
    cluster.start()
    first = server_pid(cluster)

    cluster.start()

    assert server_pid(cluster) == first


def test_cluster_tells_whether_it_runs(cluster: Cluster) -> None:
    before = cluster.running()
    cluster.start()
    during = cluster.running()
    cluster.stop()

    assert (before, during, cluster.running()) == (False, True, False)


async def test_dsn_serves_both_drivers(cluster: Cluster) -> None:
    cluster.start()
    cluster.ensure_database("two words")
    cluster.ensure_database("two words")

    with psycopg.connect(cluster.dsn("two words")) as psycopg_connection:
        by_psycopg = psycopg_connection.execute("select current_database()").fetchone()
    connection = await asyncpg.connect(cluster.dsn("two words"))
    by_asyncpg = await connection.fetchval("select current_database()")
    await connection.close()

    assert (by_psycopg, by_asyncpg) == (("two words",), "two words")


def test_settings_are_the_promised_ones(cluster: Cluster) -> None:
    cluster.start()

    with psycopg.connect(cluster.dsn("postgres")) as connection:
        shown = connection.execute(
            "select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'TimeZone',"
            " 'listen_addresses', 'server_encoding', 'password_encryption')"
        ).fetchall()
        provider = connection.execute(
            "select datlocprovider, datlocale from pg_database where datname = 'postgres'"
        ).fetchone()

    assert dict(shown) == {
        "fsync": "on",
        "full_page_writes": "on",
        "TimeZone": "UTC",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "password_encryption": "scram-sha-256",
    }
    assert provider == ("b", "C.UTF-8")


def test_settings_of_a_start_are_used(cluster: Cluster) -> None:
    small = Cluster.at(cluster.place.data, settings={"max_connections": "17"})
    small.start()

    answer = execute(small, "show max_connections")
    small.stop()

    assert answer == [("17",)]


def test_server_listens_on_no_network(cluster: Cluster) -> None:
    cluster.start()

    assert psutil.Process(server_pid(cluster)).net_connections(kind="inet") == []


@pytest.mark.parametrize("password", ["", ":wrong"])
def test_login_without_the_password_is_refused(cluster: Cluster, password: str) -> None:
    cluster.start()
    right = cluster.dsn("postgres").partition("@")[0].removeprefix("postgresql://centrala")

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(cluster.dsn("postgres").replace(right, password))


def test_every_way_in_demands_scram(cluster: Cluster) -> None:
    cluster.start()

    assert execute(cluster, "select distinct auth_method from pg_hba_file_rules") == [("scram-sha-256",)]


def test_password_is_readable_to_its_owner_alone(made: Cluster) -> None:
    found = made.place.password.stat()

    assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o600, os.geteuid())


def test_log_shows_no_statement_and_no_password(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        connection.execute("create table if not exists once (it text primary key)")
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("select 1/0, 'Dzień dobry, tu Ala'")
        for _ in range(2):
            try:
                connection.execute("insert into once values ('Dzień dobry, tu Ala')")
            except psycopg.errors.UniqueViolation:
                break
    password = cluster.place.password.read_text()

    written = cluster.place.log.read_text()

    assert "ready to accept connections" in written
    assert "Ala" not in written
    assert password not in written


@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    [
        'it\'s a "quoted" folder, with $HOME; `id` & ż\N{SNOWMAN}',
        pytest.param("a" * 200, id="200 letters"),
        pytest.param("/".join(["b" * 200] * 3), id="600 letters", marks=pytest.mark.long),
    ],
)
def test_database_of_any_folder_is_made_and_destroyed(data: Path, name: str) -> None:
    with running(data / name) as cluster:
        cluster.ensure_database()
        answer = execute(cluster, "select 1")
    cluster.destroy()

    assert answer == [(1,)]
    assert not cluster.place.cluster.exists()
    assert not cluster.place.sockets.exists()
    assert sorted(path.name for path in (data / name).iterdir()) == ["postgres.lock", "postgres.visitors"]


def test_path_beyond_postgresql_is_refused_in_words(data: Path) -> None:
    with pytest.raises(PostgresError, match="too long"):
        Cluster.at(data / "/".join(["c" * 200] * 5))


@pytest.mark.long
def test_parents_keep_their_modes(data: Path) -> None:
    data.mkdir()
    data.chmod(0o750)
    data.parent.chmod(0o700)

    with running(data):
        pass

    assert stat.S_IMODE(data.stat().st_mode) == 0o750
    assert stat.S_IMODE(data.parent.stat().st_mode) == 0o700


def test_dsn_before_the_first_start_says_so(data: Path) -> None:
    with pytest.raises(PostgresError, match="start it first"):
        Cluster.at(data).dsn()

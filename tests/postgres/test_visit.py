"""Commands that use the database while others do."""

import pytest

from centrala.postgres import Cluster, running
from postgres.scene import kept, line, process, server_pid

VISITOR = """
import sys
from pathlib import Path
from centrala.postgres import running
with running(Path(sys.argv[1])):
    print("in", flush=True)
    sys.stdin.readline()
print("out", flush=True)
sys.stdin.readline()
"""


@pytest.mark.long
def test_visitor_starts_the_server_and_stops_it_after(cluster: Cluster) -> None:
    with running(cluster.place.data) as visited:
        answer = kept(visited)

    assert answer == [("a row",)]
    assert not cluster.running()


def test_visitor_joins_the_owner_s_server_and_leaves_it_running(cluster: Cluster) -> None:
    cluster.start()
    owned = server_pid(cluster)

    with running(cluster.place.data) as visited:
        answer = kept(visited)

    assert answer == [("a row",)]
    assert cluster.running()
    assert server_pid(cluster) == owned


@pytest.mark.long
def test_last_visitor_stops_the_server(cluster: Cluster) -> None:
    data = str(cluster.place.data)
    with process(VISITOR, data) as first, process(VISITOR, data) as second:
        assert [line(first.stdout), line(second.stdout)] == ["in", "in"]

        first.communicate("\n\n")
        while_one_is_left = kept(cluster)
        second.communicate("\n\n")

    assert while_one_is_left == [("a row",)]
    assert not cluster.running()


def test_visitor_follows_a_killed_visitor(cluster: Cluster) -> None:
    with process(VISITOR, str(cluster.place.data)) as killed:
        assert line(killed.stdout) == "in"
        killed.kill()
        killed.wait()

        with running(cluster.place.data) as visited:
            answer = kept(visited)

    assert answer == [("a row",)]
    assert not cluster.running()

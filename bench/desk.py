"""How long pages of the desk take among a million conversations, beside ten thousand: over HTTP, from `centrala web`.

Cold: PostgreSQL has just been started and the system has forgotten its files. Warm: pages of the kind were asked for
before. Every thread and every word is another one, so warm does not mean that this very page was read before.
"""

import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import httpx

from bench.agent import signed_in
from bench.archive import WORDS, load
from bench.entrance import until_answers
from bench.figures import Figure, Size
from bench.hub import Hub, hub

MOST_MS = 100.0
MOST_TIMES = 1.5
FEW = 100  # times fewer conversations
COLD = 40  # requests
PATIENCE = 60.0  # seconds
Addresses = Iterator[str]


def measure(size: Size) -> Iterator[Figure]:
    few = max(size.conversations // FEW, 1_000)
    large = dict(_times(size.conversations, size.looks))
    small = dict(_times(few, size.looks)) if few < size.conversations else large
    for name, took in large.items():
        yield Figure(
            key=f"desk.{name}_ms",
            value=took,
            most=MOST_MS if name.endswith("_warm") else None,
            how=f"95th percentile, {size.conversations} conversations",
            beside=f"{small[name]:.0f} ms among {few}",
        )
        if name.endswith("_warm"):
            yield Figure(key=f"desk.{name}_ratio", value=took / small[name], most=MOST_TIMES, how="of the two")


def _times(conversations: int, looks: int) -> Iterator[tuple[str, float]]:
    """The 95th percentile of each kind of page, cold and warm, in milliseconds."""
    with hub() as made:
        agent, cookie = signed_in(made)
        load(made, conversations, agent=agent)
        pages, files = _pages(made), _files(made)
        made.connection.close()  # PostgreSQL is stopped and started now
        for name, addresses in pages.items():
            _forget(made, files)
            with _asking(made, cookie) as ask:
                yield f"{name}_cold", _percentile([ask(next(addresses)) for _ in range(min(looks, COLD))])
                yield f"{name}_warm", _percentile([ask(next(addresses)) for _ in range(looks)])


def _pages(made: Hub) -> dict[str, Addresses]:
    some = random.Random(1)
    ids = made.connection.execute("select id from conversations_conversation order by random() limit 2000").fetchall()
    words = made.connection.execute(f"select word(n) from generate_series(0, {WORDS - 1}) as n").fetchall()
    common, rare = [word for (word,) in words[: WORDS // 20]], [word for (word,) in words[WORDS // 2 :]]
    return {
        "list": cycle(["/desk/list", "/desk/list?show=queue", "/desk/list?show=all", "/desk/list?show=mine"]),
        "thread": cycle([f"/desk/{id_}/" for (id_,) in ids]),
        "search_rare": (f"/desk/list?search={some.choice(rare)}+{some.choice(rare)}" for _ in cycle([0])),
        "search_common": (f"/desk/list?search={some.choice(common)}" for _ in cycle([0])),
        "search_number": (f"/desk/list?search={some.randrange(10**4):04d}" for _ in cycle([0])),
    }


def _files(made: Hub) -> Path:
    row = made.connection.execute("show data_directory").fetchone()
    assert row is not None
    return Path(str(row[0]))


def _forget(made: Hub, files: Path) -> None:
    made.cluster.stop()
    for path in files.rglob("*"):
        if path.is_file():
            opened = os.open(path, os.O_RDONLY)
            os.fsync(opened)
            os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(opened)
    made.cluster.start()


@contextmanager
def _asking(made: Hub, cookie: str) -> Iterator[Callable[[str], float]]:
    """Milliseconds until a page is there. The process is warm: only the database's pages are not."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        made.running("web", "--port", str(port)),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"cookie": cookie}, timeout=PATIENCE) as client,
    ):
        until_answers(f"{client.base_url}/healthz")
        client.get("/profile").raise_for_status()

        def ask(address: str) -> float:
            began = time.perf_counter()
            client.get(address).raise_for_status()
            return 1e3 * (time.perf_counter() - began)

        yield ask


def _percentile(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]

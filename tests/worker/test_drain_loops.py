"""The drain's loops in their threads: texts are not held up by one batch, and no loop goes on alone."""

import gc
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import connection, transaction

from centrala.conversations.models import Conversation, Message
from centrala.inbox.drain import drain
from centrala.worker import inbox
from hub import arrive, connected, drained, text

pytestmark = pytest.mark.django_db(transaction=True)
HELD, FREE = "14255550181", "14255550182"


class Loops(threading.Thread):
    """Beside the test; `error` is what they ended with."""

    def __init__(self) -> None:
        super().__init__()
        self.stop = threading.Event()
        self.error: psycopg.OperationalError | None = None

    def run(self) -> None:
        try:
            inbox.run(self.stop)
        except psycopg.OperationalError as error:
            self.error = error

    def end(self) -> None:
        self.stop.set()
        self.join(10)
        assert not self.is_alive()


@pytest.fixture
def loops(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loops]:
    """With batches of one text, each of which counts as a burst."""
    for name, value in {"BATCH": 1, "FULL": 1, "POLL_SECONDS": 0.05}.items():
        monkeypatch.setattr(inbox, name, value)
    monkeypatch.setitem(drain.__kwdefaults__, "limit", 1)
    threshold = gc.get_threshold()
    made = Loops()
    yield made
    if made.is_alive():
        made.end()
    gc.set_threshold(*threshold)
    gc.unfreeze()


def until(question: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kept() -> set[str]:
    return set(Message.objects.values_list("text", flat=True))


@pytest.mark.long
def test_batch_that_waits_for_a_customer_holds_up_nobody_elses_texts(loops: Loops) -> None:
    connected()
    arrive(text("Before", **{"from": HELD}))
    drained()

    with transaction.atomic():
        Conversation.objects.select_for_update().get()
        arrive_outside([("First", FREE), ("Held", HELD), ("Free", FREE), ("Last", FREE)])
        loops.start()
        until(lambda: kept() == {"Before", "First", "Free", "Last"})

    until(lambda: kept() == {"Before", "First", "Held", "Free", "Last"})
    loops.end()
    assert loops.error is None


def arrive_outside(texts: list[tuple[str, str]]) -> None:
    """By another connection, for the test's own one is in a transaction."""
    thread = threading.Thread(target=_arrive, args=[texts])
    thread.start()
    thread.join()


def _arrive(texts: list[tuple[str, str]]) -> None:
    try:
        for words, customer in texts:
            arrive(text(words, **{"from": customer}))
    finally:
        connection.close()


def test_loops_end_together_when_the_database_goes_away(loops: Loops) -> None:
    connected()
    arrive(text("There"))
    loops.start()
    until(lambda: kept() == {"There"})

    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid() and query = 'listen inbox'"
        )

    loops.join(10)
    assert not loops.is_alive()
    assert isinstance(loops.error, psycopg.OperationalError)

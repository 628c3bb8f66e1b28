"""Texts a second out of the inbox into conversations that stand in their queue, by one `centrala worker`.

The database is durable (synchronous_commit) and has every index and foreign key. Each of the known customers has a
live conversation; a text in five is the first of somebody new. Fifty agents are on duty, with room for three
conversations each when a burst begins: the router offers them what they can take, the rest waits in the queue. The
clock starts when a burst is committed to the inbox and ends when none of it waits there.
"""

import time
from collections.abc import Iterator

from bench.agent import on_duty
from bench.customers import Customers, write
from bench.figures import Figure, Size
from bench.hub import Hub, hub, seconds

GOAL = 10_000.0
LONGEST = 600  # seconds
PAUSE = 0.02
AGENTS = 50
FREE = """
    with seen as (update routing_agent set last_seen_at = now()),
    closed as (update routing_offer set outcome = 'withdrawn' where outcome = 'pending')
    update conversations_conversation set state = 'open', agent_id = null, queued_at = now() where state = 'active'
"""


def measure(size: Size) -> Iterator[Figure]:
    customers = Customers(size.customers)
    with hub() as made, made.running("worker") as worker:
        drained(made, write(made, customers.everybody()))
        on_duty(made, AGENTS)
        made.connection.execute("vacuum analyze")
        rates, copied, used = [], [], []
        for _ in range(size.repetitions):  # by turns, so that both meet the same machine
            made.connection.execute(FREE)
            many = write(made, customers.some(size.burst))
            before = seconds(worker), made.postgres_seconds()
            rates.append(many / drained(made, many))
            used.append((seconds(worker) - before[0], made.postgres_seconds() - before[1]))
            copied.append(many / _copied(made, many))
    python, postgres = (part / size.burst * 1e6 for part in min(used, key=sum))
    yield Figure(
        key="drain.per_second",
        value=max(rates),
        least=GOAL,
        how=f"best of {size.repetitions}, {size.burst} texts after {size.customers} of known ones, {AGENTS} agents",
        beside=f"COPY of the messages alone {max(copied):.0f}, ratio {max(rates) / max(copied):.2f}; "
        f"a text takes {python:.0f} us of the worker and {postgres:.0f} us of PostgreSQL",
    )


def drained(made: Hub, many: int) -> float:
    """Seconds until nothing waits. Raises RuntimeError unless each text has become a message in a conversation."""
    began = time.perf_counter()
    while made.connection.execute("select 1 from inbox_event where state = 'received' limit 1").fetchone():
        if time.perf_counter() - began > LONGEST:
            raise RuntimeError("the worker does not drain the inbox")
        time.sleep(PAUSE)
    took = time.perf_counter() - began
    trouble = made.connection.execute("select count(*) from inbox_event where state <> 'processed'").fetchone()
    missing = made.connection.execute(
        "select (select count(*) from inbox_event) - (select count(*) from conversations_message)"
    ).fetchone()
    if trouble != (0,) or missing != (0,):
        raise RuntimeError(f"{trouble} of {many} texts failed, {missing} have no message")
    return took


def _copied(made: Hub, many: int) -> float:
    """The same messages into a table with the same indexes and nothing that refers to another."""
    made.connection.execute("create table bench_message (like conversations_message including all)")
    with made.connection.cursor() as cursor:
        with cursor.copy(f"copy (select * from conversations_message limit {many}) to stdout") as copy:
            rows = b"".join(copy)
        began = time.perf_counter()
        with cursor.copy("copy bench_message from stdin") as copy:
            copy.write(rows)
        took = time.perf_counter() - began
    made.connection.execute("drop table bench_message")
    return took

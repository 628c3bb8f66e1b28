"""Texts at a steady rate, with the drain and the router at work and twenty desks open: from a text's request to the
agent's event stream; and as many as Event Grid sends of one topic, until their answers."""

import subprocess
import sys
from collections.abc import Iterable, Iterator

import msgspec

from bench.agent import signed_in
from bench.customers import Customers, event, write
from bench.drain import drained
from bench.figures import Figure, Size
from bench.ingest import Rig, rig
from bench.watcher import Seen, Watch

STREAMS = 20
MEDIAN_MS, P99_MS = 20.0, 100.0
POSTS_P99_MS = 50.0  # at either rate
KEPT = "select count(*), count(*) filter (where state = 'received') from inbox_event"


def measure(size: Size) -> Iterator[Figure]:
    with rig() as made, made.hub.running("worker"):
        customers = _known(made, size.rate * size.seconds)
        seen = _watched(made, customers.everybody(), rate=size.rate, patience=size.patience)
    took = [one for one in seen.streamed if one is not None]
    lost = len(seen.streamed) - len(took)
    how = f"{size.rate} texts a second for {size.seconds} s, {STREAMS} desks open, {lost} not seen"
    yield Figure(key="live.median_ms", value=_at(took, 0.5), most=MEDIAN_MS, how=how)
    yield Figure(key="live.p99_ms", value=_at(took, 0.99), most=P99_MS, how=how)
    yield Figure(key="live.posts_p99_ms", value=_at(seen.answered, 0.99), most=POSTS_P99_MS, how="until the answer")
    yield Figure(key="live.late_ms", value=_at(seen.late, 0.99), how="p99 of the client's own delay")


def most(size: Size) -> Iterator[Figure]:
    """Event Grid's own limit for a topic, an event a request, for a minute."""
    with rig() as made, made.hub.running("worker"):
        customers = _known(made, size.customers)
        senders = customers.some(size.offered * size.offered_seconds)
        seen = _watched(made, senders, rate=size.offered, patience=size.patience)
        row = made.hub.connection.execute(KEPT).fetchone()
    assert row is not None
    kept, waits = int(str(row[0])) - customers.known, int(str(row[1]))
    many = len(seen.answered)
    yield Figure(
        key="offered.posts_p99_ms",
        value=_at(seen.answered, 0.99),
        most=POSTS_P99_MS,
        how=f"{size.offered} texts a second for {size.offered_seconds} s, {STREAMS} desks open, one in five is new",
        beside=f"median {_at(seen.answered, 0.5):.1f}; {waits} wait {size.patience:g} s after the last",
    )
    yield Figure(key="offered.lost", value=many - kept, most=0, how="answered 200 and not kept")
    yield Figure(key="offered.late_ms", value=_at(seen.late, 0.99), how="p99 of the client's own delay")


def _known(made: Rig, many: int) -> Customers:
    customers = Customers(many)
    drained(made.hub, write(made.hub, customers.everybody()))
    made.hub.connection.execute("vacuum analyze")
    return customers


def _watched(made: Rig, senders: Iterable[int], *, rate: int, patience: float) -> Seen:
    _, cookie = signed_in(made.hub)
    found = made.hub.connection.execute("""
        select contact.number, conversation.id::text from conversations_conversation as conversation
        join conversations_contact as contact on contact.id = conversation.contact_id
    """).fetchall()
    ids = {str(number): str(id_) for number, id_ in found}
    events = [event(customer) for customer in senders]
    load = made.load(made.web_port, 1, 1)
    watch = Watch(
        port=made.web_port,
        target=load.target,
        headers=load.headers,
        cookie=cookie,
        streams=STREAMS,
        rate=rate,
        events=[msgspec.Raw(msgspec.json.encode([one])) for one in events],
        conversations=[ids.get(f"+{one['data']['from']}", "") for one in events],
        patience=patience,
    )
    command = [sys.executable, "-m", "bench.watcher"]
    told = subprocess.run(command, input=msgspec.json.encode(watch), stdout=subprocess.PIPE, check=True).stdout
    return msgspec.json.decode(told, type=Seen)


def _at(took: list[float], share: float) -> float:
    return sorted(took)[int(len(took) * share)]

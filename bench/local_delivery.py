"""Deliveries a second: one event a request, with Entra's token, to a webhook in a process of its own.

The clock starts before the events are published and ends with the last one accepted.
"""

import time
from collections.abc import Iterator

from bench import raw_client
from bench.figures import Figure, Size
from bench.scene import RECEIVED, Scene, scene


def measure(size: Size) -> Iterator[Figure]:
    with scene(RECEIVED) as made:
        _deliver(made, 100)
        rates, bare, used = [], [], []
        for _ in range(size.repetitions):  # by turns, so that both meet the same machine
            before = made.cloud_seconds()
            rates.append(_deliver(made, size.events))
            used.append(made.cloud_seconds() - before)
            bare.append(_bare(made, size.events))
    best, bare_best, each = max(rates), max(bare), min(used) / size.events * 1000
    yield Figure(
        key="local_delivery.per_second",
        value=best,
        how=f"best of {size.repetitions}, {size.events} events",
        beside=f"a bare client with the same requests {bare_best:.0f}, ratio {best / bare_best:.2f}; "
        f"the cloud uses {each:.2f} ms of a processor for one",
    )


def _deliver(made: Scene, many: int) -> float:
    began = time.perf_counter()
    published = made.control.post("/_local/events", json=[_event(made)] * many).raise_for_status().json()
    waiting = {one["id"] for one in published["items"]}
    while waiting:
        waiting.discard(made.next_event())
    return many / (time.perf_counter() - began)


def _bare(made: Scene, many: int) -> float:
    """From the first request to the last: what it takes to start is not the cloud's to be compared with."""
    with raw_client.started(made.hook, made.sample, made.facts["ca_bundle"], many):
        made.next_event()
        began = time.perf_counter()
        for _ in range(many - 1):
            made.next_event()
    return (many - 1) / (time.perf_counter() - began)


def _event(made: Scene) -> dict[str, object]:
    data = {
        "messageId": "Incoming_20260115120000_1",
        "from": "+14255550123",
        "to": made.number,
        "message": "Where is my parcel?",
        "receivedTimestamp": "2026-01-15T12:00:00.0000000Z",
        "segmentCount": 1,
    }
    return {"event_type": RECEIVED, "subject": "/phonenumber/14255550123", "data": data}

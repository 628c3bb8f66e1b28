"""Three times as many events as the hub can take, for a while, in requests of a hundred, with the drain at work.

Nothing that was answered 200 is missing, and what was answered 503 arrives when it comes again.
"""

from collections.abc import Iterator

from bench.figures import Figure, Size
from bench.flood import Flood, flood
from bench.ingest import BATCH, Rig, rig
from bench.poster import post

TIMES = 3


def measure(size: Size) -> Iterator[Figure]:
    with rig() as made:
        able = size.batches / post(made.load(made.web_port, size.batches, BATCH))  # requests a second
        before = size.batches * BATCH
        with made.hub.running("worker"):
            load = _flood(made, rate=TIMES * able, requests=int(TIMES * able * size.seconds))
            seen = flood(load)
        row = made.hub.connection.execute("select count(*) from inbox_event").fetchone()
    assert row is not None
    refused = seen.answers.get("503", 0)
    yield Figure(
        key="saturation.lost",
        value=seen.taken + before - int(str(row[0])),
        most=0,
        how=f"{load.requests} requests of {BATCH} events, {load.rate:.0f} a second; {able:.0f} were taken alone",
        beside=f"{refused} answers were 503, all was there after {seen.seconds:.0f} s",
    )
    yield Figure(
        key="saturation.never_taken", value=load.requests * BATCH - seen.taken, most=0, how="events of the same run"
    )


def _flood(made: Rig, *, rate: float, requests: int) -> Flood:
    sample = made.load(made.web_port, 1, BATCH)
    return Flood(
        port=made.web_port,
        target=sample.target,
        headers=sample.headers,
        event=sample.event,
        requests=requests,
        batch=BATCH,
        rate=rate,
    )

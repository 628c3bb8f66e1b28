"""A text by Microsoft's client, its delivery report by Event Grid, its row in a table of ours: one after another.

The next text is sent when the row of the one before is on disk, so that nothing of the way overlaps.
"""

import time
from collections.abc import Iterator

from azure.communication.sms import SmsClient

from bench import table
from bench.figures import Figure, Size
from bench.scene import REPORT, Scene, scene

CUSTOMER = "+14255550123"
GOAL_SECONDS = 4.0


def measure(size: Size) -> Iterator[Figure]:
    with scene(REPORT, durable=True) as made:
        client = made.sms()
        _round_trips(made, client, 20)  # connections are made, the token is fetched
        before = made.cloud_seconds()
        one_by_one = min(_round_trips(made, client, size.texts) for _ in range(size.repetitions))
        each = (made.cloud_seconds() - before) / size.repetitions / size.texts * 1000
        at_once = min(_all_at_once(made, client, size.texts) for _ in range(size.repetitions))
        alone = min(_sends(made, client, size.texts) for _ in range(size.repetitions))
        sent = 20 + 3 * size.repetitions * size.texts
        if table.count(made.table, REPORT) != sent:
            raise RuntimeError("not every text has its row")
    yield Figure(
        key="local_sms.round_trips_200_s",
        value=one_by_one * 200 / size.texts,
        most=GOAL_SECONDS,
        how=f"best of {size.repetitions}, each text after the row of the one before",
        beside=f"sent without waiting {at_once:.2f} s, the client's sending alone {alone:.2f} s; "
        f"the cloud uses {each:.2f} ms of a processor for one",
    )


def _round_trips(made: Scene, client: SmsClient, many: int) -> float:
    began = time.perf_counter()
    for _ in range(many):
        wanted = _send(made, client)
        while made.next_event() != wanted:
            pass
    return time.perf_counter() - began


def _all_at_once(made: Scene, client: SmsClient, many: int) -> float:
    """Until the last row."""
    began = time.perf_counter()
    waiting = {_send(made, client) for _ in range(many)}
    while waiting:
        waiting.discard(made.next_event())
    return time.perf_counter() - began


def _sends(made: Scene, client: SmsClient, many: int) -> float:
    began = time.perf_counter()
    waiting = {_send(made, client) for _ in range(many)}
    seconds = time.perf_counter() - began
    while waiting:
        waiting.discard(made.next_event())
    return seconds


def _send(made: Scene, client: SmsClient) -> str:
    [sent] = client.send(  # type: ignore[misc]  # the client's own annotation of self is wrong
        made.number, CUSTOMER, "Where is my parcel?", enable_delivery_report=True
    )
    if not sent.successful:
        raise RuntimeError(sent.error_message)
    return str(sent.message_id)

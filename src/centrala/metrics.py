"""/metrics in Prometheus's form, for whoever shows its token.

All of it is read from the database, so that any web process tells what all of them, and the workers, have done.
"""

import hmac
from collections import defaultdict
from collections.abc import Iterator, Mapping

import asyncpg
from django.conf import settings
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from centrala.inbox.sessions import AWAY
from centrala.inbox.tallies import BOUNDS, SUMS, Counted

SECONDS = 5.0  # for one question to the database
MOST_COUNTED = 100_000  # events that wait: to count a million that no vacuum has seen takes more than a second
Tallies = Mapping[str, Mapping[str, int]]  # by name and label

NOW = """
SELECT
    (SELECT count(*) FROM (SELECT FROM inbox_event WHERE state = 'received' LIMIT $2) AS counted) AS waiting,
    (SELECT greatest(extract(epoch FROM now() - received_at), 0)::float
        FROM inbox_event WHERE state = 'received' ORDER BY id LIMIT 1) AS oldest,
    (SELECT count(*) FROM recordings_chunk WHERE state = 'waiting') AS recordings,
    (SELECT extract(epoch FROM min(told_at) + interval '24 hours' - now())::float
        FROM recordings_chunk WHERE state = 'waiting') AS leaves,
    (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => $1)) AS workers
"""
COUNTERS = {
    Counted.RECEIVED: ("events_received", "service", "Events that were new to the inbox."),
    Counted.DUPLICATES: ("events_duplicate", "service", "Events that the inbox had already."),
    Counted.REFUSED: ("webhook_refusals", "reason", "Requests of a webhook that were refused."),
    Counted.DRAINED: ("events_drained", "outcome", "Events that the drain has dealt with."),
    Counted.JOBS_FAILED: ("jobs_failed", "task", "Background jobs that failed for good."),
    Counted.SOUND_LOST: ("sound_lost_frames", "end", "Sound of 20 ms each that an end of a call did not take in time."),
    Counted.MESSAGES: ("messages", "state", "Outbound messages that came into a state."),
}


async def metrics(request: Request) -> Response:
    if not _may_read(request.headers.getlist("authorization")):
        return PlainTextResponse("unauthorized\n", 401, {"WWW-Authenticate": "Bearer"})
    try:
        families = await _read(request.app.state.pool)
    except (*AWAY, asyncpg.InterfaceError):
        return PlainTextResponse("the database does not answer\n", 503)
    # Bytes, because Starlette would add a second charset to the type.
    return Response(_written(families), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4, "Cache-Control": "no-store"})


def _may_read(authorization: list[str]) -> bool:
    if not settings.METRICS_TOKEN:
        return False
    scheme, _, token = authorization[0].partition(" ") if len(authorization) == 1 else ("", "", "")
    same = hmac.compare_digest(token.encode(), settings.METRICS_TOKEN.encode())
    return same and scheme.lower() == "bearer"


async def _read(pool: "asyncpg.Pool[asyncpg.Record]") -> list[Metric]:
    async with pool.acquire(timeout=SECONDS) as session:
        now = await session.fetchrow(NOW, settings.STALLED_AFTER_SECONDS, MOST_COUNTED, timeout=SECONDS)
        sums = await session.fetch(SUMS, timeout=SECONDS)
    assert now is not None
    tallies: dict[str, dict[str, int]] = defaultdict(dict)
    for name, label, amount in sums:
        tallies[name][label] = amount
    return [*_gauges(now), *_counters(tallies), _delivery(tallies)]


def _gauges(now: asyncpg.Record) -> Iterator[Metric]:
    waiting = f"Events that wait for the drain, counted up to {MOST_COUNTED}."
    yield GaugeMetricFamily("centrala_inbox_waiting", waiting, now["waiting"])
    oldest = "For how long the first of them has waited."
    yield GaugeMetricFamily("centrala_inbox_oldest_seconds", oldest, now["oldest"] or 0)
    recordings = "Files of recordings that wait to be fetched from Azure."
    yield GaugeMetricFamily("centrala_recordings_waiting", recordings, now["recordings"])
    if now["leaves"] is not None:
        leaves = "For how long Azure still keeps the first of them."
        yield GaugeMetricFamily("centrala_recordings_leave_seconds", leaves, max(now["leaves"], 0))
    yield GaugeMetricFamily("centrala_workers", "Worker processes with a heartbeat.", now["workers"])


def _counters(tallies: Tallies) -> Iterator[Metric]:
    for name, (metric, label, text) in COUNTERS.items():
        family = CounterMetricFamily(f"centrala_{metric}", text, labels=[label])
        for value, amount in sorted(tallies.get(name, {}).items()):
            family.add_metric([value], amount)
        yield family


def _delivery(tallies: Tallies) -> Metric:
    within, total = tallies.get(Counted.DELIVERED_WITHIN, {}), 0
    buckets = []
    for bound in BOUNDS:
        total += within.get(bound, 0)
        buckets.append(("+Inf" if bound == "inf" else bound, float(total)))
    seconds = tallies.get(Counted.DELIVERY_MILLISECONDS, {}).get("", 0) / 1000
    text = "From the first attempt to send a message to the report that it was delivered."
    return HistogramMetricFamily("centrala_delivery_seconds", text, buckets, seconds)


class _Collected(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


def _written(families: list[Metric]) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Collected(families))
    return generate_latest(registry)


routes = [Route("/metrics", metrics)]

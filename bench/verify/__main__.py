"""Publishes events while web, worker and PostgreSQL are killed with -9, then proves each of them to be there once.

Ends with 1 when an event is lost (answered 2xx and not there, or never answered 2xx), doubled or in the wrong place.
"""

import argparse
import asyncio
import sys
import time

import msgspec

from bench import entrance
from bench.scene import RECEIVED, scene
from bench.verify.plan import Plan
from bench.verify.proof import differences, send_before, wait_until_drained
from bench.verify.publisher import Publisher
from bench.verify.running import Running, running

RETRIES = 10.0  # seconds after the last first attempt: these come into kills as well


def main() -> int:
    options = _options()
    plan = Plan(options.events, seed=options.seed)
    with scene(RECEIVED) as cloud, running(cloud) as hub:
        publisher = _publisher(plan, hub, entrance.sample(cloud).headers, options.pace)
        with hub.connect() as connection:
            send_before(connection, plan)
        began = time.monotonic()
        with hub.killing(options.every, lasting=options.seconds + RETRIES):
            asyncio.run(publisher.publish(seconds=options.seconds))
        published = time.monotonic()
        with hub.connect() as connection:
            wait_until_drained(connection)
            drained = time.monotonic()
            found = differences(connection, plan)
    wrong = len(publisher.given_up) + sum(len(one.missing) + len(one.surplus) for one in found)
    told = {
        "events": plan.events,
        "batches": publisher.batches,
        "retried": publisher.retried,
        "answers": dict(sorted(publisher.answers.items())),
        "killed": dict(hub.killed),
        "published_s": round(published - began, 1),
        "drained_s": round(drained - published, 1),
        "given_up": len(publisher.given_up),
        "missing": sum(len(one.missing) for one in found),
        "surplus": sum(len(one.surplus) for one in found),
    }
    for difference in found:
        print(difference)
    print(msgspec.json.encode(told).decode())
    return 1 if wrong else 0


def _publisher(plan: Plan, hub: Running, headers: dict[str, str], pace: float) -> Publisher:
    kept = {name: value for name, value in headers.items() if name in entrance.KEPT}
    return Publisher(plan, hub.port, hub.target, kept | {"host": f"127.0.0.1:{hub.port}"}, pace)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.verify", description=__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=30, help="over which first attempts are spread")
    parser.add_argument("--every", type=float, default=3, help="seconds of work from one kill -9 to the next")
    parser.add_argument("--pace", type=float, default=400, help="seconds of Event Grid's schedule in one of ours")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

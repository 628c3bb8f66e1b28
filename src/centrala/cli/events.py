"""`centrala events`: the newest rows of the inbox, without their bodies."""

import argparse

from centrala.cli.database import database
from centrala.cli.figures import whole

MOST = 10_000


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", choices=["received", "processed", "unknown", "failed"])
    parser.add_argument("--limit", type=whole(range(1, MOST + 1), "a number of rows"), default=50, help="default 50")


def run(options: argparse.Namespace) -> int:
    with database():
        from centrala.inbox.models import Event
        from centrala.inbox.queries import newest

        events, _following = newest(Event.objects.all(), state=options.state or "", limit=options.limit)
        for event in events:
            print(f"{event.pk}\t{event.received_at:%Y-%m-%d %H:%M:%S}Z\t{event.state}\t{event.type}\t{event.error}")
    return 0

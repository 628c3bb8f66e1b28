"""`centrala replay ID ...`."""

import argparse

from centrala.cli.database import database


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("events", nargs="+", type=int, metavar="ID", help="as `centrala events` lists them")


def run(options: argparse.Namespace) -> int:
    with database():
        from centrala.inbox.actions import replay

        count = replay(events=options.events, actor=None)
    print(f"{count} of {len(options.events)} put back.")
    return 0 if count == len(options.events) else 1

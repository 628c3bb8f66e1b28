"""`centrala migrate`."""

import argparse

from centrala.cli.database import database, migrate, unapplied


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="only tell whether something is to do (exit 1)")


def run(options: argparse.Namespace) -> int:
    with database(migrated=False):
        if options.check:
            return int(unapplied())
        migrate()
    return 0

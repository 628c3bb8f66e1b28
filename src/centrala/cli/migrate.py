"""`centrala migrate`."""

import argparse

from centrala.cli.database import database


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="only tell whether something is to do (exit 1)")


def run(options: argparse.Namespace) -> int:
    with database():
        return apply(check=options.check)


def apply(*, check: bool = False) -> int:
    """Brings the database up to this version; with `check` it only exits with 1 when something is to do."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0, check_unapplied=check)
    return 0

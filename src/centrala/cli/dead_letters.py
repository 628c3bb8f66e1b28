"""`centrala dead-letters [FOLDER]`: what Event Grid could not deliver joins the inbox as failed."""

import argparse
from pathlib import Path

from centrala.cli.database import database
from centrala.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, help="with the blobs of the container (default: dead_letters)")


def run(options: argparse.Namespace) -> int:
    with database():
        from django.conf import settings

        from centrala.connection.dead_letters import read_back

        folder = options.folder or settings.DEAD_LETTERS
        if folder is None:
            raise Refused("No folder is named. Fix: centrala dead-letters FOLDER, or set dead_letters.")
        found = read_back(folder=folder, actor=None)
    print(f"{found.new} new, listed as failed: centrala events --state failed. {found.known} were here already.")
    if found.foreign:
        print(f"{found.foreign} belong to a resource that was never connected here.")
    if found.unreadable:
        print(f"{found.unreadable} files hold no dead letters that can be read.")
    return 1 if found.unreadable else 0

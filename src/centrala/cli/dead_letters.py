"""`centrala dead-letters [FOLDER]`: what Event Grid could not deliver joins the inbox as failed."""

import argparse
import os
from datetime import timedelta
from pathlib import Path

from centrala.cli.database import database
from centrala.errors import Refused

VARIABLE = "DEAD_LETTERS_SECRET"
AT_ONCE = timedelta(minutes=5)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, help="with the blobs of the container (default: dead_letters)")
    parser.add_argument(
        "--container",
        metavar="URL",
        help=f"keep this container of a storage account, and what opens it from {VARIABLE} (a shared access signature, "
        "a connection string or a key), to read from it now and later",
    )
    parser.add_argument("--forget-container", action="store_true", help="read no container any more")


def run(options: argparse.Namespace) -> int:
    with database():
        from django.conf import settings

        from centrala.connection import letter_box
        from centrala.connection.dead_letters import read_back
        from centrala.connection.letters import ReadBack

        if options.forget_container:
            letter_box.forget_container(actor=None)
        if options.container:
            letter_box.name_container(url=options.container, secret=os.environ.get(VARIABLE, ""), actor=None)
        folder, container = options.folder or settings.DEAD_LETTERS, None if options.folder else letter_box.named()
        if options.forget_container and folder is None:
            return 0
        if folder is None and container is None:
            raise Refused(
                "Nothing is named. Fix: centrala dead-letters FOLDER or --container URL, or set dead_letters."
            )
        found = read_back(folder=folder, actor=None) if folder else ReadBack()
        more = container is not None
        while container is not None and more:
            read = letter_box.read_container(container, actor=None, within=AT_ONCE)
            container, more = letter_box.named(), read.more
            found += read
    print(f"{found.new} new, listed as failed: centrala events --state failed. {found.known} were here already.")
    if found.before:
        print(f"{found.before} blobs were read before.")
    if found.foreign:
        print(f"{found.foreign} belong to a resource that was never connected here.")
    if found.unreadable:
        print(f"{found.unreadable} files hold no dead letters that can be read.")
    return 1 if found.unreadable else 0

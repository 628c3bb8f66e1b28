"""`centrala worker`: the process that works in the background."""

import argparse
import asyncio

from centrala.cli.database import refuse_other_version, set_up_django


def arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(options: argparse.Namespace) -> int:
    set_up_django()
    refuse_other_version()
    from centrala.worker.run import work

    return asyncio.run(work())

"""The command line: `centrala COMMAND`. Exit codes: 0 done, 1 a rule or a check said no, 2 wrong usage or settings."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from centrala.azure.errors import AzureError
from centrala.cli.asking import accept_yes
from centrala.errors import Misconfigured, Refused, WrongSetting
from centrala.postgres import PostgresError

# Command -> the module of this package that runs it. Modules are imported only when their command is: Django takes
# half a second, and `centrala --help` need not wait for it.
COMMANDS = {
    "demo": "local cloud and hub, seeded, in the foreground",
    "up": "web, worker and embedded database, in the foreground",
    "web": "answers requests",
    "worker": "drains the inbox and runs jobs",
    "migrate": "brings the database up to this version",
    "organization": "shows or sets the organisation",
    "user": "adds a person, or sets role and password",
    "token": "makes or revokes a token for the REST API",
    "application": "lists the applications that may read the Dataverse tables, adds or removes one",
    "connect": "connects an existing Communication Services resource",
    "disconnect": "ends the connection; conversations and numbers stay",
    "provision": "plans, makes and mends what Azure needs so that events arrive",
    "numbers": "lists, fetches, buys, adds to and releases the numbers of the resource",
    "carriers": "numbers of an own carrier, border controllers, voice routes, and which one a number takes",
    "trial": "lends numbers to a trial organisation, says how it stands, grants minutes, ends it",
    "ivr": "lists the context variables and routing rules of a workstream, or tries out what an IVR sends",
    "contacts": "hands over what is kept about one customer",
    "audit": "lists the audit log, or deletes its old entries",
    "events": "lists the inbox",
    "replay": "puts failed or unknown events back to be handled",
    "dead-letters": "reads back what Event Grid could not deliver, from a folder",
    "doctor": "says what is wrong between this hub and Azure, and what to do",
    "keys": "makes a key for CENTRALA_KEYS",
}
# They change something, but only here, and need not ask; `connect`, `provision` and some acts have their own.
UNASKED = {"migrate", "organization", "user", "token", "application", "numbers", "carriers", "replay", "dead-letters"}


def main(argv: Sequence[str] | None = None) -> int:
    try:
        return _main(list(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt:
        return 130


def _main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="centrala", description="Customer service on your own Azure resource.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in COMMANDS.items():
        command = subparsers.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        command.add_argument("--data", type=Path, help="the installation's folder (CENTRALA_DATA, else .centrala)")
        if name in arguments[:1]:
            _module(name).arguments(command)
        if name in UNASKED:
            accept_yes(command)
    options = parser.parse_args(arguments)
    if options.data is not None:
        os.environ["CENTRALA_DATA"] = str(options.data.absolute())
    try:
        return int(_module(options.command).run(options))
    except WrongSetting as error:
        print(f"centrala: {error}", file=sys.stderr)
        return 2
    except (Misconfigured, PostgresError, Refused, AzureError) as error:
        print(f"centrala: {error}", file=sys.stderr)
        return 1


def _module(command: str) -> ModuleType:
    return import_module(f"centrala.cli.{command.replace('-', '_')}")

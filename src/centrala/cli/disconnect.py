"""`centrala disconnect`: ends the connection; what lies in Azure is not touched."""

import argparse

from centrala.cli.asking import confirm
from centrala.cli.database import database
from centrala.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace) -> int:
    with database():
        from centrala.connection import actions
        from centrala.connection.access import active_connection

        connection = active_connection()
        if connection is None:
            raise Refused("No resource is connected.")
        if connection.is_trial:
            raise Refused("Numbers are lent to a trial, and nothing else is connected. Fix: centrala trial end.")
        confirm(f"Texts to the numbers of {connection.resource_name} will no longer arrive here.", yes=options.yes)
        actions.disconnect(connection=connection, actor=None)
        print(
            f"{connection.resource_name} is disconnected. Delete its event subscriptions in Azure: they go on sending."
        )
    return 0

"""`centrala numbers`."""

import argparse

from centrala.cli.database import database
from centrala.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sync", action="store_true", help="fetch them from Azure first")


def run(options: argparse.Namespace) -> int:
    with database():
        from centrala.connection.access import active_connection
        from centrala.numbers import actions

        connection = active_connection()
        if connection is None:
            raise Refused("No resource is connected. Fix: centrala connect.")
        if options.sync:
            actions.sync(connection=connection)
        for number in connection.numbers.all():
            able = [
                word
                for word, can in (
                    ("receives SMS", number.receives_sms),
                    ("sends SMS", number.sends_sms),
                    ("receives calls", number.receives_calls),
                    ("makes calls", number.makes_calls),
                )
                if can
            ]
            print(f"{number.number}\t{number.get_type_display()}\t{', '.join(able)}")
    return 0

"""`centrala token NAME --user USERNAME`: the token is printed once."""

import argparse

from centrala.cli.database import database
from centrala.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="what the token is for")
    parser.add_argument("--user", required=True, help="in whose name it acts")
    parser.add_argument("--write", action="store_true", help="it may also send messages")
    parser.add_argument("--days", type=int, default=90)


def run(options: argparse.Namespace) -> int:
    with database():
        from centrala.api import actions
        from centrala.organization.models import User

        owner = User.objects.filter(username=options.user).first()
        if owner is None:
            raise Refused(f"There is no user {options.user}. Fix: centrala user {options.user} --role ROLE.")
        _kept, token = actions.issue(owner=owner, name=options.name, may_write=options.write, days=options.days)
    print(token)
    return 0

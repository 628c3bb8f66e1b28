"""`centrala user NAME --role ROLE`: the password is asked for, or read from standard input."""

import argparse
import getpass
import sys

from centrala.cli.database import database
from centrala.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username")
    parser.add_argument("--role", choices=["administrator", "supervisor", "agent"], required=True)
    parser.add_argument("--name", default="", help="first name, as others see it")
    parser.add_argument("--language", choices=["en", "pl"], default="")


def run(options: argparse.Namespace) -> int:
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with database():
        from django.contrib.auth.password_validation import validate_password
        from django.core.exceptions import ValidationError

        from centrala.organization import actions
        from centrala.organization.models import Role

        try:
            validate_password(password)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from None
        actions.add_user(
            username=options.username,
            password=password,
            role=Role(options.role),
            first_name=options.name,
            language=options.language,
        )
    print(f"{options.username} is {options.role}.")
    return 0

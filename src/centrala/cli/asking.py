"""Asking before something outside of this installation is changed."""

import argparse
import sys

from centrala.errors import Refused

YES = {"y", "yes"}


def accept_yes(parser: argparse.ArgumentParser) -> None:
    """For commands that change this installation only: scripts may give --yes to every command that changes."""
    parser.add_argument("--yes", action="store_true", help="for scripts; this command asks for no confirmation anyway")


def confirm(plan: str, *, yes: bool) -> None:
    """Says what will be done and returns when it may be. Raises Refused."""
    print(plan)
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused("Nothing was changed: there is no terminal to ask at. Fix: say --yes.")
    try:
        answer = input("Go on? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in YES:
        raise Refused("Nothing was changed.")

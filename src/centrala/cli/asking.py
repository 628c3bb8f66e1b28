"""Asking before something outside of this installation is changed."""

import argparse
import json
import sys
from collections.abc import Mapping

from centrala.errors import Refused

YES = {"y", "yes"}


def accept_yes(parser: argparse.ArgumentParser) -> None:
    """For commands that change this installation only: scripts may give --yes to every command that changes."""
    parser.add_argument("--yes", action="store_true", help="for scripts; this command asks for no confirmation anyway")


def refuse_unasked(*, yes: bool) -> None:
    """Where nobody can be asked, `--yes` has to be there before any work begins. Raises Refused."""
    if not yes and not sys.stdin.isatty():
        raise Refused("Nothing was changed: there is no terminal to ask at. Fix: say --yes.")


def confirm(plan: str, *, yes: bool) -> None:
    """Says what will be done and returns when it may be. Raises Refused."""
    print(plan)
    refuse_unasked(yes=yes)
    if yes:
        return
    try:
        answer = input("Go on? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in YES:
        raise Refused("Nothing was changed.")


def ask(options: argparse.Namespace, plan: str) -> None:
    """For a command with --yes and --json: with both its output is for a program, which reads nothing else."""
    if not (options.yes and options.json):
        confirm(plan, yes=options.yes)


def say(options: argparse.Namespace, told: Mapping[str, object], words: str) -> None:
    """One line of JSON for a program, else the words."""
    print(json.dumps(told, ensure_ascii=False) if options.json else words)

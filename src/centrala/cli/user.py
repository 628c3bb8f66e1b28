"""`centrala user NAME`: adds a person with --role, whose password is asked for, or read from standard input; the other
options act on the account there is."""

import argparse
import getpass
import sys
from typing import TYPE_CHECKING

from centrala.cli.database import database
from centrala.errors import Refused

if TYPE_CHECKING:
    from centrala.organization.models import Purpose, User


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username")
    parser.add_argument("--role", choices=["administrator", "supervisor", "agent"])
    parser.add_argument("--name", default="", help="first name, as others see it")
    parser.add_argument("--email", default="", help="for a new password by mail; with --invite")
    parser.add_argument("--language", choices=["en", "pl"], default="")
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--invite", action="store_true", help="with --role: prints a one-time link instead of asking")
    act.add_argument("--link", action="store_true", help="prints a one-time link for a new password")
    act.add_argument("--disable", action="store_true", help="signs the person out; the account stays")
    act.add_argument("--enable", action="store_true", help="lets a disabled account in again")
    act.add_argument("--unlock", action="store_true", help="ends the rest after too many failures to sign in")
    act.add_argument("--end-sessions", action="store_true", help="signs the person out everywhere")


def run(options: argparse.Namespace) -> int:
    acting = options.link or options.disable or options.enable or options.unlock or options.end_sessions
    if not acting and options.role is None:
        raise Refused("A new account, or a new password, needs a role. Fix: --role administrator, supervisor or agent.")
    if acting:
        with database():
            print(_act(options))
    elif options.invite:
        with database():
            print(_invite(options))
    else:
        password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        with database():
            _add(options, password)
        print(f"{options.username} is {options.role}.")
    return 0


def _add(options: argparse.Namespace, password: str) -> None:
    from centrala.organization import people
    from centrala.organization.models import Role, User

    people.check_password(password, user=User(username=options.username, first_name=options.name))
    people.add_user(
        username=options.username,
        password=password,
        role=Role(options.role),
        first_name=options.name,
        language=options.language,
    )


def _invite(options: argparse.Namespace) -> str:
    from centrala.organization import people
    from centrala.organization.models import Purpose, Role

    user, token = people.invite(
        username=options.username,
        role=Role(options.role),
        first_name=options.name,
        email=options.email,
        language=options.language,
        actor=None,
    )
    return f"{user.username} is {options.role}, and chooses a password at {_address(token, Purpose.INVITE)}"


def _act(options: argparse.Namespace) -> str:
    from centrala.organization import lockout, people
    from centrala.organization.models import Purpose

    user = _there(options.username)
    if options.link:
        token = people.reset_link(user=user, actor=None)
        return f"{user.username} chooses a password at {_address(token, Purpose.RESET)}"
    if options.end_sessions:
        return f"{people.end_sessions(user=user, actor=None)} sessions of {user.username} ended."
    if options.unlock:
        lockout.unlock(user=user, actor=None)
        return f"{user.username} may try to sign in again."
    act, state = (people.disable, "disabled") if options.disable else (people.enable, "enabled")
    act(user=user, actor=None)
    return f"{user.username} is {state}."


def _there(username: str) -> "User":
    from centrala.organization.models import User

    found = User.objects.filter(username__iexact=username.replace("\0", "")).first()
    if found is None:
        raise Refused(f"There is no user {username}. Fix: centrala user {username} --role ROLE.")
    return found


def _address(token: str, purpose: "Purpose") -> str:
    from django.conf import settings

    from centrala.organization import links

    return f"{settings.PUBLIC_URL}{links.path(token, purpose)} (once; keep it to yourself)"

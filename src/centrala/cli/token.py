"""`centrala token NAME --user USERNAME`: the token is printed once; with --revoke it is taken back."""

import argparse
from typing import TYPE_CHECKING

from centrala.cli.database import database
from centrala.cli.figures import whole
from centrala.errors import Refused

if TYPE_CHECKING:
    from centrala.api.models import Scope
    from centrala.organization.models import User

LONGEST_DAYS = 3650


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="what the token is for")
    parser.add_argument("--user", required=True, help="in whose name it acts")
    parser.add_argument(
        "--scope", action="append", default=[], help="what it may do, conversations:read for one; several times"
    )
    parser.add_argument("--write", action="store_true", help="it may also send messages")
    parser.add_argument(
        "--days", type=whole(range(1, LONGEST_DAYS + 1), "a number of days"), default=90, help="default 90"
    )
    parser.add_argument("--revoke", action="store_true", help="take back every token of this name and user")


def run(options: argparse.Namespace) -> int:
    with database():
        from centrala.organization.models import User

        owner = User.objects.filter(username=options.user).first()
        if owner is None:
            raise Refused(f"There is no user {options.user}. Fix: centrala user {options.user} --role ROLE.")
        print(_revoked(options, owner) if options.revoke else _issued(options, owner))
    return 0


def _issued(options: argparse.Namespace, owner: "User") -> str:
    from centrala.api import actions

    scopes = _scopes(options, owner)
    _kept, token = actions.issue(owner=owner, name=options.name, scopes=scopes, days=options.days, actor=None)
    return token


def _scopes(options: argparse.Namespace, owner: "User") -> "list[Scope]":
    """Those that were named, else whatever the user may read."""
    from centrala.api.actions import grantable
    from centrala.api.models import READING, Scope

    if unknown := [name for name in options.scope if name not in Scope.values]:
        raise Refused(f"There is no scope {unknown[0]}. Fix: one of {', '.join(Scope.values)}.")
    named = [Scope(name) for name in options.scope]
    scopes = named or [scope for scope in grantable(owner) if scope in READING]
    return [*scopes, Scope.CONVERSATIONS_WRITE] if options.write else scopes


def _revoked(options: argparse.Namespace, owner: "User") -> str:
    from centrala.api import actions
    from centrala.api.models import ApiToken

    tokens = list(ApiToken.objects.filter(owner=owner, name=options.name, revoked_at=None))
    if not tokens:
        raise Refused(f"{owner} has no token {options.name}. Fix: the name and the user that it was made with.")
    for token in tokens:
        actions.revoke(token=token, actor=None)
    return f"{options.name} is revoked."

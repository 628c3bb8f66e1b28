"""`centrala application`: lists who may read the Dataverse tables, adds or changes one, with --remove removes it."""

import argparse
from uuid import UUID

from centrala.cli.database import database
from centrala.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("application_id", nargs="?", type=UUID, help="the application (client) id")
    parser.add_argument("--name", help="what it is for")
    parser.add_argument("--role", choices=["administrator", "agent"], help="agent: only phone numbers")
    state = parser.add_mutually_exclusive_group()
    state.add_argument("--disable", action="store_true", help="keep it, but refuse its requests")
    state.add_argument("--enable", action="store_true")
    state.add_argument("--remove", action="store_true")


def run(options: argparse.Namespace) -> int:
    with database():
        if options.application_id is None:
            _list(options)
        elif options.remove:
            _remove(options.application_id)
        else:
            _register(options)
    return 0


def _list(options: argparse.Namespace) -> None:
    from centrala.dataverse.models import ApplicationUser

    if options.name or options.role or options.disable or options.enable or options.remove:
        raise Refused("Of which application? Fix: centrala application ID, with its application (client) id.")
    for user in ApplicationUser.objects.all():
        state = "enabled" if user.enabled else "disabled"
        used = f"{user.last_used_at:%Y-%m-%d %H:%M:%S}Z" if user.last_used_at else "never used"
        print(f"{user.application_id}\t{user.role}\t{state}\t{used}\t{user.name}")


def _register(options: argparse.Namespace) -> None:
    from centrala.dataverse import actions
    from centrala.dataverse.models import ApplicationRole, ApplicationUser

    found = ApplicationUser.objects.filter(application_id=options.application_id).first()
    if found is None and not (options.name and options.role):
        raise Refused("A new application user needs --name and --role.")
    user = actions.register(
        application_id=options.application_id,
        name=options.name or (found.name if found else ""),
        role=ApplicationRole(options.role or (found.role if found else "")),
        enabled=options.enable or (not options.disable and (found is None or found.enabled)),
        actor=None,
    )
    print(f"{user.name} is {user.role}, {'enabled' if user.enabled else 'disabled'}.")


def _remove(application_id: UUID) -> None:
    from centrala.dataverse import actions
    from centrala.dataverse.models import ApplicationUser

    user = ApplicationUser.objects.filter(application_id=application_id).first()
    if user is None:
        raise Refused(f"There is no application user {application_id}. Fix: centrala application lists them.")
    actions.remove(user=user, actor=None)
    print(f"{user.name} is removed.")

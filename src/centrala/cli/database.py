"""The database of a command: the one DATABASE_URL names, else the installation's own, joined or started."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
import psycopg
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from centrala import postgres
from centrala.database import session
from centrala.errors import Misconfigured
from centrala.installation import Installation


@contextmanager
def database(*, migrated: bool = True) -> Iterator[None]:
    """Sets Django up on a reachable database. Ours is brought up to this version on the way (unless `migrated` is
    false); a database of your own is yours to migrate.

    Raises PostgresError or Misconfigured with cause and fix.
    """
    if os.environ.get("DATABASE_URL"):
        set_up_django()
        if migrated:
            refuse_other_version()
        with _operated():
            yield
        return
    postgres.forget_other_servers()
    with postgres.running(Installation.here().data) as cluster:
        cluster.ensure_database()
        os.environ["DATABASE_URL"] = cluster.dsn()
        set_up_django()
        if migrated and unapplied():
            migrate()
        try:
            with _operated():
                yield
        finally:
            connections.close_all()


@contextmanager
def _operated() -> Iterator[None]:
    """The audit log calls who runs a command by the name of the system's account."""
    from centrala.organization.audit import operated_by  # Django is ready only now

    try:
        account = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in many containers
        account = str(os.getuid())
    with operated_by(f"command line ({account})"):
        yield


def set_up_django() -> None:
    """Also finds out now whether the database answers, so that a command fails with one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "centrala.settings")
    django.setup()
    try:
        session(connect_timeout=5).close()
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise Misconfigured(
            f"The database does not answer ({reason}). Fix: start it, or correct DATABASE_URL."
        ) from None


def refuse_other_version() -> None:
    """Raises Misconfigured when this version's tables are not there."""
    try:
        if unapplied():
            raise Misconfigured("The database is not of this version yet. Fix: centrala migrate.")
    finally:
        connections.close_all()  # web and worker have pools of their own loops


def unapplied() -> bool:
    executor = MigrationExecutor(connections["default"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> None:
    """Brings the database up to this version. Two at once take turns."""
    with session() as turn:
        turn.execute("select pg_advisory_lock(hashtext('centrala.migrate'))")
        call_command("migrate", interactive=False, verbosity=0)

"""The database of a command: the one DATABASE_URL names, else the installation's own, joined or started."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.db import OperationalError, connections

from centrala import postgres
from centrala.errors import Misconfigured
from centrala.installation import Installation


@contextmanager
def database() -> Iterator[None]:
    """Sets Django up on a reachable database. Raises PostgresError or Misconfigured with cause and fix."""
    if os.environ.get("DATABASE_URL"):
        set_up_django()
        yield
        return
    with postgres.running(Installation.here().data) as cluster:
        cluster.ensure_database()
        os.environ["DATABASE_URL"] = cluster.dsn()
        set_up_django()
        try:
            yield
        finally:
            connections.close_all()


def set_up_django() -> None:
    """Also finds out now whether the database answers, so that a command fails with one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "centrala.settings")
    django.setup()
    try:
        connections["default"].ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise Misconfigured(
            f"The database does not answer ({reason}). Fix: start it, or correct DATABASE_URL."
        ) from None

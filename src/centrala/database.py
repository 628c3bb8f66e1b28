"""Django's database for those who do not come through Django: an address for asyncpg, a session of one's own."""

from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections


def dsn() -> str:
    """The address as a URL, with its options (sslmode and the like). It holds the password: never print or log it."""
    settings = connections[DEFAULT_DB_ALIAS].settings_dict
    user, password = quote(settings["USER"], safe=""), quote(settings["PASSWORD"], safe="")
    host, port = settings["HOST"], settings["PORT"]
    options = {name: value for name, value in settings["OPTIONS"].items() if name != "pool"}
    if host.startswith("/"):
        options["host"], host = host, ""
    account = f"{user}:{password}@" if user else ""
    address = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    query = f"?{urlencode(options, quote_via=quote, safe='/')}" if options else ""
    return f"postgresql://{account}{address}/{quote(settings['NAME'], safe='')}{query}"


def session(*, connect_timeout: int = 10) -> psycopg.Connection[Any]:
    """A connection outside Django's pool, in autocommit: for LISTEN, and to learn at once why none comes about.

    Raises psycopg.OperationalError.
    """
    return psycopg.connect(dsn(), autocommit=True, connect_timeout=connect_timeout)


def run(statement: str, *values: object) -> psycopg.Cursor[tuple[Any, ...]]:
    """A statement with lists of thousands of values, on Django's connection and in its transaction.

    Past Django's cursor, which writes each value into the statement's text: here they travel beside it, and lists whose
    place is `%b` in binary, which is ten times cheaper. Results come in binary, too. Errors are Django's.
    """
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(statement, values, binary=True)

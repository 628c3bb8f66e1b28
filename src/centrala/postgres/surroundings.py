"""What the shell says about other databases."""

import os


def forget_other_servers() -> None:
    """Takes libpq's variables (PGSERVICE, PGPORT, PGOPTIONS ...) out of this process and its children's environment.

    They are somebody's wishes for another server; libpq and asyncpg would mix them into the address of ours.
    https://www.postgresql.org/docs/current/libpq-envars.html
    """
    for name in [name for name in os.environ if name.startswith("PG") and name.isupper()]:
        del os.environ[name]

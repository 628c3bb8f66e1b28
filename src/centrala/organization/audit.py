"""The audit log: entries are added in the transaction of what they tell, and never changed (the database sees to it).

An entry is deleted only by `forget`, when an organisation need not, or may not, keep it any longer.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import Enum

from django.db import connection as database
from django.db import transaction

from centrala.characters import storable
from centrala.organization.models import AuditEntry, User

MASK = "••••••••"
SECRET_NAMES = re.compile("password|secret|token$|connection_?string|access_?key|credential", re.IGNORECASE)
# What opens something wherever it stands: an access key, the unguessable part of a webhook's address.
SECRET_TEXTS = re.compile(r"(?i)(?<=accesskey=)[^;\s]+|(?<=/hooks/)[^/\s]+")
SYSTEM = "system"
LONGEST_NAME, LONGEST_TARGET = 150, 500

# Who acts where no account does. Set for the length of one command: passing it down to every action would give each of
# them a second kind of actor.
_operator: ContextVar[str] = ContextVar("operator", default=SYSTEM)


@contextmanager
def operated_by(name: str) -> Iterator[None]:
    """What is recorded without an actor in here goes by this name."""
    token = _operator.set(name)
    try:
        yield
    finally:
        _operator.reset(token)


def name_of(actor: User | None) -> str:
    return actor.get_username() if actor else _operator.get()


def record(
    *,
    actor: User | None,
    act: str,
    target: str,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Adds an entry, in the caller's transaction. `before` and `after` hold what the act changed; what goes by the name
    of a secret is masked here, in case a caller forgot."""
    return AuditEntry.objects.create(
        actor=actor,
        actor_name=name_of(actor)[:LONGEST_NAME],
        act=act,
        target=storable(target)[:LONGEST_TARGET],
        before=_told(before or {}),
        after=_told(after or {}),
    )


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """Both without what is the same in both."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


@transaction.atomic
def forget(*, before: datetime, actor: User | None) -> int:
    """Deletes the entries that are older than this moment; says so in the log. Answers how many."""
    with database.cursor() as cursor:
        cursor.execute("set local centrala.audit_may_forget = 'yes'")
        cursor.execute("delete from organization_auditentry where at < %s", [before])
        count = int(cursor.rowcount)
        cursor.execute("set local centrala.audit_may_forget = 'no'")
    record(actor=actor, act="forget audit entries", target=before.isoformat(), after={"entries": count})
    return count


def _told(values: Mapping[str, object]) -> dict[str, object]:
    return {name: MASK if SECRET_NAMES.search(name) and value else _plain(value) for name, value in values.items()}


def _plain(value: object) -> object:
    """As JSON holds it."""
    if isinstance(value, Mapping):
        return _told(value)
    if isinstance(value, list | tuple | set):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return SECRET_TEXTS.sub(MASK, storable(str(value.value if isinstance(value, Enum) else value)))

"""What is wrong with one call stays its own: the others end, and the worker goes on."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils.timezone import now

from calling import call, node
from centrala.calls import sweeps
from centrala.calls.models import Call, CallEnd, CallState, Node
from centrala.conversations.models import Conversation
from hub import connected

LONG_AGO = timedelta(minutes=2)


@pytest.fixture
def calls() -> tuple[Call, Call]:
    """Both are over and left conversations; the first one's ending is a word that this version does not know."""
    resource = connected()
    made = call(resource), call(resource, customer="+14255550182")
    for one, ending in zip(made, ("abducted", CallEnd.LOST), strict=True):
        Call.objects.filter(pk=one.pk).update(state=CallState.ENDED, ended_at=now() - LONG_AGO, ending=ending)
    return made


def states(*calls: Call) -> list[str]:
    return [Conversation.objects.get(call=one).state for one in calls]


@pytest.mark.django_db
def test_call_that_cannot_be_ended_is_logged_and_the_others_have_their_turn(
    calls: tuple[Call, Call], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sweeps, "BLOCK", 1)
    for _sweep in range(25):  # one of two each time: all of them the same would be a wonder
        sweeps.sweep()

    assert states(*calls) == ["open", "closed"]
    assert f"Call {calls[0].pk} could not be ended: ValueError in " in caplog.text


@pytest.mark.django_db(transaction=True)
def test_broken_connection_to_the_database_ends_the_sweep(calls: tuple[Call, Call]) -> None:
    def broken(execute: Any, sql: str, *rest: Any) -> Any:
        if "FOR UPDATE" in sql:
            execute("select pg_terminate_backend(pg_backend_pid())", None, *rest[1:])
        return execute(sql, *rest)

    with connection.execute_wrapper(broken), pytest.raises(OperationalError):
        sweeps.sweep()

    connection.close()
    assert states(*calls) == ["open", "open"]


@pytest.mark.django_db
def test_node_that_is_dead_for_days_is_forgotten_once_its_calls_are_over() -> None:
    resource = connected()
    living, dead, busy = (node(f"https://{name}.example.org") for name in ("living", "dead", "busy"))
    Node.objects.filter(pk__in=[dead.pk, busy.pk]).update(seen_at=now() - timedelta(days=8))
    over = call(resource, at=dead)
    Call.objects.filter(pk=over.pk).update(state=CallState.ENDED, ended_at=now())
    call(resource, customer="+14255550182", at=busy)

    sweeps.sweep()

    over.refresh_from_db()
    assert (set(Node.objects.all()), over.node) == ({living, busy}, None)

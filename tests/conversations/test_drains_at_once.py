"""Several drains at once, with a poisonous event between them: nobody blocks anybody, nothing is lost or doubled."""

import threading
import time
from collections import Counter

import pytest
from django.db import connection, connections, transaction

from centrala.conversations.handlers import HANDLERS
from centrala.conversations.models import Contact, Conversation, ConversationState, Message
from centrala.inbox.drain import Collision, drain
from centrala.inbox.models import Event, State
from hub import arrive, close_all, connected, drained, text

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOMERS, ROUNDS, DRAINS, BATCH = 12, 8, 3, 7


def drain_until_empty(errors: list[BaseException]) -> None:
    try:
        while Event.objects.filter(state=State.RECEIVED).exists():
            try:
                drain(HANDLERS, limit=BATCH)
            except Collision:
                continue
    except BaseException as error:  # noqa: BLE001 - reported in the test's own thread
        errors.append(error)
    finally:
        connections.close_all()


@pytest.mark.long
def test_drains_with_poison_between_them_keep_each_text_once() -> None:
    connected()
    for turn in range(ROUNDS):
        order = range(CUSTOMERS) if turn % 2 else reversed(range(CUSTOMERS))
        for customer in order:
            arrive(text(f"{turn}", **{"from": f"1425555{100 + customer:04d}"}))
        arrive(text("poison", **{"from": ""}))
    errors: list[BaseException] = []

    threads = [threading.Thread(target=drain_until_empty, args=[errors]) for _ in range(DRAINS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert errors == []
    assert Counter(Event.objects.values_list("state", flat=True)) == {
        State.PROCESSED: CUSTOMERS * ROUNDS,
        State.FAILED: ROUNDS,
    }
    assert (Contact.objects.count(), Conversation.objects.count()) == (CUSTOMERS, CUSTOMERS)
    assert Message.objects.count() == CUSTOMERS * ROUNDS
    assert set(Conversation.objects.values_list("unread", flat=True)) == {ROUNDS}


BLOCKED = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


def blocked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"select exists ({BLOCKED})")
        return bool(cursor.fetchone()[0])


def drained_meanwhile(outcome: list[object]) -> threading.Thread:
    """Another drain, begun and already waiting for what this one holds."""

    def run() -> None:
        try:
            outcome.append(drained())
        except Collision as collision:
            outcome.append(collision)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 10
    while not blocked():
        assert time.monotonic() < deadline
    return thread


def test_text_that_two_drains_have_at_once_is_kept_by_one() -> None:
    connected()
    for _ in range(2):
        arrive(text("Once", message_id="Incoming_1"))
    outcome: list[object] = []

    with transaction.atomic():
        drain(HANDLERS, limit=1)
        other = drained_meanwhile(outcome)
    other.join()

    assert [type(one) for one in outcome] == [Collision]
    assert drained() == 1
    assert Message.objects.count() == 1
    assert Conversation.objects.get().unread == 1


def test_text_to_a_conversation_that_is_just_being_closed_opens_another() -> None:
    connected()
    arrive(text("Before"))
    drained()
    arrive(text("After"))
    outcome: list[object] = []

    with transaction.atomic():
        close_all()
        other = drained_meanwhile(outcome)
    other.join()

    assert [type(one) for one in outcome] == [Collision]
    assert drained() == 1
    assert Conversation.objects.exclude(state=ConversationState.CLOSED).get().preview == "After"

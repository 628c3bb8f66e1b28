"""Several drains at once, with a poisonous event between them: nobody blocks anybody, nothing is lost or doubled."""

import threading
from collections import Counter

import pytest
from django.db import connections

from centrala.conversations.handlers import HANDLERS
from centrala.conversations.models import Contact, Conversation, Message
from centrala.inbox.drain import Collision, drain
from centrala.inbox.models import Event, State
from hub import arrive, connected, text

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

"""That a call is connected is told by an event and by the socket of its sound, mostly in the same moment."""

import threading
import time

import pytest
from django.db import connection as database
from django.db import transaction

from calling import answering, talk_of
from centrala.calls import actions
from centrala.calls.models import Call
from centrala.conversations.models import Conversation
from hub import connected

WAITS = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


@pytest.mark.django_db(transaction=True)
def test_call_becomes_one_conversation_whoever_tells_it_first() -> None:
    call = answering(connected())

    def tell() -> None:
        try:
            actions.connected(call.pk)
        finally:
            database.close()

    with transaction.atomic():
        actions.connected(call.pk)
        other = threading.Thread(target=tell)
        other.start()
        until_it_waits()
    other.join(10)

    assert [talk_of(Call.objects.get())] == list(Conversation.objects.all())


def until_it_waits() -> None:
    deadline = time.monotonic() + 10
    with database.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(WAITS)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("the other one does not wait")

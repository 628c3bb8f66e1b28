"""What the local cloud buried is read back by the hub and becomes a conversation after all."""

from pathlib import Path

import pytest
from test_eventgrid_trouble import GRAVE, graves

from centrala.connection.dead_letters import read_back
from centrala.connection.models import Connection
from centrala.conversations.models import Message
from centrala.inbox.actions import replay
from centrala.inbox.models import Event, State
from hub import connected, drained
from localazure_tests.receiver import status
from localazure_tests.waiting import attempted, deliveries_until


@pytest.mark.django_db
def test_event_that_was_given_up_becomes_a_conversation(azure, webhooks, receiver, write, advance):
    for blob in graves(azure):
        blob.unlink()
    hook = receiver()
    hook.answer = status(400)
    webhooks.put("To-Hub", hook.url, more=GRAVE).result()
    message_id = write("Where is my parcel?")
    attempted(azure)
    advance(301)
    deliveries_until(azure, lambda found: found[0]["state"] == "dead_lettered")
    connected(azure.acs.connection_string)
    Connection.objects.update(resource_id=azure.acs.resource_id.upper())

    first = read_back(folder=azure.data / "dead-letters", actor=None)
    again = read_back(folder=Path(azure.data) / "dead-letters", actor=None)

    event = Event.objects.get()
    assert (first.new, first.known, again.new, again.known) == (1, 0, 0, 1)
    assert (event.event_id, event.state, event.subscription) == (message_id, State.FAILED, "TO-HUB")
    assert event.error == "Event Grid could not deliver it: UndeliverableDueToHttpBadRequest."

    replay(events=[event.pk], actor=None)
    drained()

    assert Message.objects.get().text == "Where is my parcel?"

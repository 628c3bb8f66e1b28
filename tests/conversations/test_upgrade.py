"""An installation from before there were queues and agents: each of its conversations finds a place."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection as database
from django.db.migrations.executor import MigrationExecutor
from django.utils.timezone import now

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

BEFORE = [("workstreams", "0001_initial"), ("conversations", "0002_initial")]


@pytest.fixture
def before() -> Iterator[Any]:
    """The models of the time before; afterwards the tables are as they were."""
    executor = MigrationExecutor(database)
    executor.migrate(BEFORE)
    graph, changed = executor.loader.graph, ("conversations", "0003_states")
    others = [node for node in graph.leaf_nodes() if changed not in graph.forwards_plan(node)]
    others = [node for node in others if node[0] not in dict(BEFORE)]
    yield executor.loader.project_state([*BEFORE, *others]).apps
    newest = MigrationExecutor(database)
    newest.migrate(newest.loader.graph.leaf_nodes())


def test_conversations_of_before_keep_their_agent_or_wait_in_a_queue(before: Any) -> None:
    def model(name: str) -> Any:
        return before.get_model(*name.split("."))

    at = now() - timedelta(days=3)
    ala = model("organization.User").objects.create(username="ala", role="agent")
    connection = model("connection.Connection").objects.create(resource_id="/r", connected_at=at)
    number = model("numbers.PhoneNumber").objects.create(connection=connection, number="+18335550100")
    workstream = model("workstreams.Workstream").objects.create(name="SMS", channel="sms")

    def talk(state: str, *, unread: int, author: Any, workstream: Any = workstream) -> Any:
        conversation = model("conversations.Conversation").objects.create(
            contact=model("conversations.Contact").objects.create(number=f"+{uuid4().int % 10**12}"),
            number=number,
            workstream=workstream,
            state=state,
            unread=unread,
            opened_at=at,
            last_message_at=at,
        )
        if state == "active":
            model("conversations.Message").objects.create(
                conversation=conversation, direction="outbound", state="sent", created_at=at, author=author
            )
        return conversation.pk

    expected = {
        talk("open", unread=1, author=None): ("open", None, "messaging"),
        talk("active", unread=0, author=ala): ("waiting", "ala", "messaging"),
        talk("active", unread=2, author=ala): ("open", None, "messaging"),
        talk("active", unread=0, author=None): ("open", None, "messaging"),
        talk("closed", unread=0, author=None): ("closed", None, "messaging"),
        talk("open", unread=0, author=None, workstream=None): ("open", None, "messaging"),
    }

    MigrationExecutor(database).migrate(MigrationExecutor(database).loader.graph.leaf_nodes())

    from centrala.conversations.models import Conversation
    from centrala.workstreams.models import Workstream

    rows = Conversation.objects.values_list("pk", "state", "agent__username", "queue__kind")
    assert {pk: (state, agent, kind) for pk, state, agent, kind in rows} == expected
    assert Workstream.objects.get().queue.is_default

"""Calls as tests of the hub have them: answered by a node, and in somebody's hands where it is told."""

from uuid import uuid4

from django.utils.timezone import now

from centrala.calls import actions
from centrala.calls.models import Call, CallState, Node
from centrala.connection.models import Connection
from centrala.conversations.models import Conversation
from centrala.organization.models import User
from centrala.routing.actions import pick
from hub import CUSTOMER, OURS


def node(address: str) -> Node:
    made = Node(address=address)
    actions.alive(made)
    return made


def answering(connection: Connection, *, customer: str = CUSTOMER, at: Node | None = None) -> Call:
    """A call of which the service has not told yet that it is connected."""
    return Call.objects.create(
        connection=connection,
        customer=customer,
        number=OURS,
        correlation_id=str(uuid4()),
        call_connection_id=str(uuid4()),
        context="opaque",
        state=CallState.ANSWERING,
        node=at,
        rang_at=now(),
    )


def call(
    connection: Connection, *, customer: str = CUSTOMER, agent: User | None = None, at: Node | None = None
) -> Call:
    """A call that is connected: it waits in its queue, or `agent` has picked it."""
    made = answering(connection, customer=customer, at=at)
    actions.connected(made.pk)
    made.refresh_from_db()
    if agent is not None:
        pick(conversation=talk_of(made), user=agent)
    return made


def talk_of(call: Call) -> Conversation:
    return Conversation.objects.get(call=call)

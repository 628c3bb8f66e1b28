"""Calls to customers: from the agent's wish to a row that a web process takes, as it takes those that come in."""

from uuid import uuid4

from django.db import transaction
from django.utils.timezone import now

from centrala.calls.live import tell
from centrala.calls.models import Call, CallState
from centrala.conversations.live import announce, announce_work
from centrala.conversations.models import Contact, Conversation, ConversationState, Direction
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.routing.models import Agent, Step
from centrala.routing.tracing import trace
from centrala.subscribers import notes
from centrala.subscribers.models import Kind
from centrala.workstreams.models import Channel, Workstream


@transaction.atomic
def call_out(
    *,
    agent: User,
    customer: str,
    number: PhoneNumber,
    workstream: Workstream,
    longest_seconds: int | None,
    returns: Conversation | None = None,
) -> Call:
    """Both numbers in E.164. The conversation is the agent's from the first ring on, and takes capacity."""
    at, id_ = now(), uuid4()
    contact, _made = Contact.objects.get_or_create(number=customer)
    talk = Conversation.objects.create(
        channel=Channel.VOICE,
        contact=contact,
        number=number,
        workstream=workstream,
        queue_id=workstream.queue_id,
        agent=agent,
        state=ConversationState.ACTIVE,
        opened_at=at,
        last_message_at=at,
        assigned_at=at,
    )
    call = Call.objects.create(
        id=id_,
        connection_id=number.connection_id,
        conversation=talk,
        returns=returns,
        direction=Direction.OUTBOUND,
        customer=customer,
        number=number.number,
        correlation_id=str(id_),  # the service's own is not known before
        longest_seconds=longest_seconds,
        rang_at=at,
    )
    assert call.state == CallState.RINGING
    Agent.objects.filter(pk=agent.pk).update(given_at=at)
    trace(Step.DIALLED, [(talk.pk, agent.pk, talk.queue_id)], at=at)
    notes.note({Kind.OPENED: [talk.pk], Kind.ASSIGNED: [talk.pk]}, at=at)
    tell(call.pk)
    announce([talk.pk])
    announce_work()
    return call

"""What ends by itself: work of agents who are gone, and conversations in which nobody has anything more to say."""

from datetime import datetime
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.utils.timezone import now

from centrala.conversations import automation
from centrala.conversations.happenings import happened
from centrala.conversations.live import announce, announce_work
from centrala.conversations.models import ClosingReason
from centrala.routing import instead, overflow
from centrala.routing.duty import GONE_AFTER, HERE_WITHIN
from centrala.routing.models import Step
from centrala.routing.tracing import Moved, trace
from centrala.subscribers.models import Kind
from centrala.workstreams.models import Occasion

BLOCK = 500
LOST = """
    select agent.user_id from routing_agent as agent
    where agent.last_seen_at < %s and exists (
        select from conversations_conversation where agent_id = agent.user_id and state in ('active', 'wrap_up'))
    order by agent.user_id
    for update of agent
"""
# It keeps its place in the queue: the customer has waited since then, or, written to first, since the last text.
TAKE_BACK = """
    with lost as (
        select id, agent_id from conversations_conversation
        where agent_id = any(%s) and state = 'active'
        limit %s for update skip locked
    )
    update conversations_conversation as conversation
    set state = 'open', agent_id = null, former_agent_id = null,
        queued_at = coalesce(queued_at, last_message_at)
    from lost where lost.id = conversation.id
    returning conversation.id, lost.agent_id, conversation.queue_id
"""
CLOSE = """
    update conversations_conversation as conversation
    set state = 'closed', closed_at = %s, closing_reason = %s
    where id in ({}) returning id, agent_id, queue_id
"""
LEFT_IN_WRAP_UP = """
    select id from conversations_conversation
    where agent_id = any(%s) and state = 'wrap_up'
    limit %s for update skip locked
"""
SILENT = """
    select conversation.id from conversations_conversation as conversation
    join workstreams_workstream as workstream on workstream.id = conversation.workstream_id
    where conversation.state = 'waiting'
        and conversation.last_message_at < %s - make_interval(mins => workstream.auto_close_minutes)
    limit %s for update of conversation skip locked
"""


def sweep(*, begun: datetime, at: datetime | None = None) -> None:
    """By a router that began then. Whoever is here had no way to say so while the database was away: first they may."""
    at = at or now()
    if at - begun >= HERE_WITHIN:
        take_back(at=at)
    close_silent(at=at)
    overflow.sweep(at=at)
    instead.sweep(at=at)


@transaction.atomic
def take_back(*, at: datetime) -> int:
    """Work of agents whose desk has been gone for too long: back to the queue; what they were wrapping up is closed.
    Returns how many conversations; no more than a block of each at once."""
    agents = _lost(at)
    back = _rows(TAKE_BACK, agents, BLOCK)
    over = _rows(CLOSE.format(LEFT_IN_WRAP_UP), at, ClosingReason.AGENT_LOST, agents, BLOCK)
    _tell(Step.AGENT_LOST, back, at)
    _tell(Step.LEFT_IN_WRAP_UP, over, at)
    _closed(over, at)
    if back:
        announce_work()
    return len(back) + len(over)


@transaction.atomic
def close_silent(*, at: datetime) -> int:
    """Conversations that were set aside, and whose customer has been silent for as long as the workstream says."""
    over = _rows(CLOSE.format(SILENT), at, ClosingReason.INACTIVITY, at, BLOCK)
    _tell(Step.SILENT, over, at)
    automation.note([conversation for conversation, _agent, _queue in over], Occasion.SILENT, at=at)
    _closed(over, at)
    return len(over)


def _lost(at: datetime) -> list[int]:
    """Locked before their work, as everywhere."""
    with database.cursor() as cursor:
        cursor.execute(LOST, [at - GONE_AFTER])
        return [agent for (agent,) in cursor.fetchall()]


def _rows(statement: str, *values: Any) -> list[Moved]:  # as psycopg takes them
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[Moved] = cursor.fetchall()
        return rows


def _tell(step: Step, moved: list[Moved], at: datetime) -> None:
    trace(step, moved, at=at)
    announce(conversation for conversation, _agent, _queue in moved)


def _closed(moved: list[Moved], at: datetime) -> None:
    happened({Kind.CLOSED: [conversation for conversation, _agent, _queue in moved]}, at=at)

"""Who gets the next conversation: a queue at a time, its oldest first, a block at once.

The agents of the queue are locked in the order of their keys, their load is counted under that lock, and only when
somebody is free are waiting conversations read at all. So several routers never give one agent more than there is, and
a hundred thousand waiting conversations cost nothing while nobody is free.

All statements are written out: this is asked with every batch of texts, and Django takes longer to put a statement
together than PostgreSQL to answer it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.db import transaction
from django.utils.timezone import now

from centrala.conversations.happenings import happened
from centrala.conversations.live import announce
from centrala.routing.duty import HERE_WITHIN, KEPT, Duty, loads
from centrala.routing.models import Agent, Step
from centrala.routing.tracing import trace
from centrala.subscribers.models import Kind
from centrala.workstreams.models import USUAL_UNITS, Method, Presence

BLOCK = 500
WAITING_QUEUES = """
    select id, method, is_default,
        exists (select from workstreams_workstream where queue_id = queue.id and keep_same_agent),
        least(%s, (select min(units) from workstreams_workstream))
    from workstreams_queue as queue
    where exists (select from conversations_conversation where state = 'open' and queue_id = queue.id)
    order by priority, id
"""
ON_DUTY = """
    select agent.user_id, capacity, chosen, imposed, last_seen_at, given_at, released_at
    from routing_agent as agent
    join organization_user as person on person.id = agent.user_id and person.is_active and person.role <> ''
    where agent.last_seen_at >= %s and agent.imposed = '' and not (agent.chosen = any(%s))
        and case when %s then person.role = 'agent'
            else exists (select from workstreams_queue_members where queue_id = %s and user_id = person.id) end
    order by agent.user_id
    for update of agent
"""
SEEN = ("user_id", "capacity", "chosen", "imposed", "last_seen_at", "given_at", "released_at")  # as ON_DUTY tells
# Rows that somebody else has in hand, the drain or another router, are left to the next round.
WAITING = """
    select conversation.id, coalesce(workstream.units, %s), coalesce(workstream.offer_seconds, 120),
        coalesce(workstream.allowed_presences, array['available', 'busy'])
    from conversations_conversation as conversation
    left join workstreams_workstream as workstream on workstream.id = conversation.workstream_id
    where conversation.state = 'open' and conversation.queue_id = %s
        and not exists (
            select from routing_offer where conversation_id = conversation.id and outcome = 'pending')
        and not exists (select from routing_overflowed where conversation_id = conversation.id and withheld)
    order by conversation.queued_at, conversation.id
    limit %s
    for update of conversation skip locked
"""
OFFER = """
    insert into routing_offer (conversation_id, agent_id, units, offered_at, expires_at, outcome)
    select conversation, agent, units, %s, expires, 'pending'
    from unnest(%s::uuid[], %s::int[], %s::int[], %s::timestamptz[]) as offer (conversation, agent, units, expires)
"""
ASSIGN = """
    update conversations_conversation as conversation
    set state = 'active', agent_id = given.agent, assigned_at = %s
    from unnest(%s::uuid[], %s::int[]) as given (id, agent)
    where conversation.id = given.id and conversation.state = 'open'
"""
# Regardless of capacity and presence, as the original does.
SAME_AGENT = """
    with kept as (
        select conversation.id from conversations_conversation as conversation
        join workstreams_workstream as workstream on workstream.id = conversation.workstream_id
        join organization_user as person on person.id = conversation.former_agent_id
        where conversation.state = 'open' and conversation.queue_id = %s
            and workstream.keep_same_agent and person.is_active and person.role <> ''
            and not exists (
                select from routing_offer where conversation_id = conversation.id and outcome = 'pending')
            and not exists (select from routing_overflowed where conversation_id = conversation.id and withheld)
        order by conversation.id
        for update of conversation skip locked
    )
    update conversations_conversation as conversation
    set state = 'active', agent_id = former_agent_id, assigned_at = %s
    from kept where kept.id = conversation.id
    returning conversation.id, conversation.agent_id, conversation.queue_id
"""


@dataclass(frozen=True)
class Place:
    """A queue in which something waits. `least` are the units that any conversation takes: who has less left is not
    free."""

    id: int
    method: str
    is_default: bool
    keeps_agents: bool
    least: int


@dataclass(frozen=True)
class Match:
    conversation: UUID
    agent: int
    units: int
    seconds: int  # 0: without asking


def route(*, at: datetime | None = None) -> int:
    """Gives what waits to whoever is free, queue by queue; returns how many found somebody."""
    at = at or now()
    with database.cursor() as cursor:
        cursor.execute(WAITING_QUEUES, [USUAL_UNITS])
        queues = [Place(*row) for row in cursor.fetchall()]
    return sum(_route(queue, at) for queue in queues)


@transaction.atomic
def _route(queue: Place, at: datetime) -> int:
    agents = _locked(queue, at)
    kept = _same_agent(queue, at)
    taken = loads([agent.pk for agent in agents], at)
    people = [Duty(agent, taken.get(agent.pk, 0)) for agent in agents]
    if not any(person.free >= queue.least for person in people):
        return kept
    with database.cursor() as cursor:
        cursor.execute(WAITING, [USUAL_UNITS, queue.id, BLOCK])
        rows = cursor.fetchall()
    matches = [match for row in rows if (match := _match(queue, people, row, at))]
    _give(queue, matches, at)
    return kept + len(matches)


def _same_agent(queue: Place, at: datetime) -> int:
    if not queue.keeps_agents:
        return 0
    with database.cursor() as cursor:
        cursor.execute(SAME_AGENT, [queue.id, at])
        given = cursor.fetchall()
    trace(Step.SAME_AGENT, given, at=at)
    announce(conversation for conversation, _agent, _queue in given)
    happened({Kind.ASSIGNED: [conversation for conversation, _agent, _queue in given]}, at=at)
    return len(given)


def _locked(queue: Place, at: datetime) -> list[Agent]:
    """The agents of the queue who are on duty. First of all: agents are locked before conversations everywhere."""
    with database.cursor() as cursor:
        cursor.execute(ON_DUTY, [at - HERE_WITHIN, sorted(KEPT), queue.is_default, queue.id])
        return [Agent(**dict(zip(SEEN, row, strict=True))) for row in cursor.fetchall()]


def _match(queue: Place, people: list[Duty], row: tuple[UUID, int, int, list[str]], at: datetime) -> Match | None:
    conversation, units, seconds, allowed = row
    fit = [person for person in people if person.free >= units and person.presence(at) in map(Presence, allowed)]
    if not fit:
        return None
    chosen = min(fit, key=lambda person: _order(queue, person))
    chosen.load += units
    chosen.agent.given_at = at
    return Match(conversation, chosen.agent.pk, units, seconds)


def _order(queue: Place, person: Duty) -> tuple[float, float, int]:
    """Smaller is asked first. The load breaks ties within a block, where one moment is everybody's last."""
    agent = person.agent
    if queue.method == Method.HIGHEST_CAPACITY:
        return (-person.free, _second(agent.given_at), agent.pk)
    if queue.method == Method.LEAST_ACTIVE:
        return (person.load, _second(agent.released_at), agent.pk)
    return (_second(agent.given_at), person.load, agent.pk)


def _second(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


def _give(queue: Place, matches: list[Match], at: datetime) -> None:
    if not matches:
        return
    asked = [match for match in matches if match.seconds]
    given = [match for match in matches if not match.seconds]
    expires = [at + timedelta(seconds=match.seconds) for match in asked]
    offers: list[Any] = [at, *_columns(asked), [match.units for match in asked], expires]  # arrays, as psycopg wants
    with database.cursor() as cursor:
        cursor.execute(OFFER, offers)
        cursor.execute(ASSIGN, [at, *_columns(given)])
    Agent.objects.filter(pk__in={match.agent for match in matches}).update(given_at=at)
    trace(Step.OFFERED, [(match.conversation, match.agent, queue.id) for match in asked], at=at)
    trace(Step.ASSIGNED, [(match.conversation, match.agent, queue.id) for match in given], at=at)
    announce(match.conversation for match in matches)
    happened({Kind.ASSIGNED: [match.conversation for match in given]}, at=at)


def _columns(matches: list[Match]) -> list[Any]:
    return [[match.conversation for match in matches], [match.agent for match in matches]]

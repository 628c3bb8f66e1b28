"""Who is on duty, and what each has left to give."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database
from django.utils.timezone import now

from centrala.organization.models import User
from centrala.routing.models import Agent
from centrala.workstreams.models import USUAL_UNITS, Presence

HERE_WITHIN = timedelta(seconds=45)  # of the last sign of an event stream: three of its pulses
GONE_AFTER = timedelta(seconds=150)  # without one; back within it nothing has happened
KEPT = {Presence.AWAY, Presence.DO_NOT_DISTURB, Presence.OFFLINE}  # by hand: they outlast an absence
LOAD = """
    select agent_id, sum(units) from (
        select conversation.agent_id, coalesce(workstream.units, %(usual)s) as units
        from conversations_conversation as conversation
        left join workstreams_workstream as workstream on workstream.id = conversation.workstream_id
        where conversation.agent_id = any(%(agents)s) and (conversation.state = 'active'
            or (conversation.state = 'wrap_up' and (workstream.wrap_up_seconds is null
                or conversation.ended_at + make_interval(secs => workstream.wrap_up_seconds) > %(now)s)))
        union all
        select agent_id, units from routing_offer where outcome = 'pending' and agent_id = any(%(agents)s)
    ) as work group by agent_id
"""


@dataclass
class Duty:
    """One agent at a moment, under the lock of the agent's row."""

    agent: Agent
    load: int

    @property
    def free(self) -> int:
        return self.agent.capacity - self.load

    def presence(self, at: datetime) -> Presence:
        """What others see: who has work is busy, and who is full is not to be disturbed, whatever was chosen."""
        agent = self.agent
        if agent.last_seen_at is None or at - agent.last_seen_at > HERE_WITHIN:
            return Presence.OFFLINE
        if agent.imposed or agent.chosen in KEPT:
            return Presence(agent.imposed or agent.chosen)
        if self.load and self.free <= 0:
            return Presence.DO_NOT_DISTURB
        return Presence.BUSY if self.load else Presence(agent.chosen)


def loads(agents: Iterable[int], at: datetime) -> dict[int, int]:
    """The units that work and pending offers take of each."""
    with database.cursor() as cursor:
        cursor.execute(LOAD, {"agents": list(agents), "now": at, "usual": USUAL_UNITS})
        return dict(cursor.fetchall())


def lock(*users: User) -> dict[int, Agent]:
    """The rows of these agents, made where missing and locked in one order until the transaction ends."""
    ids = sorted({user.pk for user in users})
    Agent.objects.bulk_create([Agent(user_id=id_, changed_at=now()) for id_ in ids], ignore_conflicts=True)
    return {agent.pk: agent for agent in Agent.objects.select_for_update().filter(pk__in=ids).order_by("pk")}


def duty(user: User, at: datetime | None = None) -> Duty:
    return duties([user], at=at or now())[user.pk]


def duties(users: Iterable[User], *, at: datetime) -> dict[int, Duty]:
    """Everybody's as they stand, without a lock: to be shown."""
    people = {user.pk: user for user in users}
    agents, taken = Agent.objects.in_bulk(list(people)), loads(people, at)
    return {
        pk: Duty(agents.get(pk) or Agent(user=user, changed_at=at), taken.get(pk, 0)) for pk, user in people.items()
    }

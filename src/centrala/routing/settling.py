"""What becomes of an offer and of the agent it was made to, under the locks that the caller holds."""

from django.utils.timezone import now

from centrala.routing.models import Agent, Offer, Outcome
from centrala.workstreams.models import Presence


def settle(offer: Offer, outcome: Outcome) -> None:
    offer.outcome, offer.settled_at = outcome, now()
    offer.save(update_fields=["outcome", "settled_at"])


def impose(agent: Agent, presence: Presence) -> None:
    """By the hub, until the agent chooses again."""
    agent.imposed, agent.changed_at, agent.released_at = presence, now(), now()
    agent.save(update_fields=["imposed", "changed_at", "released_at"])


def released(agent: Agent) -> None:
    """Capacity of the agent is free again."""
    agent.released_at = now()
    agent.save(update_fields=["released_at"])

"""The claims of a refused token, explained."""

from django.utils.translation import gettext as _

from centrala.connection.models import Sighting
from centrala.connection.sightings import Claim, claims_of


def advice(refusal: Sighting) -> str:
    """In one sentence what differs, and in a second one what to do."""
    differing = {claim.name: claim for claim in claims_of(refusal) if claim.differs}
    if refusal.word == "wrong_audience" and "aud" in differing:
        return _audience(refusal, differing["aud"])
    if refusal.word == "wrong_tenant" and "tid" in differing:
        return _tenant(refusal, differing["tid"])
    return refusal.explanation


def _audience(refusal: Sighting, claim: Claim) -> str:
    return _(
        "The event subscription “%(name)s” uses the application %(seen)s; the connected one is %(expected)s. "
        "Fix: enter the connected id in the event subscription, or connect with the other one."
    ) % {
        "name": refusal.subscription or "?",
        "seen": claim.seen.removeprefix("api://") or "?",
        "expected": claim.expected.partition(" | ")[0],
    }


def _tenant(refusal: Sighting, claim: Claim) -> str:
    return _(
        "The event subscription “%(name)s” uses the tenant %(seen)s; the connected one is %(expected)s. "
        "Fix: enter the connected tenant in the event subscription."
    ) % {"name": refusal.subscription or "?", "seen": claim.seen or "?", "expected": claim.expected}

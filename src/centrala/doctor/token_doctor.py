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
    if refusal.word == "former_application":
        return _former(refusal)
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


def _former(refusal: Sighting) -> str:
    """Of this one the log's words are all there is: the token itself was in order."""
    told = dict(part.split("=", 1) for part in refusal.detail.split() if "=" in part)
    return _(
        "The event subscription “%(name)s” still uses the application %(seen)s, which %(expected)s has replaced. "
        "Texts and recordings come again for up to a day, calls do not. Fix: enter the connected id in the event "
        "subscription, or run centrala provision."
    ) % {"name": refusal.subscription or "?", "seen": told.get("seen", "?"), "expected": told.get("expected", "?")}


def _tenant(refusal: Sighting, claim: Claim) -> str:
    return _(
        "The event subscription “%(name)s” uses the tenant %(seen)s; the connected one is %(expected)s. "
        "Fix: enter the connected tenant in the event subscription."
    ) % {"name": refusal.subscription or "?", "seen": claim.seen or "?", "expected": claim.expected}

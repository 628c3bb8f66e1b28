"""What each endpoint last saw, as pages and the doctor read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import now

from centrala.connection.models import Endpoint, RefusalCount, Sight, Sighting
from centrala.organization.models import User

REFUSALS_KEPT = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim of a refused token beside what was expected; `expected` is empty where nothing or anything was.

    `name` is the token's own, or `clock`: then `expected` is the key server's time and `seen` this machine's.
    Of `exp` and `nbf`, `expected` is this machine's time, which the claim has to lie behind or before.
    """

    name: str
    expected: str
    seen: str
    differs: bool


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one endpoint last saw of each kind."""

    handshake: Sighting | None = None
    event: Sighting | None = None
    misdirected: Sighting | None = None
    refusal: Sighting | None = None
    token_refusal: Sighting | None = None
    cloud_events: Sighting | None = None
    deletion: Sighting | None = None

    @property
    def troubled(self) -> bool:
        """Whether the last thing that came was turned away."""
        return self._was_last(self.refusal)

    @property
    def deserted(self) -> bool:
        """Whether the event subscription told of its end, and none has come since."""
        return self._was_last(self.deletion)

    def _was_last(self, one: Sighting | None) -> bool:
        good = max((one.at for one in (self.handshake, self.event) if one is not None), default=None)
        return one is not None and (good is None or good < one.at)


def seen_by(endpoints: Iterable[Endpoint]) -> dict[UUID, Seen]:
    """For every endpoint, by its id."""
    ids = [endpoint.pk for endpoint in endpoints]
    kinds: dict[UUID, dict[str, Sighting]] = {endpoint_id: {} for endpoint_id in ids}
    for sighting in Sighting.objects.filter(endpoint__in=ids):
        kinds[sighting.endpoint_id][Sight(sighting.kind).value] = sighting
    return {endpoint_id: Seen(**found) for endpoint_id, found in kinds.items()}


def claims_of(sighting: Sighting) -> list[Claim]:
    return [Claim(**claim) for claim in sighting.claims]


def refusals_of(user: User) -> QuerySet[RefusalCount]:
    return RefusalCount.objects.all() if user.is_administrator else RefusalCount.objects.none()


def forget_refusals() -> int:
    """Counts that are older than anybody asks for; returns how many went."""
    return RefusalCount.objects.filter(hour__lt=now() - REFUSALS_KEPT).delete()[0]

"""What the service answers to whoever asks too much.

https://learn.microsoft.com/azure/communication-services/concepts/service-limits
"""

from localazure.communication.rates import Limit
from localazure.errors import TOO_MANY_REQUESTS
from localazure.world import World


def spend(world: World, pool: str, limit: Limit, *, units: int = 1, of: str = "requests") -> None:
    """Raises 429 with Retry-After and spends nothing where the limit would be exceeded."""
    seconds = world.rates.spend(pool, units, limit, world.clock.now())
    if seconds:
        reason = f"The limit of {limit.units} {of} in {limit.seconds} seconds is exceeded."
        error = TOO_MANY_REQUESTS.of(reason=reason, seconds=seconds)
        error.headers["retry-after"] = str(seconds)
        raise error

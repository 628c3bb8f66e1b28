"""How often a program may ask: far above what one needs, far below what keeps others waiting."""

import time

from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from centrala.api.models import ApiToken

MINUTE = 60


class PerToken(BaseThrottle):
    """So many requests of one token in a minute of the clock, counted by each web process for itself."""

    limit = 6_000

    def allow_request(self, request: HttpRequest) -> bool:
        token: ApiToken = request.auth  # type: ignore[attr-defined]  # authentication came before
        key = f"api:{token.pk}:{int(time.time() // MINUTE)}"
        cache.add(key, 0, 2 * MINUTE)
        return int(cache.incr(key)) <= self.limit

    def wait(self) -> float:
        return MINUTE - time.time() % MINUTE

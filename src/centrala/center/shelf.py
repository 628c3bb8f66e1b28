"""What Azure offers, kept for a few minutes: an administrator who goes back and forth asks once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache

from centrala.azure.number_market import Country, Market, Offer, Place
from centrala.connection.models import Connection
from centrala.numbers.actions import TYPES
from centrala.numbers.models import NumberType

KEPT_SECONDS = 600  # in this process
Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What the market offers, as it was a few minutes ago."""

    connection: Connection

    def countries(self) -> list[Country]:
        return self._kept("countries", self._market.countries)

    def offers(self, country: str) -> list[Offer]:
        return self._kept(f"offers {country}", lambda: self._market.offers(country))

    def places(self, country: str, offer: Offer) -> list[Place]:
        """Only geographic numbers have one."""
        if TYPES.get(offer.type) != NumberType.GEOGRAPHIC:
            return []
        return self._kept(f"places {country} {offer.type}", lambda: self._market.places(country, offer.type))

    def area_codes(self, country: str, offer: Offer, place: Place | None) -> list[str]:
        name = f"codes {country} {offer.type} {place}"
        return self._kept(name, lambda: self._market.area_codes(country, offer.type, place))

    @property
    def _market(self) -> Market:
        return Market(connection=self.connection.connection_string, cloud=settings.CLOUD)

    def _kept(self, name: str, ask: Callable[[], Answer]) -> Answer:
        key = hashlib.sha256(f"market {self.connection.pk} {name}".encode()).hexdigest()  # of any length, any letters
        found: Answer | None = cache.get(key)
        if found is None:
            found = ask()
            cache.set(key, found, KEPT_SECONDS)
        return found

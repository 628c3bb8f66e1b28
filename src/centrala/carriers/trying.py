"""Which way a call to a number would go out, as a page and a command say it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from centrala.azure.direct_routing import Controller, SipRouting
from centrala.carriers import patterns
from centrala.carriers.patterns import Fit, Tried
from centrala.conversations.customers import e164
from centrala.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Each route in its order, with how it fits."""

    number: str
    tried: list[Tried]
    routing: SipRouting

    @property
    def taker(self) -> Tried | None:
        """The first route that matches."""
        return next((one for one in self.tried if one.fit == Fit.MATCHES), None)

    @property
    def unsure(self) -> bool:
        """A route before it could not be tried out here."""
        fits = [one.fit for one in self.tried]
        before = fits[: fits.index(Fit.MATCHES)] if Fit.MATCHES in fits else fits
        return any(fit in {Fit.TAKES_TOO_LONG, Fit.UNREADABLE} for fit in before)

    @property
    def controllers(self) -> list[Controller]:
        names = {one.lower() for one in self.taker.route.controllers} if self.taker else set()
        return [one for one in self.routing.controllers if one.fqdn.lower() in names]

    @property
    def all_down(self) -> bool:
        return bool(self.controllers) and not any(one.takes_calls for one in self.controllers)


def try_out(text: str, routing: SipRouting) -> Outcome:
    """Raises Refused, with the field `number`, for what is no number."""
    number = e164(text)
    if number is None:
        raise Refused(
            _("This is no telephone number. Write it with its country code, as +48 600 100 200."), field="number"
        )
    return Outcome(number=number, tried=patterns.tried(routing.routes, number), routing=routing)

"""What Azure holds of direct routing: border controllers and voice routes. Nothing of it is kept here. Every change is
made in what Azure has at the moment, by one of us at a time; against the Azure portal a moment's gap remains."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection as database
from django.utils.translation import gettext as _

from centrala.azure.direct_routing import Controller, DirectRouting, SipRouting, VoiceRoute
from centrala.azure.errors import AzureError
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.organization.audit import record
from centrala.organization.models import User

BAD_REQUEST, UNPROCESSABLE = 400, 422
TURN, OVER = (f"select pg_advisory_{act}(hashtext('centrala.direct routing'))" for act in ("lock", "unlock"))
# What Azure says of a change, by its code.
WORDS: dict[str, Callable[[], str]] = {
    "DomainNotVerified": lambda: _(
        "The domain of this controller is not verified on the resource. Fix: Azure portal, the resource, Direct "
        "routing, Domains: add it there, and the TXT record that is shown to your DNS."
    ),
    "TrunkInUse": lambda: _(
        "This controller belongs to another resource. Fix: delete it there, or choose another name."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the audit log will say."""

    actor: User | None
    act: str
    target: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


def of(connection: Connection) -> SipRouting:
    """As Azure has it now. Raises AzureError."""
    with _asked(connection) as azure:
        return azure.read()


def refuse_lent(connection: Connection) -> None:
    """Raises Refused: a resource that is lent to a trial is the lender's to set up."""
    if connection.is_trial:
        raise Refused(_("The resource is only lent to the trial. Fix: end the trial, and connect one of your own."))


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One's turn to change it; `now` is what Azure had when the turn came."""

    azure: DirectRouting
    now: SipRouting

    def as_shown(self, version: str) -> None:
        """Raises Refused where it is not what the page showed any more."""
        if self.now.version != version:
            raise changed()

    def change(
        self,
        entry: Entry,
        *,
        field: str,
        put: Iterable[Controller] = (),
        remove: Iterable[str] = (),
        routes: Iterable[VoiceRoute] | None = None,
    ) -> None:
        """All of it or nothing. Raises Refused, with that field, for what Azure refuses for good, else AzureError. An
        answer that was lost is looked for in what Azure has then."""
        put, remove = list(put), list(remove)
        routes = None if routes is None else list(routes)
        try:
            self.azure.change(put=put, remove=remove, routes=routes)
        except AzureError as error:
            if error.status in {BAD_REQUEST, UNPROCESSABLE}:
                words = WORDS.get(error.inner_code or error.code or "")
                raise Refused(words() if words else error.message, field=field) from None
            if error.permanent or error.never_arrived or not self._is_so(put, remove, routes):
                raise
        record(actor=entry.actor, act=entry.act, target=entry.target, before=entry.before, after=entry.after)

    def _is_so(self, put: list[Controller], remove: list[str], routes: list[VoiceRoute] | None) -> bool:
        found = self.azure.read()
        ports = {one.fqdn: one.port for one in found.controllers}
        return (
            all(ports.get(one.fqdn) == one.port for one in put)
            and not ports.keys() & set(remove)
            and (routes is None or [one.told for one in found.routes] == [one.told for one in routes])
        )


@contextmanager
def turn(connection: Connection) -> Iterator[Turn]:
    """Waits until nobody else of ours is changing it. Raises Refused and AzureError."""
    refuse_lent(connection)
    with database.cursor() as cursor:
        cursor.execute(TURN)
        try:
            with _asked(connection) as azure:
                yield Turn(azure=azure, now=azure.read())
        finally:
            cursor.execute(OVER)


def changed() -> Refused:
    return Refused(
        _("Somebody has changed the routes in the meantime. Nothing was saved. Fix: look at them once more.")
    )


def _asked(connection: Connection) -> DirectRouting:
    return DirectRouting(connection=connection.connection_string, cloud=settings.CLOUD)

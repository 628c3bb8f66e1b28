"""Whoever runs the installation lends numbers of a resource of theirs to the organisation's trial: what its events need
is made in Azure as for any other resource, and the first number is the organisation's. Killed on the way it is begun
again: nothing is made, bought or given twice.
"""

from dataclasses import dataclass

from azure.core.credentials import TokenCredential
from django.conf import settings

from centrala.azure import phone_numbers, resources
from centrala.azure.identifiers import ConnectionString, ResourceId
from centrala.azure.number_market import Features, Market
from centrala.connection.checks import eligible
from centrala.connection.models import Connection
from centrala.connection.provisioning import Provisioner, Tell
from centrala.connection.provisioning.provisioner import silently
from centrala.errors import Refused
from centrala.numbers.models import PhoneNumber
from centrala.trial import actions
from centrala.trial.models import MINUTES

VOICE = Features(receives_calls=True, makes_calls=True)


@dataclass(frozen=True, kw_only=True)
class Lender:
    """`credential` is a person's, who may make event subscriptions there, in whatever tenant."""

    resource: ResourceId
    credential: TokenCredential
    tell: Tell = silently

    def lend(self, *, lendable: list[str], minutes: int = MINUTES, buy: bool = False) -> PhoneNumber:
        """Answers the first number. With `buy` a toll-free one is bought where the resource owns none that can be
        lent. Nothing is made in Azure where no number would be to be had. Raises Refused, AzureError."""
        actions.refuse_another_trial()
        eligible(lent=True)
        connection = self._connection_string()
        self._refuse_foreign(connection, lendable)
        if buy:
            self._buy_where_none_is(connection, lendable)
        number = actions.first_of(self._owned(connection), lendable=lendable)
        return actions.start(connection=self.provision(), number=number, lendable=lendable, minutes=minutes)

    def provision(self) -> Connection:
        """Makes or mends what calls need in Azure. Raises Refused, AzureError."""
        return Provisioner(
            resource=self.resource, credential=self.credential, actor=None, lent=True, tell=self.tell
        ).apply()

    def buy(self, kind: str, *, area_code: str = "") -> None:
        """One number of the United States for calls; `kind` is the vendor's word. Raises Refused where none is sold."""
        market = Market(connection=self._connection_string(), cloud=settings.CLOUD)
        found = market.search(country=actions.COUNTRY, type_=kind, features=VOICE, area_code=area_code)
        if found is None:
            raise Refused(actions.none_sold())
        market.purchase(found.search_id, no_resale=found.no_resale)

    def _buy_where_none_is(self, connection: ConnectionString, lendable: list[str]) -> None:
        try:
            actions.first_of(self._owned(connection), lendable=lendable)
        except Refused:
            self.buy("tollFree")

    def _refuse_foreign(self, connection: ConnectionString, lendable: list[str]) -> None:
        fit = {one.number for one in actions.lent_by(self._owned(connection), lendable=[])}
        if unfit := [one for one in lendable if one not in fit]:
            raise Refused(actions.unfit(unfit))

    def _owned(self, connection: ConnectionString) -> list[phone_numbers.Number]:
        return phone_numbers.list_numbers(connection=connection, cloud=settings.CLOUD)

    def _connection_string(self) -> ConnectionString:
        text = resources.read_connection_string(self.resource, credential=self.credential, cloud=settings.CLOUD)
        return ConnectionString.parse(text)

"""What numbers Azure offers, buying them, changing and giving them back, through Microsoft's client.

https://learn.microsoft.com/rest/api/communication/phonenumbers/

Azure does all of this in its own time: what takes longer than PATIENCE_SECONDS raises StillUnderWay, and whoever asks
looks later at how it ended. Everything here raises AzureError.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from azure.communication.phonenumbers import (
    PhoneNumberAssignmentType,
    PhoneNumberCapabilities,
    PhoneNumberLocality,
    PhoneNumberOffering,
    PhoneNumbersClient,
)
from azure.core.exceptions import AzureError as SdkError
from azure.core.exceptions import HttpResponseError

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ConnectionString
from centrala.azure.operations import ended
from centrala.azure.phone_numbers import INBOUND, OUTBOUND, Number, client_of, money, number_of, word

PATIENCE_SECONDS = 60
ASSIGNMENT = PhoneNumberAssignmentType.APPLICATION  # for the hub, not for a person
NOT_FOUND = 404
NO_ERROR = {"", "NoError"}


@dataclass(frozen=True, kw_only=True)
class Features:
    receives_calls: bool = False
    makes_calls: bool = False
    receives_sms: bool = False
    sends_sms: bool = False

    @property
    def calling(self) -> str:
        return _capability(inbound=self.receives_calls, outbound=self.makes_calls)

    @property
    def sms(self) -> str:
        return _capability(inbound=self.receives_sms, outbound=self.sends_sms)

    def __or__(self, other: "Features") -> "Features":
        return Features(**{name: has or getattr(other, name) for name, has in asdict(self).items()})

    def __le__(self, other: "Features") -> bool:
        """Whether `other` has all of these."""
        return self | other == other

    @classmethod
    def of(cls, calling: str, sms: str) -> "Features":
        return cls(
            receives_calls=calling in INBOUND,
            makes_calls=calling in OUTBOUND,
            receives_sms=sms in INBOUND,
            sends_sms=sms in OUTBOUND,
        )


@dataclass(frozen=True, kw_only=True)
class Country:
    code: str  # two letters
    name: str  # in English


@dataclass(frozen=True, kw_only=True)
class Offer:
    """`features` are the most that a number of this type can have."""

    type: str  # the vendor's word
    features: Features
    monthly_cost: Decimal | None
    currency: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where geographic numbers are; `division` is a state's abbreviation or name."""

    name: str
    division: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search holds back for the buyer until `expires_at`."""

    search_id: str
    number: str
    monthly_cost: Decimal | None
    currency: str
    expires_at: datetime
    no_resale: bool  # the buyer must agree not to sell the number on


@dataclass(frozen=True, kw_only=True)
class Market:
    """The numbers that one resource can have."""

    connection: ConnectionString
    cloud: Cloud

    def countries(self) -> list[Country]:
        with self._client() as client:
            found = client.list_available_countries()
            return sorted(
                (Country(code=one.country_code, name=one.localized_name) for one in found), key=lambda one: one.name
            )

    def offers(self, country: str) -> list[Offer]:
        with self._client() as client:
            return [
                Offer(
                    type=word(one.phone_number_type or ""),
                    features=_most(one),
                    monthly_cost=money(one.cost),
                    currency=one.cost.currency_code,
                )
                for one in client.list_available_offerings(country)
                if one.assignment_type == ASSIGNMENT
            ]

    def places(self, country: str, type_: str) -> list[Place]:
        with self._client() as client:
            return [
                Place(name=one.localized_name, division=_division(one))
                for one in client.list_available_localities(country, phone_number_type=type_)
            ]

    def area_codes(self, country: str, type_: str, place: Place | None) -> list[str]:
        with self._client() as client:
            found = client.list_available_area_codes(
                country,
                type_,
                assignment_type=ASSIGNMENT,
                locality=place.name if place else None,
                administrative_division=(place.division or None) if place else None,
            )
            return [one.area_code for one in found if one.area_code]

    def search(self, *, country: str, type_: str, features: Features, area_code: str) -> Found | None:
        """One number, held back for a quarter of an hour; None: sold out."""
        wanted = PhoneNumberCapabilities(calling=features.calling, sms=features.sms)
        where = {"area_code": area_code} if area_code else {}
        with self._client() as client:
            found = ended(
                client.begin_search_available_phone_numbers(country, type_, ASSIGNMENT, wanted, **where),
                patience_seconds=PATIENCE_SECONDS,
            )
        if not found.phone_numbers or word(found.error or "") not in NO_ERROR:
            return None
        return Found(
            search_id=found.search_id,
            number=found.phone_numbers[0],
            monthly_cost=money(found.cost),
            currency=found.cost.currency_code,
            expires_at=found.search_expires_by,
            no_resale=bool(found.is_agreement_to_not_resell_required),
        )

    def purchase(self, search_id: str, *, no_resale: bool) -> None:
        """Azure sells what a search holds once: asked again, the same search is refused."""
        with self._client() as client:
            ended(
                client.begin_purchase_phone_numbers(search_id, agree_to_not_resell=no_resale),
                patience_seconds=PATIENCE_SECONDS,
            )

    def owned(self, number: str) -> Number | None:
        try:
            with self._client() as client:
                return number_of(client.get_purchased_phone_number(number))
        except AzureError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def release(self, number: str) -> None:
        with self._client() as client:
            ended(client.begin_release_phone_number(number), patience_seconds=PATIENCE_SECONDS)

    def change(self, number: str, features: Features) -> None:
        with self._client() as client:
            ended(
                client.begin_update_phone_number_capabilities(number, sms=features.sms, calling=features.calling),
                patience_seconds=PATIENCE_SECONDS,
            )

    @contextmanager
    def _client(self) -> Iterator[PhoneNumbersClient]:
        """With the vendor's exceptions as ours. An operation that failed is told by a status of 200."""
        try:
            with client_of(self.connection, self.cloud, retries=0) as client:
                yield client
        except SdkError as error:
            ours = AzureError.from_sdk(error)
            if isinstance(error, HttpResponseError) and error.status_code is not None and error.status_code < 300:
                ours.permanent = True
            raise ours from None


def _most(offering: PhoneNumberOffering) -> Features:
    offered = offering.available_capabilities
    return Features.of(word(offered.calling), word(offered.sms)) if offered else Features()


def _division(place: PhoneNumberLocality) -> str:
    told = place.administrative_division
    return (told.abbreviated_name or told.localized_name) if told else ""


def _capability(*, inbound: bool, outbound: bool) -> str:
    return "+".join(word for word, has in (("inbound", inbound), ("outbound", outbound)) if has) or "none"

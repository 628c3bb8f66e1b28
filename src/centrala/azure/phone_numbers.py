"""The resource's telephone numbers, through Microsoft's client."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from azure.communication.phonenumbers import PhoneNumberCost, PhoneNumbersClient, PurchasedPhoneNumber
from azure.core.exceptions import AzureError as SdkError
from azure.core.pipeline.transport import RequestsTransport

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ConnectionString

TIMEOUTS = {"connection_timeout": 5, "read_timeout": 20}  # in seconds: somebody waits, or a job comes again
INBOUND, OUTBOUND = {"inbound", "inbound+outbound"}, {"outbound", "inbound+outbound"}


@dataclass(frozen=True, kw_only=True)
class Number:
    number: str  # E.164 with its plus
    type: str  # the vendor's word: tollFree, geographic, mobile
    receives_sms: bool
    sends_sms: bool
    receives_calls: bool
    makes_calls: bool
    country: str = ""  # two letters
    monthly_cost: Decimal | None = None
    currency: str = ""
    bought_at: datetime | None = None


@contextmanager
def client_of(connection: ConnectionString, cloud: Cloud, *, retries: int = 1) -> Iterator[PhoneNumbersClient]:
    """The client cannot be closed; what it sends by can. Where it asks again for an operation, it leaves the first
    answer's connection open for good, so there it must not."""
    with RequestsTransport(connection_verify=cloud.verify, **TIMEOUTS) as transport:
        yield PhoneNumbersClient.from_connection_string(str(connection), transport=transport, retry_total=retries)


def list_numbers(*, connection: ConnectionString, cloud: Cloud) -> list[Number]:
    """All numbers the resource owns. Raises AzureError; status 401 means that the key is not accepted."""
    try:
        with client_of(connection, cloud) as client:
            return [number_of(purchased) for purchased in client.list_purchased_phone_numbers()]
    except SdkError as error:
        raise AzureError.from_sdk(error) from None


def try_key(*, connection: ConnectionString, cloud: Cloud) -> None:
    """One small question. Raises AzureError; status 401 means that the key is not accepted."""
    try:
        with client_of(connection, cloud) as client:
            next(iter(client.list_purchased_phone_numbers(top=1)), None)
    except SdkError as error:
        raise AzureError.from_sdk(error) from None


def number_of(purchased: PurchasedPhoneNumber) -> Number:
    sms, calling = word(purchased.capabilities.sms), word(purchased.capabilities.calling)
    return Number(
        number=purchased.phone_number,
        type=word(purchased.phone_number_type),
        receives_sms=sms in INBOUND,
        sends_sms=sms in OUTBOUND,
        receives_calls=calling in INBOUND,
        makes_calls=calling in OUTBOUND,
        country=purchased.country_code or "",
        monthly_cost=money(purchased.cost),
        currency=purchased.cost.currency_code if purchased.cost else "",
        bought_at=purchased.purchase_date,
    )


def money(cost: PhoneNumberCost | None) -> Decimal | None:
    """What a month costs; the client has it as a float."""
    return Decimal(str(cost.amount)) if cost else None


def word(choice: Enum | str) -> str:
    """The vendor's word: a choice the client knows comes as an enum, a newer one as text."""
    return str(choice.value) if isinstance(choice, Enum) else choice

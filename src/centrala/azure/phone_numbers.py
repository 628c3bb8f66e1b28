"""The resource's telephone numbers, through Microsoft's client."""

from dataclasses import dataclass
from enum import Enum

from azure.communication.phonenumbers import PhoneNumbersClient, PurchasedPhoneNumber
from azure.core.exceptions import AzureError as SdkError

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ConnectionString

IMPATIENT = {"retry_total": 1, "connection_timeout": 5, "read_timeout": 20}  # somebody waits, or a job comes again
INBOUND, OUTBOUND = {"inbound", "inbound+outbound"}, {"outbound", "inbound+outbound"}


@dataclass(frozen=True, kw_only=True)
class Number:
    number: str  # E.164 with its plus
    type: str  # the vendor's word: tollFree, geographic, mobile
    receives_sms: bool
    sends_sms: bool
    receives_calls: bool
    makes_calls: bool


def list_numbers(*, connection: ConnectionString, cloud: Cloud) -> list[Number]:
    """All numbers the resource owns. Raises AzureError; status 401 means that the key is not accepted."""
    try:
        client = PhoneNumbersClient.from_connection_string(str(connection), connection_verify=cloud.verify, **IMPATIENT)
        return [_number(purchased) for purchased in client.list_purchased_phone_numbers()]
    except SdkError as error:
        raise AzureError.from_sdk(error) from None


def try_key(*, connection: ConnectionString, cloud: Cloud) -> None:
    """One small question. Raises AzureError; status 401 means that the key is not accepted."""
    try:
        client = PhoneNumbersClient.from_connection_string(str(connection), connection_verify=cloud.verify, **IMPATIENT)
        next(iter(client.list_purchased_phone_numbers(top=1)), None)
    except SdkError as error:
        raise AzureError.from_sdk(error) from None


def _number(purchased: PurchasedPhoneNumber) -> Number:
    sms, calling = _word(purchased.capabilities.sms), _word(purchased.capabilities.calling)
    return Number(
        number=purchased.phone_number,
        type=_word(purchased.phone_number_type),
        receives_sms=sms in INBOUND,
        sends_sms=sms in OUTBOUND,
        receives_calls=calling in INBOUND,
        makes_calls=calling in OUTBOUND,
    )


def _word(choice: Enum | str) -> str:
    """The vendor's word: a choice the client knows comes as an enum, a newer one as text."""
    return str(choice.value) if isinstance(choice, Enum) else choice

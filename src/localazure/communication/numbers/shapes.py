"""The JSON of phone numbers: https://learn.microsoft.com/rest/api/communication/phonenumbers/"""

from typing import Annotated, Literal

import msgspec

from localazure.clock import timestamp
from localazure.communication.numbers.catalogue import Country, Offering
from localazure.records.resources import PhoneNumber
from localazure.records.telephony import Capabilities, NumberOperation, NumberOperationState, NumberSearch

Json = dict[str, object]
Capability = Literal["none", "inbound", "outbound", "inbound+outbound"]
Type = Literal["geographic", "tollFree", "mobile"]
Assignment = Literal["person", "application"]
OUT_OF_STOCK = 1000  # the code that Microsoft's example gives


class CapabilitiesBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    calling: Capability
    sms: Capability


class SomeCapabilities(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    calling: Capability | None = None
    sms: Capability | None = None


class SearchBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    phone_number_type: Type
    assignment_type: Assignment
    capabilities: CapabilitiesBody
    area_code: str | None = None
    quantity: Annotated[int, msgspec.Meta(ge=1, le=2147483647)] | None = None


class PurchaseBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    search_id: str
    agree_to_not_resell: bool = False


class AgreementBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    agree_to_not_resell: bool = False


class BrowseBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    phone_number_type: Type
    capabilities: SomeCapabilities | None = None
    assignment_type: Assignment | None = None
    phone_number_prefixes: list[str] | None = None


def number_shape(one: PhoneNumber) -> Json:
    return {
        "id": one.number.lstrip("+"),
        "phoneNumber": one.number,
        "countryCode": one.country_code,
        "phoneNumberType": one.kind,
        "capabilities": {"calling": one.calling, "sms": one.sms},
        "assignmentType": one.assignment,
        "purchaseDate": timestamp(one.bought_at),
        "cost": cost(one.monthly_cost),
    }


def cost(amount: float) -> Json:
    return {"amount": amount, "currencyCode": "USD", "billingFrequency": "monthly"}


def capabilities(one: Capabilities) -> Json:
    return {"calling": one.calling, "sms": one.sms}


def offering_shape(one: Offering) -> Json:
    return {
        "phoneNumberType": one.kind,
        "assignmentType": one.assignment,
        "availableCapabilities": capabilities(one.capabilities),
        "cost": cost(one.monthly_cost),
    }


def search_shape(one: NumberSearch, where: Country, price: float, *, expired: bool, expires: str) -> Json:
    body: Json = {
        "searchId": one.id,
        "phoneNumbers": list(one.numbers),
        "phoneNumberType": one.kind,
        "assignmentType": one.assignment,
        "capabilities": capabilities(one.capabilities),
        "cost": cost(price),
        "searchExpiresBy": expires,
        "isAgreementToNotResellRequired": where.no_resale,
        "error": "ReservationExpired" if expired else "NoError",
    }
    return body if one.numbers else body | {"error": "OutOfStock", "errorCode": OUT_OF_STOCK}


def operation_shape(one: NumberOperation, location: str) -> Json:
    ended = one.state is not NumberOperationState.RUNNING
    body: Json = {
        "operationType": one.kind,
        "status": one.state.value,
        "createdDateTime": timestamp(one.made_at),
        "id": one.id,
        "lastActionDateTime": timestamp(one.due_at if ended else one.made_at),
    }
    if location:
        body["resourceLocation"] = location
    if one.state is NumberOperationState.FAILED:
        body["error"] = {"code": one.error_code, "message": one.error_message}
    return body

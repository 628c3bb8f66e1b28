"""The JSON of reservations and of the numbers in them."""

from localazure.clock import timestamp
from localazure.communication.numbers import stock
from localazure.communication.numbers.reservations import Change
from localazure.communication.numbers.shapes import Json, capabilities, cost
from localazure.records.telephony import Reservation, ReservationState, ReservedNumber
from localazure.world import World

AVAILABLE, RESERVED, EXPIRED, PURCHASED, ERROR = "available", "reserved", "expired", "purchased", "error"


def available(one: ReservedNumber, status: str = AVAILABLE) -> Json:
    where = stock.country(one.country_code)
    return {
        "id": one.number.lstrip("+"),
        "countryCode": one.country_code,
        "phoneNumber": one.number,
        "capabilities": capabilities(one.capabilities),
        "phoneNumberType": one.kind,
        "assignmentType": one.assignment,
        "cost": cost(stock.cost_of(where, one.kind)),
        "status": status,
        "isAgreementToNotResellRequired": where.no_resale,
    }


def bare(world: World, one: Reservation) -> Json:
    """As the list has it, without its numbers."""
    expired = one.state is ReservationState.ACTIVE and not stock.is_active(world, one)
    return {"id": one.id, "expiresAt": timestamp(one.expires_at), "status": EXPIRED if expired else one.state.value}


def whole(world: World, one: Reservation) -> Json:
    body = bare(world, one)
    if one.state is ReservationState.COMPLETED:
        status = PURCHASED
    else:
        status = EXPIRED if body["status"] == EXPIRED else RESERVED
    return body | {"phoneNumbers": {key: available(number, status) for key, number in one.numbers.items()}}


def changed(world: World, change: Change) -> Json:
    """What was refused stands among the others, with its error."""
    body = whole(world, change.reservation)
    error = {"code": "NotAvailable", "message": "The phone number is not available."}
    refused = {key: _refused(number) | {"error": error} for key, number in change.refused.items()}
    kept = body["phoneNumbers"]
    assert isinstance(kept, dict)  # made above
    return body | {"phoneNumbers": kept | refused}


def _refused(one: ReservedNumber) -> Json:
    return {
        "id": one.number.lstrip("+"),
        "countryCode": one.country_code,
        "phoneNumber": one.number,
        "capabilities": capabilities(one.capabilities),
        "phoneNumberType": one.kind,
        "assignmentType": one.assignment,
        "status": ERROR,
    }

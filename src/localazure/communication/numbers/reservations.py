"""Browsing numbers and holding several of them back in one reservation.

https://learn.microsoft.com/rest/api/communication/phonenumbers/
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

import msgspec

from localazure.communication.numbers import stock, trading
from localazure.communication.numbers.catalogue import COUNTRIES, Country, Offering
from localazure.communication.numbers.shapes import Assignment, BrowseBody, CapabilitiesBody, SomeCapabilities, Type
from localazure.communication.senders import E164
from localazure.errors import (
    BAD_NUMBERS_REQUEST,
    NO_CONSENT,
    NOT_ACTIVE,
    NUMBERS_EXPIRED,
    NUMBERS_NOT_FOUND,
)
from localazure.records.telephony import Capabilities, NumberOperation, Reservation, ReservationState, ReservedNumber
from localazure.world import World

HELD_FOR = timedelta(minutes=15)
BROWSED = 10
Ignored = Annotated[Any, msgspec.Meta(description="Read-only, whatever is sent")]  # any JSON may stand there


class WantedNumber(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What browsing gave, sent back. The number itself is the key in front of it."""

    country_code: str
    capabilities: CapabilitiesBody
    phone_number_type: Type
    assignment_type: Assignment
    id: Ignored = None
    phone_number: Ignored = None
    cost: Ignored = None
    status: Ignored = None
    is_agreement_to_not_resell_required: Ignored = None
    error: Ignored = None


class ReservationBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A merge patch: a number that is null leaves the reservation."""

    phone_numbers: dict[str, WantedNumber | None] = {}
    id: Ignored = None
    expires_at: Ignored = None
    status: Ignored = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """`refused` are the numbers that could not be reserved."""

    reservation: Reservation
    made: bool
    refused: dict[str, ReservedNumber]


def browse(world: World, code: str, body: BrowseBody) -> list[ReservedNumber]:
    """Up to ten free numbers that can do what was asked."""
    where = stock.country(code)
    best = _best(where, body)
    prefixes = tuple(prefix if prefix.startswith("+") else f"+{prefix}" for prefix in body.phone_number_prefixes or [])
    numbers = (
        number
        for number in stock.free(world, where, body.phone_number_type)
        if not prefixes or number.startswith(prefixes)
    )
    return [_reserved(number, where, best) for number in islice(numbers, BROWSED)] if best else []


def change(world: World, resource: str, name: str, body: ReservationBody) -> Change:
    """Adds and removes numbers, and holds everything for another quarter of an hour."""
    known = _changeable(world, resource, name)
    numbers = dict(known.numbers) if known else {}
    refused: dict[str, ReservedNumber] = {}
    held = stock.held(world)
    for key, wanted in body.phone_numbers.items():
        if wanted is None:
            numbers.pop(key, None)
            continue
        one = _wanted(key, wanted)
        good = key in numbers or _is_free(world, one, held)
        (numbers if good else refused)[key] = one
    fresh = Reservation(id=name, resource=resource, expires_at=world.clock.now() + HELD_FOR, numbers=numbers)
    return Change(reservation=world.reservations.put(_key(resource, name), fresh), made=known is None, refused=refused)


def find(world: World, resource: str, name: str) -> Reservation:
    one = world.reservations.get(_key(resource, name))
    if one is None:
        raise NUMBERS_NOT_FOUND.of(name="reservationId", value=name, target="reservationid")
    return one


def remove(world: World, resource: str, name: str) -> None:
    one = find(world, resource, name)
    if not stock.is_active(world, one):
        raise NOT_ACTIVE.of()
    world.reservations.remove(_key(resource, name))


def begin_purchase(world: World, resource: str, name: str, *, agreed: bool) -> Reservation:
    one = find(world, resource, name)
    if not stock.is_active(world, one):
        raise NOT_ACTIVE.of()
    if not one.numbers:
        raise BAD_NUMBERS_REQUEST.of(reason="The reservation holds no phone numbers.", target="phonenumbers")
    if not agreed and any(stock.country(each.country_code).no_resale for each in one.numbers.values()):
        raise NO_CONSENT.of()
    trading.check_quota(world, len(one.numbers))
    submitted = msgspec.structs.replace(one, state=ReservationState.SUBMITTED)
    return world.reservations.put(_key(resource, name), submitted)


def complete_purchase(world: World, operation: NumberOperation) -> None:
    one = find(world, operation.resource, operation.subject)
    if any(number.number in world.numbers for number in one.numbers.values()):
        raise NUMBERS_EXPIRED.of()
    for number in one.numbers.values():
        trading.buy(world, one.resource, number)
    done = msgspec.structs.replace(one, state=ReservationState.COMPLETED)
    world.reservations.put(_key(one.resource, one.id), done)


def _changeable(world: World, resource: str, name: str) -> Reservation | None:
    if not _is_guid(name):
        raise BAD_NUMBERS_REQUEST.of(reason="The reservation id is not a GUID.", target="reservationid")
    one = world.reservations.get(_key(resource, name))
    if one and not stock.is_active(world, one):
        raise NOT_ACTIVE.of()
    return one


def _is_free(world: World, one: ReservedNumber, held: set[str]) -> bool:
    where = COUNTRIES.get(one.country_code.upper())
    if where is None or one.number in held:
        return False
    offered = stock.offering(where, one.kind, one.assignment, one.capabilities)
    return offered is not None and one.number in stock.free(world, where, one.kind)


def _wanted(key: str, wanted: WantedNumber) -> ReservedNumber:
    if not E164.fullmatch(f"+{key}"):
        raise BAD_NUMBERS_REQUEST.of(reason="A phone number's id is its digits.", target="phonenumbers")
    return ReservedNumber(
        number=f"+{key}",
        country_code=wanted.country_code.upper(),
        kind=wanted.phone_number_type,
        assignment=wanted.assignment_type,
        capabilities=Capabilities(calling=wanted.capabilities.calling, sms=wanted.capabilities.sms),
    )


def _best(where: Country, body: BrowseBody) -> Offering | None:
    asked = body.capabilities or SomeCapabilities()
    least = Capabilities(calling=asked.calling or "none", sms=asked.sms or "none")
    for one in where.offerings:
        fits = one.kind == body.phone_number_type and body.assignment_type in {None, one.assignment}
        if fits and (least == Capabilities() or one.gives(least)):
            return one
    return None


def _reserved(number: str, where: Country, one: Offering) -> ReservedNumber:
    return ReservedNumber(
        number=number, country_code=where.code, kind=one.kind, assignment=one.assignment, capabilities=one.capabilities
    )


def _key(resource: str, name: str) -> str:
    return f"{resource}/{name.lower()}"


def _is_guid(text: str) -> bool:
    try:
        return len(text) == 36 and bool(UUID(text))
    except ValueError:
        return False

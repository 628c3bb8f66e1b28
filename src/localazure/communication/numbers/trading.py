"""Buying, changing and releasing numbers."""

from collections.abc import Iterable

import msgspec

from localazure.communication.numbers import searches, stock
from localazure.communication.numbers.shapes import PurchaseBody, SomeCapabilities
from localazure.communication.senders import E164
from localazure.errors import (
    BAD_NUMBERS_REQUEST,
    INVALID_TELEPHONE_NUMBER,
    NO_CONSENT,
    NO_PHONE_PLANS,
    NUMBERS_EXPIRED,
    NUMBERS_NOT_FOUND,
    TOO_MANY_NUMBERS,
)
from localazure.records.resources import PhoneNumber
from localazure.records.telephony import Capabilities, NumberOperation, NumberSearch, ReservedNumber
from localazure.world import World


def begin_purchase(world: World, resource: str, body: PurchaseBody) -> NumberSearch:
    search = searches.find(world, resource, body.search_id)
    if search.bought or not search.numbers:
        raise BAD_NUMBERS_REQUEST.of(reason="The search holds no numbers that can be purchased.", target="searchid")
    if stock.country(search.country_code).no_resale and not body.agree_to_not_resell:
        raise NO_CONSENT.of()
    check_quota(world, len(search.numbers))
    return search


def complete_purchase(world: World, operation: NumberOperation) -> None:
    search = searches.find(world, operation.resource, operation.subject)
    if search.expires_at is None or search.expires_at <= operation.made_at:
        raise NUMBERS_EXPIRED.of()
    if search.bought:
        raise BAD_NUMBERS_REQUEST.of(reason="The search holds no numbers that can be purchased.", target="searchid")
    for number in search.numbers:
        buy(world, search.resource, _found(search, number))
    world.number_searches.put(search.id, msgspec.structs.replace(search, bought=True))


def buy(world: World, resource: str, one: ReservedNumber) -> None:
    bought = PhoneNumber(
        number=one.number,
        resource=resource,
        country_code=one.country_code,
        kind=one.kind,
        assignment=one.assignment,
        bought_at=world.clock.now(),
        monthly_cost=stock.cost_of(stock.country(one.country_code), one.kind),
        calling=one.capabilities.calling,
        sms=one.capabilities.sms,
    )
    world.numbers.put(one.number, bought)


def _found(search: NumberSearch, number: str) -> ReservedNumber:
    return ReservedNumber(
        number=number,
        country_code=search.country_code,
        kind=search.kind,
        assignment=search.assignment,
        capabilities=search.capabilities,
    )


def owned(world: World, resource: str, number: str) -> PhoneNumber:
    if not E164.fullmatch(number):
        raise INVALID_TELEPHONE_NUMBER.of(number=number)
    one = world.numbers.get(number)
    if one is None or one.resource != resource:
        raise NUMBERS_NOT_FOUND.of(name="phoneNumber", value=number, target="phonenumber")
    return one


def complete_release(world: World, operation: NumberOperation) -> None:
    number = owned(world, operation.resource, operation.subject)
    forget_senders(world, operation.resource, [number.number])
    world.numbers.remove(number.number)


def forget_senders(world: World, resource: str, numbers: Iterable[str]) -> None:
    """Whoever has the number next begins with nobody opted out."""
    gone = set(numbers)
    for key, one in world.opt_outs.items():
        if one.resource == resource and one.sender in gone:
            world.opt_outs.remove(key)


def begin_capabilities(world: World, resource: str, number: str, body: SomeCapabilities) -> Capabilities:
    """What the number will be able to do. What is absent stays."""
    one = owned(world, resource, number)
    if body.calling is None and body.sms is None:
        raise BAD_NUMBERS_REQUEST.of(reason="No capability was given.", target="capabilities")
    wanted = Capabilities(calling=body.calling or one.calling, sms=body.sms or one.sms)
    if stock.offering(stock.country(one.country_code), one.kind, one.assignment, wanted) is None:
        raise NO_PHONE_PLANS.of()
    return wanted


def complete_capabilities(world: World, operation: NumberOperation) -> None:
    one = owned(world, operation.resource, operation.subject)
    wanted = operation.capabilities
    assert wanted is not None  # begun with them
    world.numbers.put(one.number, msgspec.structs.replace(one, calling=wanted.calling, sms=wanted.sms))


def check_quota(world: World, more: int) -> None:
    quota = world.number_quotas.get("tenant")
    if quota and quota.purchases is not None and len(world.numbers) + more > quota.purchases:
        raise TOO_MANY_NUMBERS.of(limit=quota.purchases)

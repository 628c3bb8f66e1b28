"""Searching for numbers: what is found is held back for a quarter of an hour.

https://learn.microsoft.com/azure/communication-services/quickstarts/telephony/get-phone-number
"""

from datetime import timedelta
from itertools import islice
from uuid import uuid4

import msgspec

from localazure.clock import timestamp
from localazure.communication.limits import spend
from localazure.communication.numbers import stock
from localazure.communication.numbers.shapes import Json, SearchBody, search_shape
from localazure.communication.rates import Limit
from localazure.errors import BAD_NUMBERS_REQUEST, NO_PHONE_PLANS, NUMBERS_NOT_FOUND
from localazure.records.telephony import Capabilities, NumberOperation, NumberSearch
from localazure.world import World

HELD_FOR = timedelta(minutes=15)
WEEK_SECONDS = 7 * 86_400
LARGEST_ANSWER = 500


def begin(world: World, resource: str, code: str, body: SearchBody) -> NumberSearch:
    where = stock.country(code)
    asked = Capabilities(calling=body.capabilities.calling, sms=body.capabilities.sms)
    if stock.offering(where, body.phone_number_type, body.assignment_type, asked) is None:
        raise NO_PHONE_PLANS.of()
    known = {block.area_code for block in where.blocks if block.kind == body.phone_number_type}
    if body.area_code and body.area_code not in known:
        raise BAD_NUMBERS_REQUEST.of(reason=f"The area code {body.area_code} is not available.", target="areacode")
    _check_quota(world)
    fresh = NumberSearch(
        id=str(uuid4()),
        resource=resource,
        country_code=where.code,
        kind=body.phone_number_type,
        assignment=body.assignment_type,
        capabilities=asked,
        area_code=body.area_code or "",
        quantity=body.quantity or 1,
        made_at=world.clock.now(),
    )
    return world.number_searches.put(fresh.id, fresh)


def complete(world: World, operation: NumberOperation) -> None:
    """Fewer than asked for where fewer are left."""
    search = world.number_searches.get(operation.subject)
    if search is None:
        raise NUMBERS_NOT_FOUND.of(name="searchId", value=operation.subject, target="searchid")
    where = stock.country(search.country_code)
    numbers = stock.free(world, where, search.kind, search.area_code)
    found = tuple(islice(numbers, min(search.quantity, LARGEST_ANSWER)))
    world.number_searches.put(
        search.id, msgspec.structs.replace(search, numbers=found, expires_at=world.clock.now() + HELD_FOR)
    )


def find(world: World, resource: str, name: str) -> NumberSearch:
    """A search that has ended. Raises a 404."""
    search = world.number_searches.get(name)
    if search is None or search.resource != resource or search.expires_at is None:
        raise NUMBERS_NOT_FOUND.of(name="searchId", value=name, target="searchid")
    return search


def result(world: World, resource: str, name: str) -> Json:
    search = find(world, resource, name)
    where = stock.country(search.country_code)
    return search_shape(
        search,
        where,
        stock.cost_of(where, search.kind),
        expired=is_over(world, search),
        expires=timestamp(search.expires_at or search.made_at),
    )


def is_over(world: World, search: NumberSearch) -> bool:
    return search.expires_at is not None and search.expires_at <= world.clock.now()


def cancel(world: World, name: str) -> None:
    world.number_searches.remove(name)


def _check_quota(world: World) -> None:
    quota = world.number_quotas.get("tenant")
    if quota and quota.searches_a_week is not None:
        spend(world, "number searches", Limit(units=quota.searches_a_week, seconds=WEEK_SECONDS), of="number searches")

"""Which numbers are free: those that nobody has, holds back or has bought up."""

from collections.abc import Iterator

from localazure.communication.numbers.catalogue import COUNTRIES, Block, Country, Offering
from localazure.communication.senders import Kind
from localazure.errors import NUMBERS_NOT_FOUND
from localazure.records.telephony import Capabilities, Reservation, ReservationState
from localazure.world import World


def country(code: str) -> Country:
    found = COUNTRIES.get(code.upper())
    if found is None:
        raise NUMBERS_NOT_FOUND.of(name="countryCode", value=code, target="countrycode")
    return found


def offering(where: Country, kind: str, assignment: str, asked: Capabilities) -> Offering | None:
    return next(
        (one for one in where.offerings if one.kind == kind and one.assignment == assignment and one.gives(asked)),
        None,
    )


def free(world: World, where: Country, kind: str, area_code: str = "") -> Iterator[str]:
    taken = held(world)
    for block in where.blocks:
        if block.kind == kind and area_code in {"", block.area_code} and not _sold_out(world, where, block):
            yield from (number for number in block.numbers() if number not in world.numbers and number not in taken)


def held(world: World) -> set[str]:
    now = world.clock.now()
    searched = {
        number
        for search in world.number_searches.all()
        if search.expires_at and search.expires_at > now and not search.bought
        for number in search.numbers
    }
    return searched | {
        number.number
        for reservation in world.reservations.all()
        if is_active(world, reservation)
        for number in reservation.numbers.values()
    }


def is_active(world: World, one: Reservation) -> bool:
    return one.state is ReservationState.ACTIVE and one.expires_at > world.clock.now()


def sold_out_key(code: str, kind: str, area_code: str) -> str:
    return f"{code}/{kind}/{area_code}"


def cost_of(where: Country, kind: str) -> float:
    return next(one.monthly_cost for one in where.offerings if one.kind == kind)


def _sold_out(world: World, where: Country, block: Block) -> bool:
    kind: Kind = block.kind
    return any(sold_out_key(where.code, kind, code) in world.sold_out for code in ("", block.area_code))

"""Senders that a resource has without having bought them: by the seed, and by the control API."""

from datetime import datetime

import phonenumbers

from localazure.communication.senders import Kind, alphanumeric_key
from localazure.records.resources import PhoneNumber
from localazure.records.telephony import AlphanumericSender
from localazure.world import World

MONTHLY_COST = {Kind.TOLL_FREE: 2.0, Kind.GEOGRAPHIC: 1.0, Kind.MOBILE: 1.5, Kind.SHORT_CODE: 500.0}
BOTH = "inbound+outbound"


def give_number(
    world: World,
    resource: str,
    number: str,
    kind: Kind,
    *,
    at: datetime,
    country: str = "",
    calling: str | None = None,
    sms: str = BOTH,
) -> None:
    """The country is the number's own unless it is given. Nobody can call a short code."""
    fresh = PhoneNumber(
        number=number,
        resource=resource,
        country_code=country or _country(number),
        kind=kind,
        bought_at=at,
        monthly_cost=MONTHLY_COST[kind],
        calling=calling or ("none" if kind is Kind.SHORT_CODE else BOTH),
        sms=sms,
    )
    world.numbers.put(number, fresh)


def give_name(world: World, resource: str, name: str) -> None:
    world.alphanumeric_senders.put(alphanumeric_key(resource, name), AlphanumericSender(resource=resource, name=name))


def _country(number: str) -> str:
    """Short codes are the United States'."""
    if not number.startswith("+"):
        return "US"
    parsed = phonenumbers.parse(number)
    return phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(
        parsed.country_code or 1
    )

"""The control API's part for Communication Services: senders that no API sells, what was paid, what is sold out."""

import re
from collections import Counter
from typing import Annotated, Literal

import msgspec

from localazure.clock import real_time
from localazure.communication import identity, rules, sip
from localazure.communication.giving import give_name, give_number
from localazure.communication.numbers.catalogue import COUNTRIES
from localazure.communication.numbers.stock import sold_out_key
from localazure.communication.segments import segments
from localazure.communication.senders import ALPHANUMERIC, E164, SHORT_CODE, Kind, kind_of
from localazure.control.openapi import Described
from localazure.control.shapes import Done
from localazure.errors import INVALID_CONTROL, NOT_ORDERED, NUMBER_TAKEN
from localazure.pipeline import Call, Reply
from localazure.records.resources import CommunicationService
from localazure.records.telephony import NumberQuota, SoldOut
from localazure.world import World

SENDER = re.compile("|".join(kind.pattern for kind in (E164, SHORT_CODE, ALPHANUMERIC)))


class SenderBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`number` is E.164, a short code of 5 or 6 digits, or a name of up to 11 letters and digits.

    `type` tells geographic from mobile (default: geographic); `resource` may be left out where there is one only.
    """

    number: Annotated[str, msgspec.Meta(max_length=16, examples=["+12065550100", "40404", "Centrala"])]
    type: Kind | None = None
    resource: str | None = None


class SenderMade(msgspec.Struct, kw_only=True):
    number: str
    type: Kind
    resource: str


class Usage(msgspec.Struct, kw_only=True):
    """What one sender is billed for: texts out, texts in, and the message units they took."""

    sender: str
    sent: int
    received: int
    units: int


class UsageList(msgspec.Struct, kw_only=True):
    items: list[Usage]


class KeyBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Of the resource, which may be left out where there is one only."""

    key: Literal["primary", "secondary"] = "primary"
    resource: str | None = None


class KeysMade(msgspec.Struct, kw_only=True):
    """Both of the resource's connection strings as they are now."""

    primary: str
    secondary: str


class SoldOutBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Nothing is left of a country's numbers of one type, or of one area code alone."""

    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$", examples=["US"])]
    type: Literal["tollFree", "geographic", "mobile"]
    area_code: str = ""


class QuotaBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The tenant's limits: numbers in all, searches in seven days. Null: none. Microsoft's own defaults are 1 and 5."""

    purchases: Annotated[int, msgspec.Meta(ge=0)] | None = None
    searches_a_week: Annotated[int, msgspec.Meta(ge=0)] | None = None


class DomainBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A domain whose ownership the resource has shown, for the trunks below it."""

    domain: Annotated[str, msgspec.Meta(min_length=3, max_length=249, examples=["contoso.example"])]
    resource: str | None = None


class DomainList(msgspec.Struct, kw_only=True):
    domains: list[str]


class TokenBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    token: str


class TokenState(msgspec.Struct, kw_only=True):
    """Whether Communication Services would still take a user's access token."""

    valid: bool


def give_sender(world: World, call: Call) -> Reply:
    asked = call.json(SenderBody)
    resource, kind = named(world, asked.resource), _kind(asked)
    if kind is Kind.ALPHANUMERIC:
        give_name(world, resource.key, asked.number)
    elif asked.number in world.numbers:
        raise NUMBER_TAKEN.of()
    else:
        give_number(world, resource.key, asked.number, kind, at=real_time())
    return Reply(status=201, body=SenderMade(number=asked.number, type=kind, resource=resource.name))


def get_usage(world: World, call: Call) -> Reply:
    sent, received, units = Counter[str](), Counter[str](), Counter[str]()
    for one in world.messages.all():
        if not one.by_carrier:
            (received if one.inbound else sent)[one.service] += 1
            units[one.service] += segments(one.text)
    items = [Usage(sender=one, sent=sent[one], received=received[one], units=units[one]) for one in units]
    return Reply(body=UsageList(items=items))


def sell_out(world: World, call: Call) -> Reply:
    asked = call.json(SoldOutBody)
    where = COUNTRIES.get(asked.country)
    if where is None or all(asked.area_code not in {"", block.area_code} for block in where.blocks):
        raise INVALID_CONTROL.of(reason="No numbers are on offer there.")
    gone = SoldOut(country_code=asked.country, kind=asked.type, area_code=asked.area_code)
    world.sold_out.put(sold_out_key(asked.country, asked.type, asked.area_code), gone)
    return Reply(body=Done())


def restock(world: World, call: Call) -> Reply:
    """Everything, or what the query names."""
    country, kind, area_code = (call.query.get(name, "") for name in ("country", "type", "area_code"))
    if not country:
        world.sold_out.clear()
        return Reply(body=Done())
    key = sold_out_key(country, kind, area_code)
    if key not in world.sold_out:
        raise NOT_ORDERED.of()
    world.sold_out.remove(key)
    return Reply(body=Done())


def regenerate_key(world: World, call: Call) -> Reply:
    """The old one is void at once."""
    asked = call.json(KeyBody) if call.body else KeyBody()
    one = rules.regenerate(world, named(world, asked.resource), asked.key.capitalize())
    told = [rules.connection_string(world, key) for key in (one.primary_key, one.secondary_key)]
    return Reply(body=KeysMade(primary=told[0], secondary=told[1]))


def set_quota(world: World, call: Call) -> Reply:
    asked = call.json(QuotaBody)
    quota = NumberQuota(purchases=asked.purchases, searches_a_week=asked.searches_a_week)
    world.number_quotas.put("tenant", quota)
    return Reply(body=Done())


def verify_domain(world: World, call: Call) -> Reply:
    asked = call.json(DomainBody)
    done = sip.verify_domain(world, named(world, asked.resource).key, asked.domain)
    return Reply(body=DomainList(domains=list(done.domains)))


def check_token(world: World, call: Call) -> Reply:
    return Reply(body=TokenState(valid=identity.is_valid(world, call.json(TokenBody).token)))


def named(world: World, name: str | None) -> CommunicationService:
    """The resource of that name, any case; without a name, the only one."""
    found = [one for one in world.communication.all() if name is None or one.name.lower() == name.lower()]
    if len(found) != 1:
        raise INVALID_CONTROL.of(reason="Name an existing resource in 'resource'.")
    return found[0]


def _kind(asked: SenderBody) -> Kind:
    if not SENDER.fullmatch(asked.number):
        raise INVALID_CONTROL.of(reason="That is no E.164 number, no short code and no alphanumeric sender.")
    kind = kind_of(asked.number, asked.type)
    if asked.type not in {None, kind}:
        raise INVALID_CONTROL.of(reason=f"The number is of the type {kind.value}.")
    return kind


ROUTES = [
    Described("POST", "/_local/numbers", give_sender, "Give a resource a number, a short code or a sender's name",
              SenderMade, SenderBody, status=201),
    Described("POST", "/_local/numbers/sold-out", sell_out, "Numbers of a country are sold out", Done, SoldOutBody),
    Described("DELETE", "/_local/numbers/sold-out", restock, "Everything is on offer again, or one of it", Done,
              query=("country", "type", "area_code")),
    Described("POST", "/_local/keys", regenerate_key, "Regenerate a resource's access key", KeysMade, KeyBody),
    Described("POST", "/_local/numbers/quota", set_quota, "How many numbers and searches the tenant may have", Done,
              QuotaBody),
    Described("POST", "/_local/sip/domains", verify_domain, "A domain for trunks is verified", DomainList, DomainBody),
    Described("POST", "/_local/identities/token", check_token, "Whether a user's token is still good", TokenState,
              TokenBody),
    Described("GET", "/_local/sms/usage", get_usage, "What each sender is billed for", UsageList),
]  # fmt: skip

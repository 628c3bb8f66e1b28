"""A customer's telephone: its number, whom it can write to, and the texts it holds."""

import re
from dataclasses import dataclass
from enum import StrEnum

from localazure.communication.health import is_enabled
from localazure.communication.inbound import EVENT
from localazure.eventgrid.publishing import wants
from localazure.records.messages import Sms
from localazure.records.resources import PhoneNumber
from localazure.world import World

DEFAULT = "+14255550123"
FICTIONAL = [f"+142555501{last:02}" for last in (*range(23, 100), *range(23))]  # 555-01xx is nobody's
E164 = re.compile(r"\+[1-9]\d{6,14}")
THREAD_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A number of the cloud that this telephone can write to or call, with the newest text of the two."""

    number: str
    resource: str
    texts: bool
    calls: bool
    newest: Sms | None


@dataclass(frozen=True, kw_only=True)
class Telephone:
    """`to` is the contact whose thread is open, None where the cloud has no number. `listening`: somebody hears it."""

    number: str
    to: Contact | None
    contacts: tuple[Contact, ...]
    thread: tuple[Sms, ...]
    listening: bool


def normalised(typed: str) -> str:
    """What a person typed, without spaces, brackets and hyphens, 00 read as plus.

    A plus that an address did not escape arrives as a space.
    """
    bare = re.sub(r"[\s().\u2010-\u2015-]", "", re.sub(r"^ (?=\d)", "+", typed))
    return f"+{bare[2:]}" if bare.startswith("00") else bare


class Trouble(StrEnum):
    """Why a number cannot be a customer's telephone."""

    NOT_A_NUMBER = "not_a_number"
    OWN_NUMBER = "own_number"


def trouble(world: World, number: str) -> Trouble | None:
    if not E164.fullmatch(number):
        return Trouble.NOT_A_NUMBER
    return Trouble.OWN_NUMBER if number in world.numbers else None


def telephone(world: World, *, number: str, to: str) -> Telephone:
    texts = world.messages.of(number)
    contacts = tuple(contact(world, one, texts) for one in world.numbers.all() if takes_texts(one) or takes_calls(one))
    chosen = next((one for one in contacts if one.number == to), contacts[0] if contacts else None)
    return Telephone(
        number=number,
        to=chosen,
        contacts=contacts,
        thread=tuple(sms for sms in texts if chosen and sms.service == chosen.number)[-THREAD_LIMIT:],
        listening=chosen is not None and hears(world, world.numbers[chosen.number]),
    )


def contact(world: World, number: PhoneNumber, texts: list[Sms]) -> Contact:
    resource = world.communication.get(number.resource)
    between = [sms for sms in texts if sms.service == number.number]
    return Contact(
        number=number.number,
        resource=resource.name if resource else "",
        texts=takes_texts(number),
        calls=takes_calls(number),
        newest=between[-1] if between else None,
    )


def trunks(world: World) -> list[str]:
    """Over whose border controllers it can call any number."""
    return [name for one in world.sip.all() for name in one.trunks if is_enabled(one, name)]


def takes_texts(number: PhoneNumber) -> bool:
    return number.sms != "none"


def takes_calls(number: PhoneNumber) -> bool:
    return "inbound" in number.calling


def hears(world: World, number: PhoneNumber) -> bool:
    """Whether an event subscription takes the texts written to this number."""
    return any(
        one.source == number.resource and wants(world, one, EVENT, f"/phonenumber/{number.number.lstrip('+')}")
        for one in world.event_subscriptions.all()
    )


def used(world: World) -> list[str]:
    """Numbers of telephones that wrote or were written to, newest first, at most eight."""
    return list(dict.fromkeys(sms.customer for sms in reversed(world.messages.all()[-500:])))[:8]


def unused(world: World, besides: str) -> str:
    """A fictional number whose telephone has no texts yet."""
    return next((one for one in FICTIONAL if one != besides and not world.messages.of(one)), DEFAULT)

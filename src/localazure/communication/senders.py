"""Who may write: the kinds of senders and what Azure lets each of them do.

https://learn.microsoft.com/azure/communication-services/concepts/sms/concepts
https://learn.microsoft.com/azure/communication-services/concepts/service-limits#sms
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from localazure.communication.rates import Limit
from localazure.errors import INVALID_SMS, NOT_YOUR_NUMBER
from localazure.records.resources import CommunicationService, PhoneNumber
from localazure.world import World

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SHORT_CODE = re.compile(r"[0-9]{5,6}")
ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
TOLL_FREE = re.compile(r"\+1(800|833|844|855|866|877|888)[0-9]{7}")


class Kind(StrEnum):
    """A number's `phoneNumberType`, and the two kinds of senders that are no such number."""

    TOLL_FREE = "tollFree"
    GEOGRAPHIC = "geographic"
    MOBILE = "mobile"
    SHORT_CODE = "shortCode"
    ALPHANUMERIC = "alphanumericId"


def kind_of(number: str, asked: Kind | None = None) -> Kind:
    """What a sender is by its looks. Those do not tell geographic from mobile: that is `asked`, else geographic."""
    if SHORT_CODE.fullmatch(number):
        return Kind.SHORT_CODE
    if not E164.fullmatch(number):
        return Kind.ALPHANUMERIC
    if TOLL_FREE.fullmatch(number):
        return Kind.TOLL_FREE
    return Kind.MOBILE if asked is Kind.MOBILE else Kind.GEOGRAPHIC


LIMITS = {
    Kind.TOLL_FREE: Limit(units=200, seconds=60),
    Kind.SHORT_CODE: Limit(units=6000, seconds=60),
    Kind.ALPHANUMERIC: Limit(units=600, seconds=60),
}


@dataclass(frozen=True, kw_only=True)
class Sender:
    """`name` is a number with its plus, a short code, or a name."""

    resource: str
    name: str
    kind: Kind

    @property
    def blocks_by_itself(self) -> bool:
        """Whether the platform, asked by a STOP, blocks and answers: North America's carriers demand it."""
        return self.kind is Kind.TOLL_FREE and self.name.startswith("+1")

    @property
    def pool(self) -> str:
        """What shares one limit: each number has its own, names share their resource's."""
        return f"sms {self.resource if self.kind is Kind.ALPHANUMERIC else self.name}"


def sender(world: World, resource: CommunicationService, name: str) -> Sender:
    """Raises what the service answers to a `from` that is malformed, another's, or cannot send."""
    if E164.fullmatch(name) or SHORT_CODE.fullmatch(name):
        number = world.numbers.get(name)
        if number is None or number.resource != resource.key:
            raise NOT_YOUR_NUMBER.of()
        if "outbound" not in number.sms:
            raise INVALID_SMS.of(reason="The From number cannot send SMS.")
        return of_number(number)
    if not ALPHANUMERIC.fullmatch(name):
        raise INVALID_SMS.of(reason="Invalid From phone number format.")
    if alphanumeric_key(resource.key, name) not in world.alphanumeric_senders:
        raise NOT_YOUR_NUMBER.of()
    return Sender(resource=resource.key, name=name, kind=Kind.ALPHANUMERIC)


def of_number(number: PhoneNumber) -> Sender:
    return Sender(resource=number.resource, name=number.number, kind=Kind(number.kind))


def alphanumeric_key(resource: str, name: str) -> str:
    return f"{resource}/{name.lower()}"

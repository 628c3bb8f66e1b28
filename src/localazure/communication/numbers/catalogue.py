"""Numbers on offer. All of them are out of ranges set aside for films and examples, so nobody has them.

Prices and capabilities: https://learn.microsoft.com/azure/communication-services/concepts/numbers/
sub-eligibility-number-capability
"""

from collections.abc import Iterator
from dataclasses import dataclass

from localazure.communication.senders import Kind
from localazure.records.telephony import Capabilities

BOTH = "inbound+outbound"


@dataclass(frozen=True, kw_only=True)
class Offering:
    """`capabilities` are the most a number of it can have."""

    kind: Kind
    assignment: str
    capabilities: Capabilities
    monthly_cost: float

    def gives(self, asked: Capabilities) -> bool:
        offered = self.capabilities
        wanted = ((asked.calling, offered.calling), (asked.sms, offered.sms))
        return (asked.calling, asked.sms) != ("none", "none") and all(_within(*pair) for pair in wanted)


@dataclass(frozen=True, kw_only=True)
class Block:
    """Numbers that begin alike: `prefix` and then `digits` more."""

    kind: Kind
    area_code: str
    prefix: str
    digits: int

    def numbers(self) -> Iterator[str]:
        return (f"{self.prefix}{number:0{self.digits}}" for number in range(10**self.digits))


@dataclass(frozen=True, kw_only=True)
class Locality:
    name: str
    division: str
    short_division: str
    area_codes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Country:
    """`no_resale`: the buyer must agree not to sell the numbers on."""

    code: str
    name: str
    offerings: tuple[Offering, ...]
    blocks: tuple[Block, ...]
    localities: tuple[Locality, ...]
    no_resale: bool = False


def _within(asked: str, offered: str) -> bool:
    return asked == "none" or set(asked.split("+")) <= set(offered.split("+"))


def _offering(kind: Kind, cost: float, *, calling: str = BOTH, sms: str = "none", person: bool = False) -> Offering:
    return Offering(
        kind=kind,
        assignment="person" if person else "application",
        capabilities=Capabilities(calling=calling, sms=sms),
        monthly_cost=cost,
    )


def _north_american(kind: Kind, *area_codes: str) -> tuple[Block, ...]:
    return tuple(Block(kind=kind, area_code=code, prefix=f"+1{code}55501", digits=2) for code in area_codes)


TOLL_FREE_CODES = ("833", "844", "855", "866", "877", "888")

COUNTRIES = {
    one.code: one
    for one in (
        Country(
            code="CA",
            name="Canada",
            offerings=(_offering(Kind.TOLL_FREE, 2.0, sms=BOTH), _offering(Kind.GEOGRAPHIC, 1.0)),
            blocks=(
                *_north_american(Kind.TOLL_FREE, *TOLL_FREE_CODES),
                *_north_american(Kind.GEOGRAPHIC, "236", "604", "416", "647"),
            ),
            localities=(
                Locality(name="Vancouver", division="British Columbia", short_division="BC", area_codes=("236", "604")),
                Locality(name="Toronto", division="Ontario", short_division="ON", area_codes=("416", "647")),
            ),
        ),
        Country(
            code="FR",
            name="France",
            no_resale=True,
            offerings=(_offering(Kind.GEOGRAPHIC, 1.0),),
            blocks=(Block(kind=Kind.GEOGRAPHIC, area_code="1", prefix="+3319900", digits=4),),
            localities=(Locality(name="Paris", division="Île-de-France", short_division="IDF", area_codes=("1",)),),
        ),
        Country(
            code="GB",
            name="United Kingdom",
            offerings=(
                _offering(Kind.TOLL_FREE, 2.0, calling="inbound"),
                _offering(Kind.GEOGRAPHIC, 1.0),
                _offering(Kind.MOBILE, 1.5, calling="none", sms=BOTH),
            ),
            blocks=(
                Block(kind=Kind.TOLL_FREE, area_code="808", prefix="+448081570", digits=3),
                Block(kind=Kind.GEOGRAPHIC, area_code="20", prefix="+442079460", digits=3),
                Block(kind=Kind.GEOGRAPHIC, area_code="121", prefix="+441214960", digits=3),
                Block(kind=Kind.MOBILE, area_code="7700", prefix="+447700900", digits=3),
            ),
            localities=(
                Locality(name="London", division="England", short_division="ENG", area_codes=("20",)),
                Locality(name="Birmingham", division="England", short_division="ENG", area_codes=("121",)),
            ),
        ),
        Country(
            code="US",
            name="United States",
            offerings=(
                _offering(Kind.TOLL_FREE, 2.0, sms=BOTH),
                _offering(Kind.GEOGRAPHIC, 1.0),
                _offering(Kind.GEOGRAPHIC, 1.0, person=True),
            ),
            blocks=(
                *_north_american(Kind.TOLL_FREE, *TOLL_FREE_CODES),
                *_north_american(Kind.GEOGRAPHIC, "206", "425", "212", "646"),
            ),
            localities=(
                Locality(name="Seattle", division="Washington", short_division="WA", area_codes=("206",)),
                Locality(name="Bellevue", division="Washington", short_division="WA", area_codes=("425",)),
                Locality(name="New York City", division="New York", short_division="NY", area_codes=("212", "646")),
            ),
        ),
    )
}

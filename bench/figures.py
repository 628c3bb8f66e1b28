"""What a bench hands back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much a bench does. The quick size shows that the benches work, not how fast anything is."""

    repetitions: int
    texts: int
    events: int
    customers: int  # who have written before
    burst: int  # texts at once
    posts: int  # requests of one event
    batches: int  # requests of a hundred
    conversations: int  # in the archive
    looks: int  # at the desk's pages of each kind
    rate: int  # texts a second, for so many
    seconds: int
    offered: int  # texts a second, an event a request, for so many
    offered_seconds: int
    rooms: int  # calls with their sound streamed
    waiting: int  # callers who hear music
    talking: int  # and who talk to an agent
    alone: int  # callers who come one after the other
    measured: int  # seconds of sound
    patience: float  # seconds for what the desks have not seen when the last text was answered


FULL = Size(
    repetitions=3,
    texts=200,
    events=4_000,
    customers=100_000,
    burst=50_000,
    posts=20_000,
    batches=500,
    conversations=1_000_000,
    looks=200,
    rate=500,
    seconds=20,
    offered=5_000,
    offered_seconds=60,
    rooms=100,
    waiting=200,
    talking=40,
    alone=20,
    measured=10,
    patience=5.0,
)
QUICK = Size(
    repetitions=1,
    texts=20,
    events=100,
    customers=50,
    burst=100,
    posts=2_000,  # fewer use less of a processor than the system counts
    batches=5,
    conversations=1_000,
    looks=5,
    rate=50,
    seconds=2,
    offered=100,
    offered_seconds=2,
    rooms=5,
    waiting=4,
    talking=2,
    alone=3,
    measured=1,
    patience=1.0,
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`key` is its place in the results, as in `startup.local_azure_s`.
    `most` or `least` is the goal; neither is given where there is none.

    `beside` compares it with something measured in the same run: the machine's own mood falls out of that.
    """

    key: str
    value: float
    how: str
    most: float | None = None
    least: float | None = None
    beside: str = ""

    @property
    def missed(self) -> bool:
        too_much = self.most is not None and self.value > self.most
        return too_much or (self.least is not None and self.value < self.least)

    @property
    def goal(self) -> str:
        if self.least is not None:
            return f"at least {self.least:g}"
        return "" if self.most is None else f"at most {self.most:g}"


Bench = Callable[[Size], Iterator[Figure]]


def results(figures: list[Figure]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for figure in figures:
        group, _, name = figure.key.partition(".")
        found.setdefault(group, {})[name] = round(figure.value, 3)
    return found


def row(figure: Figure) -> str:
    verdict = "MISSED" if figure.missed else ""
    text = f"{figure.key:<32}{figure.value:>10.2f}  {figure.goal:<16}{verdict:<8}{figure.how}; {figure.beside}"
    return text.rstrip(" ;")

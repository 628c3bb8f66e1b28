"""What a bench hands back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much a bench does. The quick size shows that the benches work, not how fast anything is."""

    repetitions: int
    texts: int
    events: int


FULL = Size(repetitions=3, texts=200, events=4000)
QUICK = Size(repetitions=1, texts=20, events=100)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`key` is its place in the results, as in `startup.local_azure_s`. `most` is the goal, None where there is none.

    `beside` compares it with something measured in the same run: the machine's own mood falls out of that.
    """

    key: str
    value: float
    how: str
    most: float | None = None
    beside: str = ""

    @property
    def missed(self) -> bool:
        return self.most is not None and self.value > self.most


Bench = Callable[[Size], Iterator[Figure]]


def results(figures: list[Figure]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for figure in figures:
        group, _, name = figure.key.partition(".")
        found.setdefault(group, {})[name] = round(figure.value, 3)
    return found


def row(figure: Figure) -> str:
    goal = "" if figure.most is None else f"at most {figure.most:g}"
    verdict = "MISSED" if figure.missed else ""
    return f"{figure.key:<32}{figure.value:>10.2f}  {goal:<12}{verdict:<8}{figure.how}; {figure.beside}".rstrip(" ;")

"""A program that subscribes."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Told:
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Program:
    url: str
    told: list[Told] = field(default_factory=list)
    answers: Callable[[Told], tuple[int, str]] = lambda _told: (200, "thanks")
    location: str = ""

"""Waiting for what comes by itself: never for ever, and with the last thing seen where it did not come."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from localazure.pytest_plugin import LocalAzure

PATIENCE = 20  # seconds
PAUSE = 0.01

Seen = TypeVar("Seen")


def until(look: Callable[[], Seen], enough: Callable[[Seen], object] = bool) -> Seen:
    """What `look` sees, once it is enough."""
    deadline = time.monotonic() + PATIENCE
    while not enough(seen := look()):
        assert time.monotonic() < deadline, f"not within {PATIENCE} s, still {seen}"
        time.sleep(PAUSE)
    return seen


def deliveries(azure: LocalAzure, name: str = "to-hub") -> list[dict[str, Any]]:
    """Of the event subscription of that name; of all of them where it is empty."""
    return azure.control.get("/_local/deliveries", params={"subscription": name}).json()["items"]


def deliveries_until(
    azure: LocalAzure, enough: Callable[[list[dict[str, Any]]], object], name: str = "to-hub"
) -> list[dict[str, Any]]:
    return until(lambda: deliveries(azure, name), enough)


def attempted(azure: LocalAzure, attempts: int = 1, name: str = "to-hub", place: int = 0) -> dict[str, Any]:
    """The delivery at that place in the log, once so many attempts are recorded: an endpoint has heard of an attempt
    before it is, and a clock that is moved in between moves the next try along."""
    return deliveries_until(
        azure, lambda found: any(len(one["attempts"]) >= attempts for one in found[place : place + 1]), name
    )[place]

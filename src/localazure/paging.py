"""Lists in pages, the same way for every service."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote, urlencode

from localazure.pipeline import Call
from localazure.world import World

Item = TypeVar("Item")
LARGEST = 100
ENDLESS = 10**9  # more items than any list has


def page(world: World, call: Call, items: Sequence[Item]) -> tuple[list[Item], str | None]:
    """One page by `$top` and the place the last page ended; the second value is the next page's absolute address."""
    size = count_of(call.query.get("top", ""), LARGEST)
    start = _place(call.query.get("skiptoken", ""))
    end = start + max(1, min(size, LARGEST))
    following = _address(world, call, end) if end < len(items) else None
    return list(items[start:end]), following


def listing(world: World, call: Call, items: Sequence[object], link: str = "nextLink") -> dict[str, object]:
    values, following = page(world, call, items)
    return {"value": values} | ({link: following} if following else {})


def token(place: int) -> str:
    """What asks for the items from `place` on."""
    return base64.urlsafe_b64encode(str(place).encode()).decode()


def _address(world: World, call: Call, place: int) -> str:
    dollar = {"top", "filter", "expand", "select", "count"}
    query = {f"${name}" if name in dollar else name: value for name, value in call.query.items()}
    return f"{world.addresses.url}{quote(call.path)}?{urlencode(query | {'$skiptoken': token(place)}, safe='$')}"


def _place(token: str) -> int:
    try:
        return max(0, int(base64.urlsafe_b64decode(token)))
    except (binascii.Error, ValueError):
        return 0


def count_of(text: str, default: int) -> int:
    """A count as a query has it; too many digits for Python are as good as any other number beyond the list."""
    if not (text.isascii() and text.isdecimal()):
        return default
    return int(text) if len(text) < len(str(ENDLESS)) else ENDLESS

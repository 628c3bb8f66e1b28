"""The path of a request, segment by segment: name, or name(key)."""

import re
from dataclasses import dataclass
from uuid import UUID

from centrala.dataverse.failures import Failure, syntax
from centrala.dataverse.tokens import shown

MOST = 8  # segments
SEGMENT = re.compile(r"(\$?[\w.]++)(?:\(((?:[^'()]|'(?:[^']|'')*+')*+)\))?(/|\Z)", re.ASCII)
KEY = re.compile(r"\s*+(?:(\w++)\s*+=)?\s*+(?:'((?:[^']|'')*+)'|([^'\s]++))\s*+", re.ASCII)


@dataclass(frozen=True)
class Segment:
    """`key` is None where there are no brackets, empty where there is nothing in them."""

    name: str
    key: str | None

    def single(self) -> tuple[str, str]:
        """The key as a name (empty: the id's) and a value. Raises WebApiError."""
        found = KEY.fullmatch(self.key or "")
        if found is None:
            raise syntax(f"Bad key in '{shown(self.name)}': one value is expected.")
        return found[1] or "", found[3] if found[2] is None else found[2].replace("''", "'")

    def guid(self, name: str) -> UUID:
        """Of a row, whose id goes by `name`. Raises WebApiError."""
        said, value = self.single()
        if said and said != name:
            raise syntax(f"'{shown(said)}' is no alternate key of this table.")
        try:
            return UUID(value)
        except ValueError:
            raise syntax(f"'{shown(value)}' is not a unique identifier.") from None


def segments(path: str) -> list[Segment]:
    """Raises WebApiError."""
    found: list[Segment] = []
    at = 0
    while at < len(path):
        part = SEGMENT.match(path, at)
        if part is None or len(found) == MOST:
            raise Failure.NO_SEGMENT.of(segment=shown(path[at:]))
        found.append(Segment(part[1], part[2]))
        at = part.end()
    return found

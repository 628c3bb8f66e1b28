"""What callers send to Graph."""

from typing import TypeVar

from localazure.errors import GRAPH_INVALID_PROPERTY
from localazure.pipeline import Call

Body = TypeVar("Body")


def read(call: Call, kind: type[Body], known: frozenset[str]) -> Body:
    """Refuses a property that the resource does not have; one that is known and not kept is taken and forgotten."""
    for name in call.json(dict[str, object]):
        if name not in known and not name.startswith("@odata."):
            raise GRAPH_INVALID_PROPERTY.of(name=name)
    return call.json(kind)

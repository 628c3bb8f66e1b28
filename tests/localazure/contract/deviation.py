"""Where Microsoft's service is known to answer otherwise than its specification, and so do we."""

from dataclasses import dataclass

from contract.specs import Json


@dataclass(frozen=True)
class Deviation:
    """What the specification requires of the answer's object and the service leaves out."""

    operation_id: str
    missing: str
    reason: str


KNOWN = (
    Deviation("Subscriptions_List", "nextLink", "The last page has none: the clients stop by its absence."),
    Deviation("Tenants_List", "nextLink", "As for subscriptions."),
)


def repaired(operation_id: str, body: Json) -> Json:
    """The answer as the specification wants it, so that everything else of it can be judged."""
    missing = {one.missing: "" for one in KNOWN if one.operation_id == operation_id}
    return missing | body if missing and isinstance(body, dict) else body

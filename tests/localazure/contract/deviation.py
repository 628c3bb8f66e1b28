"""Where Microsoft's service is known to answer otherwise than its specification, and so do we."""

from dataclasses import dataclass

from contract.specs import Json

BODY = "body"


@dataclass(frozen=True)
class Deviation:
    """What the specification requires of the answer's object and the service leaves out; `body`: all of a 202's."""

    operation_id: str
    missing: str
    reason: str


KNOWN = (
    Deviation("Subscriptions_List", "nextLink", "The last page has none: the clients stop by its absence."),
    Deviation("Tenants_List", "nextLink", "As for subscriptions."),
    Deviation(
        "PhoneNumbers_SearchAvailablePhoneNumbers",
        BODY,
        "Microsoft's recordings of the service have none: the result is at Location when the operation has ended.",
    ),
    Deviation("PhoneNumbers_UpdateCapabilities", BODY, "As for the search; the recordings have an id there at most."),
)


def may_be_silent(operation_id: str, status: int) -> bool:
    """Whether an answer without a body is right although the specification describes one."""
    return status == 202 and any((one.operation_id, one.missing) == (operation_id, BODY) for one in KNOWN)


def repaired(operation_id: str, body: Json) -> Json:
    """The answer as the specification wants it, so that everything else of it can be judged."""
    missing = {one.missing: "" for one in KNOWN if one.operation_id == operation_id and one.missing != BODY}
    return missing | body if missing and isinstance(body, dict) else body

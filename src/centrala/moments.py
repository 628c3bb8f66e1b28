"""Times that come from outside."""

from datetime import UTC, datetime


def moment(text: str) -> datetime:
    """An ISO 8601 time with its offset, in UTC: PostgreSQL takes no offset of 16 hours and more.

    Raises ValueError for anything else, and for what falls out of the calendar on the way to UTC.
    """
    said = datetime.fromisoformat(text)
    if said.tzinfo is None:
        raise ValueError("no offset")
    try:
        return said.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of the calendar") from None

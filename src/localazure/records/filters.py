"""Event Grid: what an event subscription wants to see."""

import msgspec

Value = str | bool | int | float | None


class AdvancedFilter(msgspec.Struct, frozen=True, kw_only=True):
    """`values` are OR-ed (AND-ed for the operators that say Not). A range is a pair, everything else a single."""

    operator: str
    key: str
    values: tuple[tuple[Value, ...], ...] = ()


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """No `event_types`: every type. Advanced filters are AND-ed; `arrays` lets them look into lists."""

    event_types: tuple[str, ...] = ()
    begins_with: str = ""
    ends_with: str = ""
    case_sensitive: bool = False
    advanced: tuple[AdvancedFilter, ...] = ()
    arrays: bool = False

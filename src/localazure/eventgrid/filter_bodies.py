"""The filter of an event subscription as callers write it, checked and read into our record, and shown again.

Limits: https://learn.microsoft.com/azure/event-grid/event-filtering#limitations
"""

from collections.abc import Iterable, Sequence

from localazure.errors import INVALID_EVENT_GRID, ServiceError
from localazure.eventgrid.bodies import LONGEST, AdvancedFilterBody, FilterBody
from localazure.eventgrid.filters import FIELDS
from localazure.eventgrid.operators import OPERATORS, Kind
from localazure.records.filters import AdvancedFilter, EventFilter, Value

MOST_FILTERS = 25
MOST_VALUES = 25  # of all the filters together
EVERYTHING = "all"
SINGLE = frozenset({Kind.NUMBER, Kind.BOOL})
KEYS = frozenset({*FIELDS, "data"})
NAMES = {name.lower(): name for name in OPERATORS}


def read(body: FilterBody, topic_types: Sequence[str]) -> EventFilter:
    """`topic_types` are the event types of the topic's type, which none given means; empty: anything goes.

    Raises 400 with Event Grid's code.
    """
    return EventFilter(
        event_types=_types(body.included_event_types or [], topic_types),
        begins_with=body.subject_begins_with or "",
        ends_with=body.subject_ends_with or "",
        case_sensitive=bool(body.is_subject_case_sensitive),
        advanced=_advanced(body.advanced_filters or []),
        arrays=bool(body.enable_advanced_filtering_on_arrays),
    )


def shape(one: EventFilter) -> dict[str, object]:
    return {
        "subjectBeginsWith": one.begins_with,
        "subjectEndsWith": one.ends_with,
        "isSubjectCaseSensitive": one.case_sensitive,
        "includedEventTypes": list(one.event_types) or None,
        "enableAdvancedFilteringOnArrays": one.arrays,
        "advancedFilters": [_shape(each) for each in one.advanced],
    }


def _shape(one: AdvancedFilter) -> dict[str, object]:
    kind = OPERATORS[one.operator].kind
    shown: dict[str, object] = {"operatorType": one.operator, "key": one.key}
    if kind is Kind.NOTHING:
        return shown
    if kind in SINGLE:
        return shown | {"value": one.values[0][0]}
    return shown | {"values": [list(each) if kind is Kind.RANGES else each[0] for each in one.values]}


def _types(asked: Sequence[str], topic_types: Sequence[str]) -> tuple[str, ...]:
    if not asked or [name.lower() for name in asked] == [EVERYTHING]:
        return tuple(topic_types)
    known = {name.lower(): name for name in topic_types}
    if known and (unknown := [name for name in asked if name.lower() not in known]):
        raise _refused(f"The event types are not of this topic type: {', '.join(unknown)}.")
    return tuple(known.get(name.lower(), name) for name in asked)


def _advanced(bodies: Sequence[AdvancedFilterBody]) -> tuple[AdvancedFilter, ...]:
    if len(bodies) > MOST_FILTERS:
        raise _refused(f"There are {len(bodies)} advanced filters, more than the {MOST_FILTERS} that are allowed.")
    made = tuple(_filter(each) for each in bodies)
    if (count := sum(len(each.values) for each in made)) > MOST_VALUES:
        raise _refused(f"The advanced filters have {count} values, more than the {MOST_VALUES} that are allowed.")
    return made


def _filter(body: AdvancedFilterBody) -> AdvancedFilter:
    name = NAMES.get(body.operator_type.lower())
    if name is None:
        raise _refused(f"The operatorType '{body.operator_type}' of the advanced filter is unknown.")
    check_key(body.key, of="advanced filter")
    return AdvancedFilter(operator=name, key=body.key, values=tuple(_values(OPERATORS[name].kind, body)))


def check_key(key: str, *, of: str) -> None:
    """`of`: what names it."""
    top, _, rest = key.partition(".")
    nested = top.lower() == "data"
    if top.lower() not in KEYS or bool(rest) != nested or "" in key.split("."):
        raise _refused(
            f"The key '{key}' of the {of} is not one of id, topic, subject, eventtype, dataversion or data.*"
        )


def _values(kind: Kind, body: AdvancedFilterBody) -> Iterable[tuple[Value, ...]]:
    """Each value as a tuple: a pair for a range, else of one."""
    given = _given(kind, body)
    for value in given:
        parts = value if isinstance(value, list) else [value]
        if not _possible(kind, value, parts):
            raise _refused(f"The advanced filter on '{body.key}' has a value that does not fit {body.operator_type}.")
        yield tuple(part for part in parts if isinstance(part, (str, int, float)))


def _given(kind: Kind, body: AdvancedFilterBody) -> Sequence[object]:
    if kind is Kind.NOTHING:
        if body.value is not None or body.values:
            raise _refused(f"The operator {body.operator_type} takes no value.")
        return []
    if kind in SINGLE:
        if body.value is None or body.values:
            raise _refused(f"The advanced filter on '{body.key}' needs exactly one 'value'.")
        return [body.value]
    if not body.values or body.value is not None:
        raise _refused(f"The advanced filter on '{body.key}' needs 'values'.")
    return body.values


def _possible(kind: Kind, value: object, parts: Sequence[object]) -> bool:
    if kind is Kind.RANGES:
        return isinstance(value, list) and _is_range(parts)
    if isinstance(value, list):
        return False
    if kind is Kind.STRINGS:
        return isinstance(value, str) and len(value) <= LONGEST
    return isinstance(value, bool) if kind is Kind.BOOL else _is_number(value)


def _is_range(parts: Sequence[object]) -> bool:
    numbers = [part for part in parts if isinstance(part, (int, float)) and _is_number(part)]
    return len(numbers) == len(parts) == 2 and numbers[0] <= numbers[1]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _refused(reason: str) -> ServiceError:
    return INVALID_EVENT_GRID.of(reason=reason)

"""Whether an event subscription wants an event.

https://learn.microsoft.com/azure/event-grid/event-filtering
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

from localazure.eventgrid.operators import OPERATORS, Kind
from localazure.records.filters import AdvancedFilter, EventFilter

Event = Mapping[str, object]  # an event's JSON, in either schema
Test = Callable[[Event], bool]

# What a filter may name outside the data, and where either schema has it.
FIELDS = {
    "id": ("id",),
    "topic": ("topic", "source"),
    "source": ("source", "topic"),
    "subject": ("subject",),
    "eventtype": ("eventType", "type"),
    "type": ("type", "eventType"),
    "dataversion": ("dataVersion", "dataversion"),
    "eventtypeversion": ("dataVersion", "dataversion"),
}


@lru_cache(maxsize=1024)
def compiled(rule: EventFilter) -> Test:
    """Filters change seldom and are asked for every event."""
    types = {name.lower() for name in rule.event_types}
    advanced = tuple(_advanced(each, arrays=rule.arrays) for each in rule.advanced)

    def test(event: Event) -> bool:
        if types and str(field(event, "eventtype")).lower() not in types:
            return False
        return _subject_fits(rule, str(field(event, "subject") or "")) and all(each(event) for each in advanced)

    return test


def field(event: Event, name: str) -> object:
    """A value outside the data by a name of FIELDS."""
    return next((event[each] for each in FIELDS.get(name, ()) if each in event), None)


def _subject_fits(rule: EventFilter, subject: str) -> bool:
    begin, end = rule.begins_with, rule.ends_with
    if not rule.case_sensitive:
        subject, begin, end = subject.lower(), begin.lower(), end.lower()
    return subject.startswith(begin) and subject.endswith(end)


def _advanced(rule: AdvancedFilter, *, arrays: bool) -> Test:
    operator = OPERATORS[rule.operator]

    def test(event: Event) -> bool:
        value = at(event, rule.key)
        if isinstance(value, list) and operator.kind is not Kind.NOTHING:
            return arrays and operator.fits(value, rule.values)
        return operator.fits([value], rule.values)

    return test


def at(event: Event, key: str) -> object:
    """The value that a key like `subject` or `data.from.rawId` names; None where there is none."""
    top, *path = key.split(".")
    value = event.get("data") if top.lower() == "data" else field(event, top.lower())
    for name in path:
        value = _member(value, name)
    return value


def _member(value: object, name: str) -> object:
    """Names inside the data are found in any case: Microsoft's own examples spell them differently than its events."""
    if not isinstance(value, dict):
        return None
    if name in value:
        return value[name]
    return next((each for key, each in value.items() if key.lower() == name.lower()), None)

"""Which rule takes a call, by what was sent along with it. Nothing here is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from centrala.workstreams.context import RoutingRule, RuleCondition, Test
from centrala.workstreams.models import Queue, Workstream
from centrala.workstreams.told_along import Note, Told, explained


@dataclass(frozen=True)
class Trial:
    """What a call would do. `rules` in their order, each with whether it would take the call: the first does."""

    variables: list[tuple[str, str]]  # all of the workstream; "" of those that nothing fills
    notes: list[Note]
    rules: list[tuple[RoutingRule, bool]]
    rule: RoutingRule | None
    queue: Queue


def rules_of(workstream: Workstream) -> list[RoutingRule]:
    """In their order, with all that `chosen` asks them."""
    return list(workstream.rules.select_related("queue").prefetch_related("conditions__variable"))


def chosen(rules: Iterable[RoutingRule], values: Mapping[str, str]) -> RoutingRule | None:
    """The first that takes it; None: it waits in the workstream's queue. A rule without a condition takes nothing."""
    return next((rule for rule in rules if takes(rule, values)), None)


def takes(rule: RoutingRule, values: Mapping[str, str]) -> bool:
    conditions = list(rule.conditions.all())
    return bool(conditions) and all(holds(one, values.get(one.variable.name, "")) for one in conditions)


def holds(condition: RuleCondition, value: str) -> bool:
    """Of a variable that was not filled the value is empty."""
    told, wanted = value.casefold(), condition.value.casefold()
    return {
        Test.IS: told == wanted,
        Test.IS_NOT: told != wanted,
        Test.CONTAINS: wanted in told,
        Test.BEGINS: told.startswith(wanted),
        Test.EMPTY: not told,
        Test.FILLED: bool(told),
    }[Test(condition.test)]


def tried(workstream: Workstream, told: Told) -> Trial:
    """Without any call."""
    names = [variable.name for variable in workstream.variables.all()]
    known, rules = told.known_as(set(names)), rules_of(workstream)
    rule = chosen(rules, known.values)
    return Trial(
        variables=[(name, known.values.get(name, "")) for name in names],
        notes=explained(known.notes),
        rules=[(one, takes(one, known.values)) for one in rules],
        rule=rule,
        queue=rule.queue if rule else workstream.queue,
    )

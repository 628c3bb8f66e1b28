"""What an administrator changes about context variables and routing rules. Each change stands in the audit log."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from centrala.errors import Refused
from centrala.organization.audit import changed, record
from centrala.organization.fields import one_line
from centrala.organization.models import User
from centrala.workstreams.context import (
    MOST_CONDITIONS,
    MOST_RULES,
    MOST_VARIABLES,
    WITHOUT_VALUE,
    ContextVariable,
    RoutingRule,
    RuleCondition,
)
from centrala.workstreams.models import KIND, Channel, Workstream
from centrala.workstreams.told_along import PARAMETERS, REFERENCE


@transaction.atomic
def add_variable(*, variable: ContextVariable, actor: User) -> ContextVariable:
    """Raises Refused for a name that cannot be, or is taken, and for one too many."""
    workstream = _locked(variable.workstream)
    variable.name = one_line(variable.name, model=ContextVariable, field="name")
    variable.description = one_line(variable.description, model=ContextVariable, field="description")
    if variable.name.lower() in PARAMETERS or variable.name == REFERENCE:
        raise Refused(_("This name has a meaning of its own in the header. Fix: choose another."), field="name")
    if workstream.variables.count() >= MOST_VARIABLES:
        raise Refused(_("A workstream has %(most)d variables at most.") % {"most": MOST_VARIABLES}, field="name")
    try:
        with transaction.atomic():
            variable.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("There is a variable of this name already."), field="name") from None
    after = {"variable": variable.name, "description": variable.description}
    record(actor=actor, act="add context variable", target=workstream.name, after=after)
    return variable


@transaction.atomic
def remove_variable(*, variable: ContextVariable, actor: User) -> None:
    """Raises Refused for one that a rule asks. What calls were told before stays with them."""
    workstream = _locked(variable.workstream)
    try:
        with transaction.atomic():
            variable.delete()
    except ProtectedError:
        raise Refused(
            _("A routing rule asks for “%(name)s”. Fix: change the rule first.") % {"name": variable}
        ) from None
    record(actor=actor, act="delete context variable", target=workstream.name, before={"variable": variable.name})


@transaction.atomic
def save_rule(*, rule: RoutingRule, conditions: Sequence[RuleCondition], actor: User) -> RoutingRule:
    """Makes or changes it, with these conditions in the place of those there were. Raises Refused, with the number of
    the condition in its field, for one that cannot be asked."""
    workstream = _locked(rule.workstream)
    before = _told(RoutingRule.objects.filter(pk=rule.pk).first())
    rule.name = one_line(rule.name, model=RoutingRule, field="name")
    if rule.queue.kind != KIND[Channel(workstream.channel)]:
        raise Refused(_("This queue is of another kind than the channel."), field="queue")
    if not before and workstream.rules.count() >= MOST_RULES:
        raise Refused(_("A workstream has %(most)d rules at most.") % {"most": MOST_RULES}, field="name")
    _check(conditions, workstream)
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError:
        raise Refused(_("There is a rule of this name already."), field="name") from None
    rule.conditions.all().delete()
    for one in conditions:
        one.pk, one.rule = None, rule
        one.save(force_insert=True)
    after = _told(RoutingRule.objects.get(pk=rule.pk))
    if before != after:
        was, became = changed(before, after) if before else ({}, after)
        act = f"{'change' if before else 'add'} routing rule"
        record(actor=actor, act=act, target=workstream.name, before=was, after=became)
    return rule


@transaction.atomic
def remove_rule(*, rule: RoutingRule, actor: User) -> None:
    workstream = _locked(rule.workstream)
    before = _told(rule)
    rule.delete()
    record(actor=actor, act="delete routing rule", target=workstream.name, before=before)


def _check(conditions: Sequence[RuleCondition], workstream: Workstream) -> None:
    if not conditions:
        raise Refused(_("Choose at least one condition."), field="variable_1")
    assert len(conditions) <= MOST_CONDITIONS
    for place, one in enumerate(conditions, 1):
        assert one.variable.workstream_id == workstream.pk
        if one.test in WITHOUT_VALUE:
            one.value = ""
            continue
        try:
            one.value = one_line(one.value, model=RuleCondition, field="value")
        except Refused as refused:
            raise Refused(refused.message, field=f"value_{place}") from None
        if not one.value:
            raise Refused(_("Say with what it is compared."), field=f"value_{place}")


def _locked(workstream: Workstream) -> Workstream:
    return Workstream.objects.select_for_update().get(pk=workstream.pk)


def _told(rule: RoutingRule | None) -> dict[str, object]:
    if rule is None:
        return {}
    conditions = [str(one) for one in rule.conditions.select_related("variable")]
    return {"rule": rule.name, "place": rule.place, "queue": rule.queue.name, "conditions": conditions}

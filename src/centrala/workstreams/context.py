"""Context variables of a workstream, and the rules that send its calls to queues by them.

A variable is filled by what a system before us sends along under the same name: see `told_along`. `choosing` goes by
the rules.
"""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.workstreams.told_along import LONGEST_NAME, LONGEST_VALUE

MOST_VARIABLES, MOST_RULES, MOST_CONDITIONS = 50, 50, 5  # the first two of a workstream, the last of a rule


class ContextVariable(models.Model):
    workstream = models.ForeignKey("workstreams.Workstream", on_delete=models.CASCADE, related_name="variables")
    name = models.CharField(
        max_length=LONGEST_NAME,
        validators=[RegexValidator(r"\A[A-Za-z0-9_]+\Z", _("Only letters from A to Z, digits and _ make a name."))],
    )
    description = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    modified_at = models.DateTimeField(db_default=Now(), editable=False)  # a trigger's

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workstream", "name"],
                name="one_variable_of_a_name",
                violation_error_message=_("There is a variable of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class RoutingRule(models.Model):
    """Where every condition holds, the call waits in `queue`; the first rule counts."""

    workstream = models.ForeignKey("workstreams.Workstream", on_delete=models.CASCADE, related_name="rules")
    name = models.CharField(max_length=100)
    place = models.PositiveSmallIntegerField(  # smaller is looked at first
        default=1, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    queue = models.ForeignKey("workstreams.Queue", on_delete=models.PROTECT, related_name="rules")

    class Meta:
        ordering: ClassVar = ["place", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workstream", "name"],
                name="one_rule_of_a_name",
                violation_error_message=_("There is a rule of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Test(models.TextChoices):
    """By letters alone, capital or small."""

    __test__ = False  # nothing for pytest

    IS = "is", pgettext_lazy("condition", "is")
    IS_NOT = "is_not", pgettext_lazy("condition", "is not")
    CONTAINS = "contains", pgettext_lazy("condition", "contains")
    BEGINS = "begins", pgettext_lazy("condition", "begins with")
    EMPTY = "empty", pgettext_lazy("condition", "is empty")
    FILLED = "filled", pgettext_lazy("condition", "is filled")


WITHOUT_VALUE = (Test.EMPTY, Test.FILLED)


class RuleCondition(models.Model):
    rule = models.ForeignKey(RoutingRule, on_delete=models.CASCADE, related_name="conditions")
    variable = models.ForeignKey(ContextVariable, on_delete=models.PROTECT, related_name="conditions")
    test = models.CharField(max_length=10, choices=Test)
    value = models.CharField(max_length=LONGEST_VALUE, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(test__in=["empty", "filled"], value="") | (~Q(test__in=["empty", "filled"]) & ~Q(value="")),
                name="condition_has_its_value",
            )
        ]

    def __str__(self) -> str:
        return f"{self.variable} {self.test} {self.value}".strip()

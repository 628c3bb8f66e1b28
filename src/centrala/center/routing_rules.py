"""Routing rules of a voice workstream: by its context variables they send calls to queues."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.models import User
from centrala.organization.posting import post_only
from centrala.workstreams.access import queues_of, rules_of, voice_workstreams_of
from centrala.workstreams.context import MOST_CONDITIONS, RoutingRule, RuleCondition, Test
from centrala.workstreams.context_changes import remove_rule, save_rule
from centrala.workstreams.models import KIND, Channel, Workstream
from centrala.workstreams.told_along import LONGEST_VALUE

UNPROCESSABLE = 422


@dataclass(frozen=True)
class Row:
    """What the page shows of one condition."""

    number: int
    fields: list[BoundField]


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    class Meta:
        model = RoutingRule
        fields = ("name", "place", "queue")
        labels = {
            "name": gettext_lazy("Name"),
            "place": gettext_lazy("Place in the list"),
            "queue": gettext_lazy("The queue to which it leads"),
        }
        help_texts = {
            "name": gettext_lazy("It is told of each call that the rule sent somewhere."),
            "place": gettext_lazy("Smaller numbers are looked at first, and the first rule that takes a call counts."),
        }
        widgets = {"name": forms.TextInput(WORDS | {"autocomplete": "off"})}

    def __init__(self, data: QueryDict | None, *, user: User, instance: RoutingRule) -> None:
        super().__init__(data, instance=instance)
        kind = KIND[Channel.VOICE]
        self.fields["queue"].queryset = queues_of(user).filter(kind=kind)  # type: ignore[attr-defined]
        self.fields["queue"].empty_label = None  # type: ignore[attr-defined]
        known = list(instance.conditions.all()) if instance.pk else []
        for number in range(1, MOST_CONDITIONS + 1):
            self._add(number, known[number - 1] if number <= len(known) else None, instance.workstream)

    def _add(self, number: int, known: RuleCondition | None, workstream: Workstream) -> None:
        self.fields[f"variable_{number}"] = forms.ModelChoiceField(
            label=gettext_lazy("Variable"),
            queryset=workstream.variables.all(),
            required=False,
            empty_label=_("No condition"),
            initial=known.variable_id if known else None,
        )
        self.fields[f"test_{number}"] = forms.ChoiceField(
            label=gettext_lazy("Comparison"),
            choices=Test.choices,
            required=False,
            initial=known.test if known else Test.IS,
        )
        self.fields[f"value_{number}"] = forms.CharField(
            label=pgettext_lazy("condition", "Value"),
            required=False,
            max_length=LONGEST_VALUE,
            initial=known.value if known else "",
            widget=forms.TextInput(WORDS | {"autocomplete": "off", "dir": "auto"}),
        )

    @property
    def rows(self) -> list[Row]:
        names = ("variable", "test", "value")
        return [Row(number, [self[f"{name}_{number}"] for name in names]) for number in range(1, MOST_CONDITIONS + 1)]

    @property
    def own(self) -> list[BoundField]:
        return [self[name] for name in self.Meta.fields]

    @property
    def conditions(self) -> list[RuleCondition]:
        return [
            RuleCondition(variable=variable, test=given[f"test_{number}"] or Test.IS, value=given[f"value_{number}"])
            for given in (self.cleaned_data,)
            for number in range(1, MOST_CONDITIONS + 1)
            if (variable := given[f"variable_{number}"]) is not None
        ]

    def clean(self) -> None:
        for number in range(1, MOST_CONDITIONS + 1):
            variable, value = (self.cleaned_data.get(f"{name}_{number}") for name in ("variable", "value"))
            if variable is None and value and f"variable_{number}" not in self.errors:
                self.add_error(f"variable_{number}", _("Choose the variable, or take the value away."))


@administrators_only
@require_safe
def listing(request: StaffRequest, workstream_id: int) -> HttpResponse:
    workstream = get_object_or_404(voice_workstreams_of(request.user), pk=workstream_id)
    rules = rules_of(request.user).filter(workstream=workstream)
    context = {"workstream": workstream, "rules": rules, "variables": workstream.variables.exists()}
    return render(request, "center/routing_rules.html", context)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest, workstream_id: int) -> HttpResponse:
    workstream = get_object_or_404(voice_workstreams_of(request.user), pk=workstream_id)
    last = workstream.rules.order_by("place").last()
    place = min(last.place + 1, 999) if last else 1
    return _form(request, RoutingRule(workstream=workstream, place=place, queue=workstream.queue))


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, rule_id: int) -> HttpResponse:
    return _form(request, get_object_or_404(rules_of(request.user), pk=rule_id))


@administrators_only
@post_only
def remove(request: StaffRequest, rule_id: int) -> HttpResponse:
    rule = get_object_or_404(rules_of(request.user), pk=rule_id)
    remove_rule(rule=rule, actor=request.user)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": rule.name})
    return redirect("center:routing-rules", rule.workstream_id)


def _form(request: StaffRequest, rule: RoutingRule) -> HttpResponse:
    known = rule.name
    form = RuleForm(request.POST if request.method == "POST" else None, user=request.user, instance=rule)
    if form.is_valid():
        try:
            save_rule(rule=form.instance, conditions=form.conditions, actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": form.instance})
            return redirect("center:routing-rules", rule.workstream_id)
    context = {"form": form, "workstream": rule.workstream, "known": known}
    return render(request, "center/routing_rule.html", context, status=UNPROCESSABLE if form.errors else 200)

"""The overflow of a queue: for each condition what becomes of whoever meets it."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.workstreams.access import queues_of
from centrala.workstreams.models import Queue, QueueKind
from centrala.workstreams.overflow import (
    LONGEST_CALL_WAIT,
    LONGEST_TEXT_WAIT,
    MOST_WAITING,
    Condition,
    OverflowRule,
    Remedy,
)
from centrala.workstreams.overflowing import conditions, remedies, save_overflow

UNPROCESSABLE = 422
NOTHING = ("", gettext_lazy("Nothing: it waits"))
ENDED = ("", gettext_lazy("Nothing: the call is ended"))  # by the workstream's hours
THRESHOLDS = {
    Condition.TOO_MANY: gettext_lazy("How many wait (1 to 100)"),
    Condition.LONG_WAIT: gettext_lazy("Average wait in minutes (1 to 60)"),
    Condition.WAITED: gettext_lazy("Wait in minutes"),
}
PLACES = {Condition.TOO_MANY: 1, Condition.LONG_WAIT: 2}
HELP = {
    Condition.OUT_OF_HOURS: gettext_lazy("By the operating hours of the workstream."),
    Condition.TOO_MANY: gettext_lazy("When a call comes and so many or more wait in this queue."),
    Condition.LONG_WAIT: gettext_lazy("It is known once 20 calls were answered within seven days."),
    Condition.WAITED: gettext_lazy("Since it came into this queue. Looked at every ten seconds."),
}


@dataclass(frozen=True)
class Part:
    """What the page shows of one condition."""

    condition: Condition
    help: str
    fields: list[BoundField]


class OverflowForm(forms.Form):
    def __init__(self, data: QueryDict | None, *, queue: Queue) -> None:
        super().__init__(data)
        self.queue = queue
        self.conditions = conditions(queue)
        known = {rule.condition: rule for rule in queue.overflow.all()}
        for condition in self.conditions:
            self._add(condition, known.get(condition))

    @property
    def parts(self) -> list[Part]:
        names = ("remedy", "threshold", "target", "number", "place")
        return [
            Part(
                condition,
                str(HELP[condition]),
                [self[f"{condition}-{name}"] for name in names if f"{condition}-{name}" in self.fields],
            )
            for condition in self.conditions
        ]

    @property
    def rules(self) -> list[OverflowRule]:
        return [self._rule(condition) for condition in self.conditions if self.cleaned_data[f"{condition}-remedy"]]

    def clean(self) -> None:
        for condition in self.conditions:
            name = f"{condition}-threshold"
            given = self.cleaned_data.get(f"{condition}-remedy")
            if given and name in self.fields and name not in self.errors and self.cleaned_data.get(name) is None:
                self.add_error(name, _("Say how many."))

    def explain(self, refused: Refused) -> None:
        self.add_error(refused.field or None, str(refused.message))

    def _add(self, condition: Condition, rule: OverflowRule | None) -> None:
        nothing = ENDED if condition == Condition.OUT_OF_HOURS else NOTHING
        self.fields[f"{condition}-remedy"] = forms.ChoiceField(
            label=gettext_lazy("What happens"),
            choices=[nothing, *((remedy.value, remedy.label) for remedy in remedies(self.queue))],
            required=False,
            initial=rule.remedy if rule else "",
        )
        if condition in THRESHOLDS:
            self.fields[f"{condition}-threshold"] = forms.IntegerField(
                label=THRESHOLDS[condition],
                required=False,
                min_value=1,
                max_value=self._most(condition),
                initial=rule.threshold if rule else None,
            )
        self.fields[f"{condition}-target"] = forms.ModelChoiceField(
            label=gettext_lazy("The other queue"),
            help_text=gettext_lazy("Where it goes to another queue."),
            queryset=Queue.objects.filter(kind=self.queue.kind).exclude(pk=self.queue.pk).order_by("name"),
            required=False,
            empty_label=_("None"),
            initial=rule.target_id if rule else None,
        )
        if Remedy.OUTSIDE in remedies(self.queue):
            self.fields[f"{condition}-number"] = forms.CharField(
                label=gettext_lazy("Number outside"),
                required=False,
                max_length=40,
                initial=rule.number if rule else "",
                help_text=gettext_lazy("In a country that the workstream allows callers to be transferred to."),
                widget=forms.TextInput({"type": "tel", "autocomplete": "off", "dir": "ltr"}),
            )
        if condition in PLACES:
            self.fields[f"{condition}-place"] = forms.IntegerField(
                label=gettext_lazy("Place in the list"),
                min_value=1,
                max_value=9,
                initial=rule.place if rule else PLACES[condition],
                help_text=gettext_lazy("Of these two conditions the one with the smaller number is looked at first."),
            )

    def _most(self, condition: Condition) -> int:
        if condition == Condition.TOO_MANY:
            return MOST_WAITING
        return LONGEST_TEXT_WAIT if self.queue.kind == QueueKind.MESSAGING else LONGEST_CALL_WAIT

    def _rule(self, condition: Condition) -> OverflowRule:
        told = {name: self.cleaned_data.get(f"{condition}-{name}") for name in ("remedy", "threshold", "target")}
        if told["remedy"] != Remedy.OTHER_QUEUE:
            told["target"] = None
        told["number"] = self.cleaned_data.get(f"{condition}-number") or ""
        if told["remedy"] != Remedy.OUTSIDE:
            told["number"] = ""
        return OverflowRule(condition=condition, place=self.cleaned_data.get(f"{condition}-place") or 1, **told)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: StaffRequest, queue_id: int) -> HttpResponse:
    queue = get_object_or_404(queues_of(request.user), pk=queue_id)
    form = OverflowForm(request.POST if request.method == "POST" else None, queue=queue)
    if form.is_valid():
        try:
            save_overflow(queue=queue, rules=form.rules, actor=request.user)
        except Refused as refused:
            form.explain(refused)
        else:
            messages.success(request, _("The overflow of “%(name)s” is saved.") % {"name": queue})
            return redirect("center:queue", queue.pk)
    context = {"form": form, "queue": queue}
    return render(request, "center/overflow.html", context, status=UNPROCESSABLE if form.errors else 200)

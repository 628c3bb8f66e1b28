"""The trial on the page Phone numbers: its minutes, its numbers, a second one."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centrala.azure.errors import AzureError
from centrala.calls.leases import declined_calls
from centrala.calls.models import Call
from centrala.connection.azure_words import in_words
from centrala.errors import Refused
from centrala.look.tags import phone
from centrala.numbers.access import numbers_of
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.models import User
from centrala.organization.posting import post_only
from centrala.trial import actions
from centrala.trial.access import trials_of
from centrala.trial.models import Trial


class SecondForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Number type"),
        choices=[(str(one), one.label) for one in (NumberType.GEOGRAPHIC, NumberType.TOLL_FREE)],
        help_text=gettext_lazy(
            "A toll-free number is called from the United States only, a geographic one also from abroad."
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Of a trial that has ended no number is shown. `declined` are the last calls that were."""

    trial: Trial
    numbers: list[PhoneNumber]
    declined: list[Call]
    second: SecondForm | None


def shown_trial(user: User) -> Shown | None:
    """None where no number was ever lent."""
    trial = trials_of(user).first()
    if trial is None:
        return None
    numbers = list(
        numbers_of(user).filter(connection=trial.connection).prefetch_related("lines__workstream").order_by("pk")
    )
    room = trial.ended_at is None and len(numbers) < actions.MOST_NUMBERS
    declined = declined_calls(trial.connection)
    return Shown(trial=trial, numbers=numbers, declined=declined, second=SecondForm() if room else None)


@administrators_only
@post_only
def add_trial_number(request: StaffRequest) -> HttpResponse:
    form = SecondForm(request.POST)
    if form.is_valid():
        try:
            given = actions.add_number(kind=NumberType(form.cleaned_data["kind"]), actor=request.user)
        except Refused as refused:
            messages.warning(request, refused.message)
        except AzureError as error:
            messages.warning(request, _("Azure could not be asked: %(reason)s") % {"reason": in_words(error)})
        else:
            messages.success(request, _("%(number)s is yours for the trial.") % {"number": phone(given.number)})
    return redirect("center:phone-numbers")

"""Automated messages of a workstream: a text an occasion, and none where the field is empty. Callers hear them."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override
from django.views.decorators.http import require_http_methods

from centrala.conversations.texts import sendable
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import explain
from centrala.workstreams.access import workstreams_of
from centrala.workstreams.changes import save_texts
from centrala.workstreams.models import Channel, Occasion, Workstream
from centrala.workstreams.wordings import USUAL

UNPROCESSABLE = 422
# In the workstream's language, for whoever does not know how to begin.
EXAMPLES = {
    Occasion.GREETING: gettext_noop("Hello! Thank you for writing to {OrganizationName}. We will answer shortly."),
    Occasion.CLOSED: gettext_noop("We are closed now and will answer when we are back."),
    Occasion.HOLIDAY: gettext_noop("Today is a holiday. We will answer on the next working day."),
    Occasion.ASSIGNED: gettext_noop("{AgentName} will help you now."),
    Occasion.ENDED: gettext_noop("Thank you for talking to us. Write again whenever you need us."),
    Occasion.OVERFLOW: gettext_noop("All our agents are busy. Please write to us again later."),
    Occasion.SILENT: gettext_noop("We have not heard from you and close this conversation. Write whenever you like."),
    Occasion.STOPPED: gettext_noop("You will get no more texts from this number. START turns them on again."),
    Occasion.STARTED: gettext_noop("You will get texts from this number again. STOP turns them off."),
    Occasion.HELP: gettext_noop("{OrganizationName}: write what you need and we will answer. STOP ends all texts."),
}
SPOKEN_EXAMPLES = {
    Occasion.GREETING: gettext_noop("Thank you for calling {OrganizationName}. Please hold the line."),
    Occasion.CLOSED: gettext_noop("You are calling outside of our hours. Please call again when we are back."),
    Occasion.HOLIDAY: gettext_noop("Today is a holiday. Please call again on the next working day."),
    Occasion.ENDED: gettext_noop("Thank you for calling. Goodbye."),
    Occasion.OVERFLOW: gettext_noop("All our agents are busy. Please call again later."),
    **USUAL,
}


class AutomatedForm(forms.Form):
    def __init__(self, data: QueryDict | None, *, workstream: Workstream) -> None:
        super().__init__(data)
        known = dict(workstream.automated_texts.values_list("occasion", "text"))
        self.occasions = list(SPOKEN_EXAMPLES if workstream.channel == Channel.VOICE else EXAMPLES)
        for occasion in self.occasions:
            self.fields[occasion] = forms.CharField(
                label=occasion.label,
                required=False,
                initial=known.get(occasion, ""),
                widget=forms.Textarea({"rows": 2}),
                help_text=_help(occasion) % {"text": _example(occasion, workstream)},
            )

    def clean(self) -> dict[str, str]:
        for occasion in self.occasions:
            if text := self.cleaned_data.get(occasion):
                try:
                    self.cleaned_data[occasion] = sendable(text)
                except Refused as refused:
                    self.add_error(occasion, refused.message)
        return self.cleaned_data

    @property
    def texts(self) -> dict[Occasion, str]:
        return {occasion: text for occasion in self.occasions if (text := self.cleaned_data[occasion])}


def _help(occasion: Occasion) -> str:
    return _("Where it is empty: %(text)s") if occasion in USUAL else _("For example: %(text)s")


def _example(occasion: Occasion, workstream: Workstream) -> str:
    examples = SPOKEN_EXAMPLES if workstream.channel == Channel.VOICE else EXAMPLES
    with override(workstream.language):
        return _(examples[occasion])


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: StaffRequest, workstream_id: int) -> HttpResponse:
    workstream = get_object_or_404(workstreams_of(request.user), pk=workstream_id)
    form = AutomatedForm(request.POST if request.method == "POST" else None, workstream=workstream)
    if form.is_valid():
        try:
            save_texts(workstream=workstream, texts=form.texts, actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("The automated messages are saved."))
            return redirect("center:workstream", workstream.pk)
    context = {"form": form, "workstream": workstream}
    return render(request, "center/automated.html", context, status=UNPROCESSABLE if form.errors else 200)

"""What an IVR's call would do: its headers are read and the rules asked, without any call."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from centrala.organization.access import StaffRequest, administrators_only
from centrala.workstreams.access import voice_workstreams_of
from centrala.workstreams.choosing import tried
from centrala.workstreams.told_along import LONGEST_HEADER, USER_TO_USER, Told, header_of, named_headers, read

UNPROCESSABLE = 422
LONGEST_LINES = 20_000


class TrialForm(forms.Form):
    header = forms.CharField(
        label="User-to-User",
        required=False,
        max_length=LONGEST_HEADER,
        help_text=gettext_lazy("As the other system sends it: Language=pl;Order=4711, or as hex with ;encoding=hex."),
        widget=forms.Textarea({"rows": 3, "spellcheck": "false", "autocapitalize": "none", "dir": "ltr"}),
    )
    others = forms.CharField(
        label=gettext_lazy("Other headers"),
        required=False,
        max_length=LONGEST_LINES,
        help_text=gettext_lazy(
            "One in a line, as Language: pl. Of calls over the internet, or with X-MS-Custom- before the name."
        ),
        widget=forms.Textarea({"rows": 3, "spellcheck": "false", "autocapitalize": "none", "dir": "ltr"}),
    )

    @property
    def told(self) -> Told:
        """As it would be read of a call."""
        header = self.cleaned_data["header"]
        sip = {USER_TO_USER: header_of(header)} if header else {}
        return read(sip, named_headers(self.cleaned_data["others"].splitlines()))


@sensitive_post_parameters()
@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: StaffRequest, workstream_id: int) -> HttpResponse:
    workstream = get_object_or_404(voice_workstreams_of(request.user), pk=workstream_id)
    form = TrialForm(request.POST if request.method == "POST" else None)
    trial = tried(workstream, form.told) if form.is_valid() else None
    context = {"form": form, "workstream": workstream, "trial": trial}
    return render(request, "center/trying_calls.html", context, status=UNPROCESSABLE if form.errors else 200)

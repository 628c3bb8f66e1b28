"""Workstreams: how the texts to a number are treated, and what they ask of an agent."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centrala.center.forms import Lines
from centrala.errors import Refused
from centrala.numbers.access import numbers_of
from centrala.numbers.countries import countries_field
from centrala.numbers.models import PhoneNumber
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.models import User
from centrala.organization.posting import post_only
from centrala.workstreams.access import queues_of, workstreams_of
from centrala.workstreams.changes import remove_workstream, save_workstream
from centrala.workstreams.models import KIND, LONGEST_WRAP_UP, Channel, Presence, Transcribed, Workstream, usual
from centrala.workstreams.words import EVERYWHERE, Command

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UNPROCESSABLE = 422
TOLD = ("tells_position", "tells_wait")
RECORDING = ("recording", "consent", "transcription", "ai_endpoint", "pause_on_hold", "keep_recordings_days")
CALLS = ("hidden_callers", *TOLD, *RECORDING, "transfer_countries", "most_transfers", "sends_context")
ALWAYS, NEVER, FOR = "always", "never", "for"
BLOCKING = [
    (ALWAYS, gettext_lazy("Until the conversation is closed")),
    (NEVER, gettext_lazy("Not at all")),
    (FOR, gettext_lazy("For so many seconds:")),
]


class WordsField(forms.CharField):
    """Words with commas or line ends between them."""

    def __init__(self, command: Command, *, label: "StrOrPromise") -> None:
        always = format_lazy(
            gettext_lazy("Besides those that always count: {words}"), words=", ".join(EVERYWHERE[command])
        )
        super().__init__(label=label, required=False, max_length=1000, help_text=always, widget=forms.TextInput(WORDS))

    def prepare_value(self, value: object) -> object:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: object) -> list[str]:
        return [word for part in re.split("[,;\n]", super().clean(value)) if (word := part.strip())]


class WorkstreamForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    numbers = Lines(
        label=gettext_lazy("Phone numbers"),
        queryset=PhoneNumber.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("A number on another workstream of the same channel moves here."),
    )
    allowed_presences = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Allowed presences"),
        choices=[(one.value, one.label) for one in Presence if one != Presence.INACTIVE],
        coerce=str,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Who is seen in another way is not asked."),
    )
    blocking = forms.ChoiceField(
        label=gettext_lazy("The wrap-up takes capacity"), choices=BLOCKING, widget=forms.RadioSelect
    )
    wrap_up_seconds = forms.IntegerField(
        label=gettext_lazy("Seconds"), required=False, min_value=1, max_value=LONGEST_WRAP_UP
    )

    transfer_countries = countries_field(gettext_lazy("Callers may be transferred to numbers in"))
    stop_words = WordsField(Command.STOP, label=gettext_lazy("No more texts"))
    start_words = WordsField(Command.START, label=gettext_lazy("Texts again"))
    help_words = WordsField(Command.HELP, label=gettext_lazy("Help"))

    class Meta:
        model = Workstream
        fields = (
            "name",
            "queue",
            "hours",
            "language",
            "units",
            "offer_seconds",
            "keep_same_agent",
            "auto_close_minutes",
            "allowed_presences",
            "wrap_up_seconds",
            *Command,
            "code_required",
            *CALLS,
        )
        labels = {
            "name": gettext_lazy("Name"),
            "queue": gettext_lazy("Queue"),
            "hours": gettext_lazy("Operating hours"),
            "language": gettext_lazy("Language"),
            "units": gettext_lazy("Capacity in units"),
            "offer_seconds": gettext_lazy("Seconds to accept an offer"),
            "keep_same_agent": gettext_lazy("Keep the same agent for the whole conversation"),
            "auto_close_minutes": gettext_lazy("Close after so many minutes of silence"),
            "code_required": gettext_lazy("Agents choose a wrap-up code before they close"),
            "hidden_callers": gettext_lazy("Callers who hide their number"),
            "most_transfers": gettext_lazy("Most transfers outside in a day"),
            "sends_context": gettext_lazy("What is known of a call goes along with its caller"),
            "tells_position": gettext_lazy("Callers hear their position in the queue"),
            "tells_wait": gettext_lazy("Callers hear the average wait"),
            "recording": gettext_lazy("Calls are recorded"),
            "consent": gettext_lazy("Before the recording callers hear"),
            "transcription": gettext_lazy("What is said in calls is written down"),
            "ai_endpoint": gettext_lazy("Address of the AI resource"),
            "pause_on_hold": gettext_lazy("The recording pauses while the customer is on hold"),
            "keep_recordings_days": gettext_lazy("Recordings are kept for so many days"),
        }
        help_texts = {
            "language": gettext_lazy("Of what the hub itself writes to customers."),
            "units": gettext_lazy("What a conversation takes of an agent's 100."),
            "offer_seconds": gettext_lazy("0: the conversation is given without asking."),
            "auto_close_minutes": gettext_lazy(
                "Of conversations that were set aside. Empty: they are never closed by themselves."
            ),
            "hidden_callers": gettext_lazy(
                "What they hear is an automated message. Who is rejected becomes no conversation."
            ),
            "tells_position": gettext_lazy("Every 30 seconds while they wait."),
            "tells_wait": gettext_lazy(
                "Once, where it is longer than a minute. It is known once 20 calls were answered within seven days."
            ),
            "consent": gettext_lazy("Who does not agree is talked to all the same, without a recording."),
            "transcription": gettext_lazy(
                "By Azure, in the language above. Transcripts are kept as long as recordings, and read by those who "
                "may listen."
            ),
            "ai_endpoint": gettext_lazy(
                "Endpoint of an Azure AI services resource that is linked to the Communication Services resource "
                "(Cognitive Services there). Where none is, Azure writes nothing down; the call goes on."
            ),
            "most_transfers": gettext_lazy(
                "Against toll fraud: by agents and by overflow, whether or not anybody answers. The day is that of UTC."
            ),
            "sends_context": gettext_lazy(
                "As the header User-to-User, for an IVR at the number outside: the context variables leave the house, "
                "and a reference by which a caller who comes back is known again."
            ),
            "keep_recordings_days": gettext_lazy(
                "Empty: until somebody deletes them. Those of customers under a legal hold stay."
            ),
        }
        widgets = {"name": forms.TextInput(WORDS | {"autocomplete": "off"})}

    def __init__(self, data: QueryDict | None, *, user: User, instance: Workstream) -> None:
        seconds = instance.wrap_up_seconds
        blocking = ALWAYS if seconds is None else FOR if seconds else NEVER
        chosen = [line.number_id for line in instance.lines.all()] if instance.pk else []
        initial = {"numbers": chosen, "blocking": blocking, "wrap_up_seconds": seconds or None}
        super().__init__(data, instance=instance, initial=initial)
        channel = Channel(instance.channel)
        if channel == Channel.VOICE:
            self.fields["language"].help_text = _("Of what the hub says to callers, and of transcripts.")
        answers = {"receives_sms": True} if channel == Channel.SMS else {"receives_calls": True}
        self.fields["numbers"].queryset = numbers_of(user).filter(**answers)  # type: ignore[attr-defined]
        self.fields["queue"].queryset = queues_of(user).filter(kind=KIND[channel])  # type: ignore[attr-defined]
        self.fields["hours"].empty_label = _("Always open")  # type: ignore[attr-defined]
        self.fields["queue"].empty_label = None  # type: ignore[attr-defined]  # a new one waits in the default queue
        if channel == Channel.VOICE:
            for name in ("auto_close_minutes", *Command):  # a call does not wait for its caller
                del self.fields[name]
        else:
            for name in CALLS:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        blocking = cleaned.get("blocking")
        if blocking == FOR and not cleaned.get("wrap_up_seconds") and not self.has_error("wrap_up_seconds"):
            self.add_error("wrap_up_seconds", _("Enter how many seconds."))
        elif blocking != FOR:
            cleaned["wrap_up_seconds"] = 0 if blocking == NEVER else None
        wanted = cleaned.get("transcription", Transcribed.NEVER) != Transcribed.NEVER
        if wanted and not cleaned.get("ai_endpoint") and not self.has_error("ai_endpoint"):
            self.add_error("ai_endpoint", _("Enter its address: without an AI resource nothing is written down."))
        return cleaned


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    return render(request, "center/workstreams.html", {"workstreams": workstreams_of(request.user)})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest, channel: str) -> HttpResponse:
    return _form(request, Workstream(channel=channel, **usual(Channel(channel))))


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, workstream_id: int) -> HttpResponse:
    return _form(request, get_object_or_404(workstreams_of(request.user), pk=workstream_id))


@administrators_only
@post_only
def remove(request: StaffRequest, workstream_id: int) -> HttpResponse:
    workstream = get_object_or_404(workstreams_of(request.user), pk=workstream_id)
    try:
        remove_workstream(workstream=workstream, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("center:workstream", workstream_id)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": workstream.name})
    return redirect("center:workstreams")


def _form(request: StaffRequest, workstream: Workstream) -> HttpResponse:
    known = workstream.name
    form = WorkstreamForm(request.POST or None, user=request.user, instance=workstream)
    if not workstream.pk and request.GET.get("number"):  # Set up workstream, of a number that was just bought
        form.initial["numbers"] = [request.GET["number"]]
    if form.is_valid():
        try:
            save_workstream(workstream=form.instance, numbers=form.cleaned_data["numbers"], actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": form.instance})
            return redirect("center:workstreams")
    context = {"form": form, "workstream": workstream if workstream.pk else None, "known": known}
    return render(request, "center/workstream.html", context, status=UNPROCESSABLE if form.errors else 200)

"""A workstream's own sounds: uploaded, listened to, taken away."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import explain
from centrala.organization.models import User
from centrala.organization.posting import post_only
from centrala.workstreams.access import sounds_of, workstreams_of
from centrala.workstreams.models import Channel, Workstream
from centrala.workstreams.sounding import PURPOSES, remove_sound, save_sound

UNPROCESSABLE = 422


class SoundForm(forms.Form):
    workstream = forms.ModelChoiceField(queryset=Workstream.objects.none(), widget=forms.HiddenInput)
    purpose = forms.ChoiceField(label=gettext_lazy("When it is heard"), choices=PURPOSES)
    file = forms.FileField(
        label=gettext_lazy("WAV file"),
        help_text=gettext_lazy(
            "PCM of 16 bits, mono or stereo, with 8, 11.025, 16, 22.05, 24, 32, 44.1 or 48 kHz; at most 10 minutes and "
            "20 MB. Ten minutes fit with one channel and 16 kHz; with two channels and 48 kHz it is a minute and a "
            "half."
        ),
        widget=forms.ClearableFileInput({"accept": ".wav,audio/wav"}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, Any] | None = None,
        *,
        user: User,
        workstream: Workstream | None = None,
    ) -> None:
        super().__init__(data, files, initial={"workstream": workstream})
        voice = workstreams_of(user).filter(channel=Channel.VOICE)
        self.fields["workstream"].queryset = voice  # type: ignore[attr-defined]


@administrators_only
@require_safe
def page(request: StaffRequest, workstream_id: int) -> HttpResponse:
    voice = workstreams_of(request.user).filter(channel=Channel.VOICE)
    workstream = get_object_or_404(voice, pk=workstream_id)
    return _page(request, SoundForm(user=request.user, workstream=workstream), workstream)


@administrators_only
@post_only
def upload(request: StaffRequest) -> HttpResponse:
    """At one address for all workstreams: it alone takes so much. See centrala.bounded."""
    form = SoundForm(request.POST, request.FILES, user=request.user)
    voice = workstreams_of(request.user).filter(channel=Channel.VOICE)
    workstream = get_object_or_404(voice, pk=_number(request.POST.get("workstream", "")))
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            save_sound(
                workstream=workstream,
                purpose=form.cleaned_data["purpose"],
                name=file.name,
                content=file.read(),
                actor=request.user,
            )
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("The sound is saved."))
            return redirect("center:sounds", workstream.pk)
    return _page(request, form, workstream)


@administrators_only
@post_only
def remove(request: StaffRequest, sound_id: int) -> HttpResponse:
    sound = get_object_or_404(sounds_of(request.user), pk=sound_id)
    remove_sound(sound=sound, actor=request.user)
    messages.success(request, _("The sound is deleted."))
    return redirect("center:sounds", sound.workstream_id)


@administrators_only
@require_safe
def play(request: StaffRequest, sound_id: int) -> HttpResponse:
    from centrala_sound.frames import samples_of  # few processes play any
    from centrala_sound.wav import written

    sound = get_object_or_404(sounds_of(request.user), pk=sound_id)
    return HttpResponse(written(samples_of(bytes(sound.samples))), content_type="audio/wav")


def _number(told: str) -> int:
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0


def _page(request: StaffRequest, form: SoundForm, workstream: Workstream) -> HttpResponse:
    sounds = sounds_of(request.user).filter(workstream=workstream).defer("samples")
    labels = dict(PURPOSES)
    shown = [(labels.get(sound.purpose, sound.purpose), sound) for sound in sounds]
    context = {"form": form, "workstream": workstream, "sounds": shown}
    return render(request, "center/sounds.html", context, status=UNPROCESSABLE if form.errors else 200)

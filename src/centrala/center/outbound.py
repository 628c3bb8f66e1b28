"""Outbound profiles: who may call out by which number, where to, and how much."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from centrala.center.forms import People
from centrala.dialling.access import profiles_of
from centrala.dialling.changes import remove_profile, save_profile
from centrala.dialling.countries import names
from centrala.dialling.models import Profile
from centrala.errors import Refused
from centrala.look.tags import phone
from centrala.numbers.access import numbers_of
from centrala.numbers.models import PhoneNumber
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.models import User
from centrala.organization.posting import post_only
from centrala.workstreams.access import queues_of, workstreams_of
from centrala.workstreams.models import Channel, Queue, Workstream

UNPROCESSABLE = 422


class CallerNumber(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    def label_from_instance(self, obj: PhoneNumber) -> str:
        return phone(obj.number)


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    number = CallerNumber(
        label=gettext_lazy("Caller number"),
        queryset=PhoneNumber.objects.none(),
        empty_label=gettext_lazy("Choose…"),
        help_text=gettext_lazy("What the other side sees. Only numbers with “Make calls” stand here."),
    )
    workstream = forms.ModelChoiceField(
        label=gettext_lazy("Workstream"),
        queryset=Workstream.objects.none(),
        empty_label=gettext_lazy("Choose…"),
        help_text=gettext_lazy("Whose capacity, recording, wrap-up and queue the calls have."),
    )
    people = People(
        label=gettext_lazy("Who may use it"),
        queryset=User.objects.working(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    queues = forms.ModelMultipleChoiceField(
        label=gettext_lazy("And the members of these queues"),
        queryset=Queue.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Allowed countries"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Numbers of other countries are refused. Without any, nothing can be dialled."),
    )

    class Meta:
        model = Profile
        fields = (
            "label",
            "number",
            "workstream",
            "people",
            "queues",
            "countries",
            "most_calls",
            "most_minutes",
            "longest_minutes",
        )
        labels = {
            "label": gettext_lazy("Label"),
            "most_calls": gettext_lazy("Most calls a day"),
            "most_minutes": gettext_lazy("Most minutes a day"),
            "longest_minutes": gettext_lazy("Longest call in minutes"),
        }
        help_texts = {
            "label": gettext_lazy("As agents see it where they dial."),
            "most_calls": gettext_lazy("Against toll fraud. The day is that of UTC."),
            "most_minutes": gettext_lazy("Of talk. Who dials after that is refused, until the next day of UTC."),
            "longest_minutes": gettext_lazy("The call is ended then."),
        }
        widgets = {"label": forms.TextInput(WORDS | {"autocomplete": "off"})}

    def __init__(self, data: QueryDict | None, *, user: User, instance: Profile | None = None) -> None:
        super().__init__(data, instance=instance)
        self.fields["number"].queryset = numbers_of(user).filter(makes_calls=True)  # type: ignore[attr-defined]
        self.fields["workstream"].queryset = workstreams_of(user).filter(channel=Channel.VOICE)  # type: ignore[attr-defined]
        self.fields["queues"].queryset = queues_of(user)  # type: ignore[attr-defined]
        chosen = self["countries"].value() or []
        called = sorted(names(get_language() or "en").items(), key=lambda one: one[0] not in chosen)
        self.fields["countries"].choices = called  # type: ignore[attr-defined]  # first those that are allowed


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    profiles = list(profiles_of(request.user).prefetch_related("people", "queues"))
    called = names(get_language() or "en")
    rows = [(one, ", ".join(called.get(code, code) for code in one.countries)) for one in profiles]
    return render(request, "center/outbound_profiles.html", {"rows": rows})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    return _form(request, ProfileForm(request.POST or None, user=request.user))


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, profile_id: int) -> HttpResponse:
    profile = get_object_or_404(profiles_of(request.user), pk=profile_id)
    return _form(request, ProfileForm(request.POST or None, user=request.user, instance=profile))


@administrators_only
@post_only
def remove(request: StaffRequest, profile_id: int) -> HttpResponse:
    profile = get_object_or_404(profiles_of(request.user), pk=profile_id)
    remove_profile(profile=profile, actor=request.user)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": profile.label})
    return redirect("center:outbound-profiles")


def _form(request: StaffRequest, form: ProfileForm) -> HttpResponse:
    if form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in ("people", "queues")}
        try:
            profile = save_profile(profile=form.instance, actor=request.user, **chosen)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": profile})
            return redirect("center:outbound-profiles")
    known = Profile.objects.filter(pk=form.instance.pk).first()
    context = {"form": form, "profile": known}
    return render(request, "center/outbound_profile.html", context, status=UNPROCESSABLE if form.errors else 200)

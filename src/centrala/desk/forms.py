"""What the desk's pages are asked for."""

from typing import Any

from django import forms
from django.db.models import QuerySet, TextChoices
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.campaigns.access import templates_of
from centrala.campaigns.models import Template
from centrala.campaigns.placeholders import places
from centrala.conversations.customers import number_to_write_to
from centrala.conversations.models import LONGEST_TAG
from centrala.conversations.noting import LONGEST_NOTE
from centrala.conversations.texts import sendable
from centrala.errors import Refused
from centrala.keyset import CursorField
from centrala.look.tags import phone
from centrala.numbers.access import numbers_of
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.routing.actions import CHOICES
from centrala.workstreams.models import Presence


class Show(TextChoices):
    """Which conversations a list shows."""

    TO_DO = "", pgettext_lazy("conversations", "To do")  # the reader's own, and what waits for anybody
    MINE = "mine", pgettext_lazy("conversations", "Mine")
    QUEUE = "queue", pgettext_lazy("conversations", "Queue")
    ALL = "all", pgettext_lazy("conversations", "All")


class ListForm(forms.Form):
    """`after` asks for the page below it; `until` asks for everything down to it (a longer list, refreshed)."""

    show = forms.TypedChoiceField(choices=Show.choices, coerce=Show, empty_value=Show.TO_DO, required=False)
    search = forms.CharField(required=False, max_length=100)  # among all, whatever `show` says
    tag = forms.CharField(required=False, max_length=LONGEST_TAG)
    after = CursorField()
    until = CursorField()


class PresenceForm(forms.Form):
    presence = forms.TypedChoiceField(
        choices=[choice for choice in Presence.choices if choice[0] in CHOICES], coerce=Presence
    )


class Lines(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """Phone numbers, as they are read."""

    def label_from_instance(self, obj: PhoneNumber) -> str:
        return phone(obj.number)


class ThreadForm(forms.Form):
    before = CursorField()


class TextField(forms.CharField):
    """The text as it will be sent; one that cannot be is refused in the same words everywhere."""

    def clean(self, value: object) -> str:
        try:
            return sendable(str(value or ""))
        except Refused as refused:
            raise forms.ValidationError(refused.message) from None


class StartForm(forms.Form):
    """`number` is the one of ours that writes."""

    customer = forms.CharField(
        label=_("Customer's number"),
        max_length=40,
        help_text=_("With its country code, as +48 600 100 200."),
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off", "class": "words"}),
    )
    number = Lines(label=_("From"), queryset=PhoneNumber.objects.none(), empty_label=None)
    template = forms.ModelChoiceField(
        label=_("Template"), queryset=Template.objects.none(), required=False, empty_label=_("None")
    )
    text = TextField(label=_("Text"), widget=forms.Textarea({"rows": 3}))

    def __init__(self, data: QueryDict | None, *, user: User) -> None:
        """With `fill` in its data nothing is sent: the form shows what was typed, with the template's text in it."""
        fills = data is not None and "fill" in data
        super().__init__(None if fills else data, initial=data.dict() if data and fills else None)
        templates = templates_of(user)
        if templates.exists():
            self.fields["template"].queryset = templates  # type: ignore[attr-defined]
        else:
            del self.fields["template"]
        if data is not None and fills:
            self._fill_in(templates, data)
        self.fields["number"].queryset = numbers_of(user).filter(sends_sms=True)  # type: ignore[attr-defined]

    def clean_customer(self) -> str:
        try:
            return number_to_write_to(self.cleaned_data["customer"])
        except Refused as refused:
            raise forms.ValidationError(refused.message) from None

    def clean(self) -> dict[str, Any]:
        """A template's places are the agent's to fill before it leaves."""
        cleaned = super().clean() or {}
        template = cleaned.pop("template", None)
        open_ = (
            [place for place in places(template.text) if f"{{{place}}}" in cleaned.get("text", "")] if template else []
        )
        if open_:
            self.add_error("text", _("Fill in {%(place)s} first.") % {"place": open_[0]})
        return cleaned

    def _fill_in(self, templates: QuerySet[Template], data: QueryDict) -> None:
        """What the agent has written is not replaced; the text of a template is."""
        chosen = data.get("template", "")
        texts = {str(template.pk): template.text for template in templates}
        written = data.get("text", "").replace("\r\n", "\n").strip()
        if chosen in texts and (not written or written in texts.values()):
            self.initial["text"] = texts[chosen]


class HereForm(forms.Form):
    """What somebody does in a conversation whose page is open."""

    doing = forms.ChoiceField(choices=[(doing, doing) for doing in ("coming", "looking", "writing", "gone")])


class Said(forms.Form):
    """One text and what is wrong with it."""

    @property
    def problem(self) -> str:
        """The first thing that is wrong, for the line above the box."""
        return next((str(error) for errors in self.errors.values() for error in errors), "")


class ReplyForm(Said):
    """`known` is the last entry of the thread that its author saw when beginning to write."""

    text = TextField()
    known = CursorField()


class NoteForm(Said):
    """`key` is the form's own: sent twice it is one note."""

    key = forms.UUIDField(required=False)
    text = forms.CharField(
        max_length=LONGEST_NOTE, error_messages={"required": _("Write something first: an empty note is none.")}
    )

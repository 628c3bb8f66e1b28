"""What the pages of campaigns and templates ask for."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centrala.campaigns.access import templates_of
from centrala.campaigns.models import Template
from centrala.look.tags import phone
from centrala.numbers.access import numbers_of
from centrala.numbers.models import PhoneNumber
from centrala.organization.forms import WORDS
from centrala.organization.models import User

LAST_LINE = 2**31 - 1
PLACES = gettext_lazy("{name} is filled from the column “name” of the file, and so on for every column.")


class Lines(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """Phone numbers, as they are read."""

    def label_from_instance(self, obj: PhoneNumber) -> str:
        return phone(obj.number)


class CampaignForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("campaign", "Name"),
        help_text=gettext_lazy("For you and your colleagues; customers do not see it."),
        max_length=100,
        widget=forms.TextInput(WORDS | {"autocomplete": "off"}),
    )
    number = Lines(label=gettext_lazy("From"), queryset=PhoneNumber.objects.none(), empty_label=None)
    template = forms.ModelChoiceField(
        label=gettext_lazy("Template"),
        queryset=Template.objects.none(),
        required=False,
        empty_label=gettext_lazy("None: the text below"),
    )
    text = forms.CharField(
        label=gettext_lazy("Text"), required=False, help_text=PLACES, widget=forms.Textarea({"rows": 4})
    )
    file = forms.FileField(
        label=gettext_lazy("CSV file of customers"),
        help_text=gettext_lazy(
            "One line a customer, at most 25,000. The first line names the columns; one of them is number, phone, "
            "numer or telefon. Numbers without a country code are taken for those of the sender's country."
        ),
        widget=forms.ClearableFileInput({"accept": ".csv,.txt,text/csv"}),
    )

    def __init__(
        self, data: QueryDict | None = None, files: MultiValueDict[str, Any] | None = None, *, user: User
    ) -> None:
        super().__init__(data, files)
        self.fields["number"].queryset = numbers_of(user).filter(sends_sms=True)  # type: ignore[attr-defined]
        self.fields["template"].queryset = templates_of(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        template, text = cleaned.pop("template", None), cleaned.get("text", "").strip()
        if template and text and text != template.text:
            self.add_error("text", _("Choose a template or write a text: both at once cannot be sent."))
        elif template:
            cleaned["text"] = template.text
        elif not text:
            self.add_error("text", _("Choose a template above, or write a text."))
        return cleaned


class TemplateForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("template", "Name"), max_length=100, widget=forms.TextInput(WORDS | {"autocomplete": "off"})
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy("Places in braces, as {name}, are filled when the text is sent."),
        widget=forms.Textarea({"rows": 4}),
    )


class RowsForm(forms.Form):
    """Which rows of a campaign, and below which line."""

    show = forms.ChoiceField(choices=[("", ""), ("left_out", ""), ("failed", "")], required=False)
    after = forms.IntegerField(min_value=0, max_value=LAST_LINE, required=False)

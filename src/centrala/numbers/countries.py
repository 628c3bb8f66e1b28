"""Countries by their two letters (ISO 3166), as far as telephone numbers know them."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumbers import (
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_valid_number,
    number_type,
    parse,
    region_code_for_number,
)

from centrala.errors import Refused
from centrala.numbers.emergency import refuse_emergency

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SEPARATORS = re.compile(r"[\s,;]+")
SOME_NAMED = 12  # countries that a reason names
COSTLY = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}


class CountriesField(forms.CharField):
    """Two letters each, with commas or spaces between them; clean answers them sorted, each once."""

    def prepare_value(self, value: object) -> object:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: object) -> list[str]:
        told = {one.upper() for one in SEPARATORS.split(super().clean(value)) if one}
        if unknown := sorted(told - SUPPORTED_REGIONS):
            raise forms.ValidationError(
                _("%(words)s: no country has these letters. Fix: two letters each, as PL, DE.")
                % {"words": ", ".join(unknown)[:100]}
            )
        return sorted(told)


def countries_field(label: "StrOrPromise") -> CountriesField:
    return CountriesField(
        label=label,
        required=False,
        max_length=1_000,
        help_text=gettext_lazy("Two letters each, as PL, DE. Empty: no number at all."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "class": "words"}),
    )


def number_to_call(text: str, *, countries: Iterable[str]) -> str:
    """E.164 with its plus. Raises Refused for what is no number, is for emergencies, or lies in a country that was not
    allowed; a number without its country's code is taken for one of the country where only one is allowed."""
    allowed = sorted(countries)
    refuse_emergency(text)
    if not allowed:
        raise Refused(
            _("No country is allowed for calls yet. Fix: an administrator names the countries."), field="number"
        )
    try:
        number = parse(text, allowed[0] if len(allowed) == 1 else None)
    except NumberParseException:
        raise Refused(
            _("“%(text)s” is no telephone number. Fix: write it with its country code, as +48 600 100 200.")
            % {"text": text.strip()[:40]},
            field="number",
        ) from None
    if not is_valid_number(number):
        raise Refused(_("Nobody can have this number. Fix: look for a digit too many or too few."), field="number")
    if region_code_for_number(number) not in allowed:
        names = ", ".join(allowed[:SOME_NAMED])
        raise Refused(
            _("Calls to this country are not allowed. Allowed: %(countries)s.") % {"countries": names}, field="number"
        )
    if number_type(number) in COSTLY:
        raise Refused(_("This number costs more than a call: premium numbers are not dialled."), field="number")
    return str(format_number(number, PhoneNumberFormat.E164))

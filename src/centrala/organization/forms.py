"""What people enter about themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centrala.errors import Refused

LANGUAGES = [("", gettext_lazy("As the browser asks")), *settings.LANGUAGES]
WORDS = {"class": "words"}
SECRET = {"class": "words", "autocomplete": "new-password"}


def explain(form: forms.BaseForm, refused: Refused) -> None:
    """A refusal at the field it names, if the form has it."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)


def changes(form: forms.Form) -> dict[str, Any]:  # each of its field's type
    """What was changed on the page: one that has been open for long must not undo what others did since.

    A field with `show_hidden_initial` sends along what it showed; one that does not send it counts as changed.
    """
    return {
        name: value
        for name, value in form.cleaned_data.items()
        if name in form.changed_data or form.add_initial_prefix(name) not in form.data
    }


class NewPasswordForm(forms.Form):
    """The rules for passwords are the action's, which knows whose it is."""

    password = forms.CharField(
        label=gettext_lazy("New password"), strip=False, widget=forms.PasswordInput(SECRET, render_value=False)
    )
    again = forms.CharField(
        label=gettext_lazy("New password again"), strip=False, widget=forms.PasswordInput(SECRET, render_value=False)
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError(_("This is not the same password."))
        return again


class SetUpForm(NewPasswordForm):
    first_name = forms.CharField(
        label=pgettext_lazy("person", "Name"),
        help_text=gettext_lazy("As others see it."),
        max_length=150,
        widget=forms.TextInput(WORDS | {"autocomplete": "name"}),
    )
    username = forms.CharField(
        label=gettext_lazy("Username"),
        help_text=gettext_lazy("For signing in: letters, digits and @ . + - _"),
        max_length=150,
        widget=forms.TextInput(WORDS | {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES, required=False)

    field_order = ["first_name", "username", "password", "again", "language"]


class ProfileForm(forms.Form):
    first_name = forms.CharField(
        label=pgettext_lazy("person", "Name"),
        help_text=gettext_lazy("As others see it."),
        max_length=150,
        required=False,
        show_hidden_initial=True,
        widget=forms.TextInput(WORDS | {"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("For a new password, where mail is set up."),
        max_length=254,
        required=False,
        show_hidden_initial=True,
        widget=forms.EmailInput(WORDS | {"autocomplete": "email"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=LANGUAGES, required=False, show_hidden_initial=True
    )


class ChangePasswordForm(NewPasswordForm):
    current = forms.CharField(
        label=gettext_lazy("Current password"),
        strip=False,
        widget=forms.PasswordInput({"class": "words", "autocomplete": "current-password"}, render_value=False),
    )

    field_order = ["current", "password", "again"]

"""What the desk's pages are asked for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from centrala.conversations.models import ConversationState
from centrala.conversations.queries import Cursor


class CursorField(forms.CharField):
    def clean(self, value: object) -> Cursor | None:
        text = super().clean(value)
        try:
            return Cursor.parse(text) if text else None
        except ValueError:
            raise forms.ValidationError(_("This is not a place in a list.")) from None


class ListForm(forms.Form):
    """`after` asks for the page below it; `until` asks for everything down to it (a longer list, refreshed)."""

    state = forms.ChoiceField(choices=[("", _("All")), *ConversationState.choices], required=False)
    after = CursorField(required=False)
    until = CursorField(required=False)


class ThreadForm(forms.Form):
    """`seen`: somebody is looking at the thread as it refreshes."""

    before = CursorField(required=False)
    seen = forms.BooleanField(required=False)

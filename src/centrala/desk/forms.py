"""What the desk's pages are asked for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from centrala.conversations.models import ConversationState
from centrala.conversations.texts import sendable
from centrala.errors import Refused
from centrala.keyset import CursorField


class ListForm(forms.Form):
    """`after` asks for the page below it; `until` asks for everything down to it (a longer list, refreshed)."""

    state = forms.ChoiceField(choices=[("", _("All")), *ConversationState.choices], required=False)
    after = CursorField()
    until = CursorField()


class ThreadForm(forms.Form):
    before = CursorField()


class TextField(forms.CharField):
    """The text as it will be sent; one that cannot be is refused in the same words everywhere."""

    def clean(self, value: object) -> str:
        try:
            return sendable(str(value or ""))
        except Refused as refused:
            raise forms.ValidationError(refused.message) from None


class ReplyForm(forms.Form):
    text = TextField()

    @property
    def problem(self) -> str:
        """The first thing that is wrong, for the line above the box."""
        return next((str(error) for errors in self.errors.values() for error in errors), "")

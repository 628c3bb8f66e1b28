"""What the desk asks about a conversation that ends."""

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from centrala.conversations import tagging, wrapping
from centrala.conversations.models import Conversation, ConversationState
from centrala.errors import Refused
from centrala.organization.models import User
from centrala.workstreams.codes import offered
from centrala.workstreams.models import WrapUpCode

OF_THE_FORM = {"form": "wrapping"}  # the fields stand in a part that is fetched anew, their form and its token do not


class WrapUpForm(forms.Form):
    codes = forms.ModelMultipleChoiceField(
        label=_("Wrap-up codes"),
        queryset=WrapUpCode.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(OF_THE_FORM),
    )
    note = forms.CharField(
        label=_("Wrap-up note"),
        required=False,
        max_length=wrapping.LONGEST_NOTE,
        widget=forms.Textarea(OF_THE_FORM | {"rows": 2, "dir": "auto"}),
    )
    tags = forms.CharField(
        label=_("Tags"),
        help_text=_("With commas between them."),
        required=False,
        max_length=1000,
        widget=forms.TextInput(OF_THE_FORM | {"class": "words", "autocomplete": "off", "dir": "auto"}),
    )

    def __init__(self, data: QueryDict | None = None, *, conversation: Conversation) -> None:
        said = conversation.ending
        chosen = [code.code_id for code in said.codes.all()] if said else []
        initial = {"codes": chosen, "note": said.note if said else "", "tags": ", ".join(conversation.tags)}
        super().__init__(data, initial=initial)
        # One that was retired after it was chosen may stay.
        choices = WrapUpCode.objects.filter(Q(pk__in=chosen) | Q(pk__in=offered(conversation.workstream)))
        self.fields["codes"].queryset = choices  # type: ignore[attr-defined]  # of this field
        self.code_required = bool(conversation.workstream and conversation.workstream.code_required)

    @property
    def was_shown(self) -> bool:
        """Whether its fields came along."""
        return "note" in self.data

    @property
    def known_tags(self) -> list[str]:
        return tagging.known_tags()

    def clean_tags(self) -> list[str]:
        try:
            return tagging.read(self.cleaned_data["tags"])
        except Refused as refused:
            raise forms.ValidationError(refused.message) from None

    @property
    def ending(self) -> wrapping.Ending:
        return wrapping.Ending(**self.cleaned_data)


def wrap_up_form(user: User, conversation: Conversation) -> WrapUpForm | None:
    """For who is wrapping it up."""
    theirs = conversation.agent_id == user.pk and conversation.state == ConversationState.WRAP_UP
    return WrapUpForm(conversation=conversation) if theirs else None

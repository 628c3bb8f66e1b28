"""Where a conversation can be given."""

from functools import partial
from typing import Any

from django import forms
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centrala.calls.sending_on import send_on
from centrala.conversations.models import Conversation
from centrala.organization.models import User
from centrala.routing import actions, duty
from centrala.workstreams.models import Channel, Queue, QueueKind

Choices = list[tuple[str, str]]


class TransferForm(forms.Form):
    """To a queue, a person, or, of a call where the workstream allows countries for it, a number outside."""

    to = forms.ChoiceField(label=gettext_lazy("Transfer to"), required=False)
    number = forms.CharField(
        label=gettext_lazy("Or to a number outside"),
        required=False,
        max_length=40,
        help_text=gettext_lazy(
            "The customer talks with you until somebody answers there; if nobody does, the customer stays with you."
        ),
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off", "class": "words"}),
    )

    def __init__(self, *arguments: Any, conversation: Conversation, user: User) -> None:
        super().__init__(*arguments)
        self._queues = {f"queue-{queue.pk}": queue for queue in _queues(conversation)}
        self._people = {f"person-{person.pk}": person for person in User.objects.working().exclude(pk=user.pk)}
        choices: list[tuple[str, str | Choices]] = [("", _("Choose a queue or a person"))]
        choices.append((_("Queues"), [(key, str(queue)) for key, queue in self._queues.items()]))
        if self._people:
            choices.append((_("People"), named(self._people)))
        self.fields["to"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        workstream = conversation.workstream
        if conversation.channel != Channel.VOICE or workstream is None or not workstream.transfer_countries:
            del self.fields["number"]
        elif workstream.sends_context:
            self.fields["number"].help_text += " " + _("What was sent along with the call goes along.")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.errors and bool(told.get("to")) == bool(told.get("number")):
            self.add_error("to", _("Choose where to: one place."))
        return told

    @property
    def act(self) -> partial[Conversation]:
        """The transfer that was chosen."""
        to = self.cleaned_data["to"]
        if number := self.cleaned_data.get("number"):
            return partial(send_on, number=number)
        if to in self._queues:
            return partial(actions.transfer_to_queue, queue=self._queues[to])
        return partial(actions.transfer_to_agent, to=self._people[to])


def _queues(conversation: Conversation) -> list[Queue]:
    kind = conversation.queue.kind if conversation.queue else QueueKind.MESSAGING
    return list(Queue.objects.filter(kind=kind).order_by("-is_default", "name"))


def named(people: dict[str, User]) -> Choices:
    """Everybody with their presence."""
    on_duty = duty.duties(people.values(), at=now())
    return [
        (key, f"{person.display_name} · {on_duty[person.pk].presence(now()).label}") for key, person in people.items()
    ]

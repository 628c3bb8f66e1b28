"""Where a conversation can be given."""

from functools import partial
from typing import Any

from django import forms
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centrala.conversations.models import Conversation
from centrala.organization.models import User
from centrala.routing import actions, duty
from centrala.workstreams.models import Queue, QueueKind

Choices = list[tuple[str, str]]


class TransferForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("Transfer to"))

    def __init__(self, *arguments: Any, conversation: Conversation, user: User) -> None:
        super().__init__(*arguments)
        self._queues = {f"queue-{queue.pk}": queue for queue in _queues(conversation)}
        self._people = {f"person-{person.pk}": person for person in User.objects.working().exclude(pk=user.pk)}
        choices: list[tuple[str, str | Choices]] = [("", _("Choose a queue or a person"))]
        choices.append((_("Queues"), [(key, str(queue)) for key, queue in self._queues.items()]))
        if self._people:
            choices.append((_("People"), _named(self._people)))
        self.fields["to"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def act(self) -> partial[Conversation]:
        """The transfer that was chosen."""
        to = self.cleaned_data["to"]
        if to in self._queues:
            return partial(actions.transfer_to_queue, queue=self._queues[to])
        return partial(actions.transfer_to_agent, to=self._people[to])


def _queues(conversation: Conversation) -> list[Queue]:
    kind = conversation.queue.kind if conversation.queue else QueueKind.MESSAGING
    return list(Queue.objects.filter(kind=kind).order_by("-is_default", "name"))


def _named(people: dict[str, User]) -> Choices:
    """Everybody with their presence."""
    on_duty = duty.duties(people.values(), at=now())
    return [
        (key, f"{person.display_name} · {on_duty[person.pk].presence(now()).label}") for key, person in people.items()
    ]

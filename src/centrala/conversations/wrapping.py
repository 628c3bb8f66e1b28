"""What an agent says of a conversation that ends: wrap-up codes, a note, tags."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.characters import storable
from centrala.conversations import tagging
from centrala.conversations.live import announce
from centrala.conversations.locking import locked_conversation
from centrala.conversations.models import ChosenCode, Conversation, ConversationState, WrapUp
from centrala.errors import Refused
from centrala.organization.models import User
from centrala.workstreams import codes as kept
from centrala.workstreams.models import WrapUpCode

LONGEST_NOTE = 4000
OPEN_TO_CHANGE = (ConversationState.ACTIVE, ConversationState.WRAP_UP)


@dataclass(frozen=True)
class Ending:
    codes: Collection[WrapUpCode]
    note: str
    tags: Collection[str]


@transaction.atomic
def save(*, conversation: Conversation, user: User, ending: Ending) -> Conversation:
    """In the place of what was said before. Raises Refused for a conversation that is not the user's, or closed."""
    conversation = locked_conversation(conversation.pk, "workstream")
    if conversation.agent_id != user.pk or conversation.state not in OPEN_TO_CHANGE:
        raise Refused(_("This conversation has moved on meanwhile. Open it again to see who has it."))
    said = WrapUp.objects.filter(conversation=conversation).first()
    if said is not None or ending.codes or ending.note:
        _say(conversation, user, ending)
    _tag(conversation, ending.tags)
    announce([conversation.pk])
    return conversation


def check(conversation: Conversation) -> None:
    """Raises Refused where the workstream asks for a code, offers some, and none was chosen."""
    workstream = conversation.workstream
    if workstream is None or not workstream.code_required:
        return
    if not ChosenCode.objects.filter(wrap_up=conversation.pk).exists() and kept.offered(workstream).exists():
        raise Refused(
            _("Choose a wrap-up code first: this workstream asks for one before a conversation is closed."),
            field="codes",
        )


def _say(conversation: Conversation, user: User, ending: Ending) -> None:
    said = {"note": storable(ending.note.strip())[:LONGEST_NOTE], "author": user, "at": now()}
    wrap_up, _made = WrapUp.objects.update_or_create(conversation=conversation, defaults=said)
    wrap_up.codes.exclude(code__in=ending.codes).delete()
    chosen = [ChosenCode(wrap_up=wrap_up, code=code, name=code.name) for code in ending.codes]
    ChosenCode.objects.bulk_create(chosen, ignore_conflicts=True)  # one that was chosen before keeps its name


def _tag(conversation: Conversation, tags: Collection[str]) -> None:
    before = conversation.tags
    if set(before) != set(tags):
        conversation.tags = list(tags)
        conversation.save(update_fields=["tags"])
        tagging.changed(before, tags)

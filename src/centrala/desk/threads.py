"""One conversation as a page shows it."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Q
from django.utils.timezone import localdate

from centrala.calls.access import overheard_by
from centrala.calls.blocking import state_of
from centrala.calls.consulting import consultations_of
from centrala.calls.enquiring import last_of
from centrala.calls.enquiry import Enquiry
from centrala.calls.models import BlockState, Call, CallEnd, Consultation
from centrala.calls.queries import call_of, returning
from centrala.calls.sending_on import is_under_way
from centrala.conversations import consent
from centrala.conversations.access import conversations_of
from centrala.conversations.models import ENDED, Conversation, Message, Note
from centrala.conversations.queries import newest_first, notes_of, thread, with_endings
from centrala.dialling.access import usable_by
from centrala.hidden import is_hidden
from centrala.keyset import Cursor
from centrala.organization.models import User
from centrala.workstreams.models import Channel
from centrala.workstreams.told_along import explained

EARLIER = 5  # conversations with the same customer, in the panel
UNEXPLAINED = {CallEnd.FAILED, CallEnd.INVALID, CallEnd.LOST}  # by their own words; the service's are shown besides


@dataclass(frozen=True)
class Day:
    date: date  # in the reader's time zone
    entries: list[Message | Note]

    @property
    def last(self) -> Cursor:
        return Cursor(self.entries[-1].created_at, self.entries[-1].id)


@dataclass(frozen=True)
class Thread:
    conversation: Conversation
    days: list[Day]
    above: Cursor | None  # None: the first message is shown
    opted_out: bool  # the customer takes no more texts from this number
    call: Call | None  # which the conversation is
    overheard: bool  # by the reader, who may keep its agent company
    blocking: BlockState | None  # of the caller's number
    consultations: list[Consultation]  # of the reader's own call: those that hold, and a last one in vain
    enquiry: Enquiry | None  # a number outside that the reader consults, or how the last one ended
    returned_by: list[Call]  # calls by which it was returned, the first at the top
    profiles: int  # by which the reader may call

    @property
    def is_call(self) -> bool:
        return self.conversation.channel == Channel.VOICE

    @property
    def variables(self) -> list[tuple[str, str]]:
        """What a system before us sent along with the call."""
        return sorted(self.call.variables.items()) if self.call is not None else []

    @property
    def not_read(self) -> list[tuple[str, str]]:
        """What of it was not read, and why."""
        return explained(self.call.not_read) if self.call is not None else []

    @property
    def sent_on(self) -> bool:
        """Azure calls the number that the caller shall be sent on to."""
        return self.call is not None and is_under_way(self.call)

    @property
    def why_ended(self) -> str:
        """The service's own words, where ours do not say enough."""
        return self.call.detail if self.call is not None and self.call.ending in UNEXPLAINED else ""

    @property
    def over(self) -> bool:
        return self.conversation.state in ENDED

    @property
    def today(self) -> date:
        return localdate()


def read_thread(conversation: Conversation, *, user: User, before: Cursor | None = None) -> Thread:
    messages, above = thread(conversation, before=before)
    since = messages[0].created_at if above else None
    notes = notes_of(conversation, since=since, until=before.at if before else None)
    said: list[Message | Note] = [*messages, *notes]
    entries = sorted(said, key=lambda entry: (entry.created_at, entry.id))
    days = [Day(day, list(group)) for day, group in groupby(entries, key=lambda entry: localdate(entry.created_at))]
    opted_out = consent.has_opted_out(conversation.contact, conversation.number)
    call = call_of(conversation)
    overheard = call is not None and overheard_by(user, conversation)
    consultations = consultations_of(call, agent=user) if call is not None else []
    enquiry = last_of(call, agent=user) if call is not None else None
    blocking = None if call is None else state_of(conversation.contact.number)
    returned_by = returning(conversation) if call else []
    profiles = usable_by(user).count() if call and call.ended_at else 0
    return Thread(
        conversation=conversation,
        days=days,
        above=above,
        opted_out=opted_out,
        call=call,
        overheard=overheard,
        blocking=blocking,
        consultations=consultations,
        enquiry=enquiry,
        returned_by=returned_by,
        profiles=profiles,
    )


def earlier_conversations(user: User, conversation: Conversation) -> list[Conversation]:
    """With the customer, whichever of the person's numbers it was; of callers who hide theirs nothing is known."""
    contact = conversation.contact
    if is_hidden(contact.number):
        return []
    whose = Q(contact__person=contact.person_id) if contact.person_id else Q(contact=contact)
    others = with_endings(conversations_of(user)).filter(whose).exclude(pk=conversation.pk)
    rows, _following = newest_first(others, limit=EARLIER)
    return rows

"""All that is kept about one customer, for the customer: what an organisation hands over when it is asked."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from centrala.calls.models import Call
from centrala.calls.queries import said_in
from centrala.campaigns.models import Place, Recipient
from centrala.conversations.customers import pseudonym
from centrala.conversations.locking import locked_contact
from centrala.conversations.models import Contact, Conversation, Message, Note, OptOut, Spoken
from centrala.conversations.queries import with_endings
from centrala.customers.linking import locked
from centrala.inbox.models import Event
from centrala.organization.audit import record
from centrala.organization.models import User
from centrala.recordings.models import Joined

Told = dict[str, Any]  # as JSON holds it
# Each event's body is looked at, for no index pays for so rare a question. `position` finds bytes as they stand.
WITH_THESE_BYTES = "position(convert_to(%s, 'UTF8') in body) > 0"


@transaction.atomic
def export(*, contact: Contact, actor: User | None) -> Told:
    """The contact, what it said of further texts, the conversations with their messages, the calls, the campaigns whose
    files named the number, and the raw events that name it. The audit log tells that it was done, and keeps a keyed
    hash. Raises Refused for a customer who has been erased; until it is done nobody erases this one."""
    contact = locked_contact(contact.pk)
    conversations = with_endings(contact.conversations.select_related("number", "workstream")).order_by(
        "opened_at", "id"
    )
    told: Told = {
        "number": contact.number,
        "name": contact.name,
        "linked_to": [other.number for other in contact.linked],
        "opt_outs": [_opt_out(one) for one in contact.opt_outs.select_related("number").order_by("number__number")],
        "conversations": [_conversation(one) for one in conversations.prefetch_related("messages", "notes__author")],
        "calls": [_call(one) for one in calls_about(contact).order_by("rang_at", "id")],
        "campaigns": [_campaign(row) for row in rows_about(contact)],
        "events": [_event(event) for event in events_about(contact)],
    }
    messages = sum(len(one["messages"]) for one in told["conversations"])
    after = {"conversations": len(told["conversations"]), "messages": messages, "events": len(told["events"])}
    record(actor=actor, act="export contact", target=pseudonym(contact.number), after=after)
    return told


@transaction.atomic
def export_person(*, contact: Contact, actor: User | None) -> Told:
    """The same of every number that is linked to the contact's; these stand below `linked`."""
    linked = [one for pk, one in locked(contact).items() if pk != contact.pk]
    told = export(contact=contact, actor=actor)
    return told | {"linked": [export(contact=other, actor=actor) for other in linked]}


def calls_about(contact: Contact) -> QuerySet[Call]:
    """By the number, answered or not; and those that came back from a number outside, which may have shown its own."""
    theirs = contact.conversations.values("pk")
    back = Q(conversation__in=theirs) | Q(resumes__in=theirs, conversation=None)  # the latter while it rings
    return Call.objects.filter(Q(customer=contact.number) | back)


def rows_about(contact: Contact) -> QuerySet[Recipient]:
    """Of the files of campaigns, those that were left out among them."""
    rows = Recipient.objects.filter(number=contact.number).select_related("campaign__number")
    return rows.order_by("campaign__created_at", "line")


def events_about(contact: Contact, *, since: datetime | None = None) -> Iterator[Event]:
    """Raw events, oldest first, that hold the number as a word of its own, or a sender's name in quotes; all, or those
    received since then. Of calls that came back under another number they are told by what the service calls them."""
    digits = contact.number.lstrip("+")
    numeric = digits.isascii() and digits.isdecimal()
    whole = {digits: re.compile(rf"(?<!\d){digits}(?!\d)" if numeric else re.escape(f'"{digits}"'))}
    other = calls_about(contact).exclude(customer=contact.number).values_list("correlation_id", flat=True)
    whole |= {name: re.compile(re.escape(f'"{name}"')) for name in other}
    where = " or ".join([WITH_THESE_BYTES] * len(whole))
    near = Event.objects.extra(where=[where], params=[*whole])  # noqa: S610 - the texts are parameters
    if since is not None:
        near = near.filter(received_at__gte=since)
    for event in near.order_by("received_at", "id").iterator():
        body = bytes(event.body).decode("utf-8", "replace")
        if any(one.search(body) for one in whole.values()):
            yield event


def _conversation(one: Conversation) -> Told:
    messages = sorted(one.messages.all(), key=lambda message: (message.created_at, message.id))
    return {
        "id": str(one.pk),
        "our_number": one.number.number,
        "workstream": one.workstream.name if one.workstream else None,
        "state": one.state,
        "opened_at": _time(one.opened_at),
        "closed_at": _time(one.closed_at),
        "tags": one.tags,
        "wrap_up_codes": one.codes,
        "wrap_up_note": one.ending.note if one.ending else "",
        "messages": [_message(message) for message in messages],
        "notes": [_note(note) for note in sorted(one.notes.all(), key=lambda note: (note.created_at, note.id))],
    }


def _call(one: Call) -> Told:
    return {
        "id": str(one.pk),
        "conversation": str(one.conversation_id) if one.conversation_id else None,
        "our_number": one.number,
        "direction": one.direction,
        "variables": one.variables,
        "ending": one.ending,
        "rang_at": _time(one.rang_at),
        "connected_at": _time(one.connected_at),
        "ended_at": _time(one.ended_at),
        "recordings": [_recording(joined) for joined in Joined.objects.filter(call=one)],
        "transcript": [_spoken(line) for line in said_in(one)],
    }


def _spoken(one: Spoken) -> Told:
    return {
        "speaker": one.speaker,
        "said_at": _time(one.said_at),
        "milliseconds": one.milliseconds,
        "text": one.text,
    }


def _recording(one: Joined) -> Told:
    """The sound itself is on the page of its conversation."""
    told = {"file": one.name, "size": one.size, "sha256": one.sha256, "milliseconds": one.milliseconds}
    return told | {"began_at": _time(one.began_at), "customer_side": one.left, "agents_side": one.right}


def _campaign(row: Recipient) -> Told:
    return {
        "name": row.campaign.name,
        "our_number": row.campaign.number.number,
        "created_at": _time(row.campaign.created_at),
        "line": row.line,
        "place": row.place,
        "left_out_because": row.why or None,
        "text": row.text or None,  # of one that was sent the message has it
        "message": str(row.pk) if row.place == Place.HANDED else None,
    }


def _opt_out(one: OptOut) -> Told:
    return {"our_number": one.number.number, "opted_out": one.opted_out, "at": _time(one.at)}


def _message(message: Message) -> Told:
    return {
        "id": str(message.pk),
        "direction": message.direction,
        "text": message.text,
        "state": message.state,
        "created_at": _time(message.created_at),
        "sent_at": _time(message.sent_at),
        "settled_at": _time(message.settled_at),
    }


def _note(note: Note) -> Told:
    author = note.author.get_username() if note.author else None
    return {"author": author, "text": note.text, "created_at": _time(note.created_at)}


def _event(event: Event) -> Told:
    return {
        "id": event.event_id,
        "type": event.type,
        "received_at": _time(event.received_at),
        "body": bytes(event.body).decode("utf-8", "replace"),
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None

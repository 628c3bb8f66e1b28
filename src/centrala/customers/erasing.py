"""Erasing all that is kept about one customer, where no legal hold forbids it."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.calls import blocking
from centrala.calls.models import Call, CallState
from centrala.campaigns.models import Recipient
from centrala.conversations import tagging
from centrala.conversations.customers import pseudonym
from centrala.conversations.live import announce
from centrala.conversations.locking import locked_contact
from centrala.conversations.models import Contact, Conversation, Message, Person, Suppression
from centrala.customers.dossier import calls_about, events_about
from centrala.customers.linking import locked, tidy
from centrala.errors import Refused
from centrala.inbox.models import Event
from centrala.organization.audit import record
from centrala.organization.fields import one_line
from centrala.organization.models import User
from centrala.recordings import removing

A_MOMENT = timedelta(minutes=1)  # more than lies between the arrival of an event and its row


def erase(*, contact: Contact, actor: User | None) -> dict[str, int]:
    """Deletes the contact, conversations, messages, calls and their recordings, rows of campaigns, and the raw events
    that name the number, waiting ones among them.

    What stays: in the audit log, that it was done, with a keyed hash of the number; and by the same hash the customer's
    STOP and the number's block, so that wish and decision outlive the data. Returns how much was deleted. Raises
    Refused under a legal hold, while a call is under way, and for one that has been erased.
    """
    return _erase([contact], actor)


def erase_person(*, contact: Contact, actor: User | None) -> dict[str, int]:
    """The same for every number that is linked to the contact's: all of them or, where one is held, none."""
    return _erase([contact, *contact.linked], actor)


@transaction.atomic
def _erase(contacts: list[Contact], actor: User | None) -> dict[str, int]:
    """Whoever drains a text or feeds a campaign has the event or the line first, and comes for the customer then: so
    these are locked first here, too."""
    in_order, begun = sorted(contacts, key=lambda one: one.pk), now()
    events = {one.pk: _without_events(one) for one in in_order}
    Recipient.objects.filter(number__in=[one.number for one in in_order]).delete()
    kept, erased = locked(*in_order), Counter[str]()  # with those who are linked to them, for a person may end with it
    for one in (kept[one.pk] for one in in_order):
        if one.held:
            raise Refused(_("A legal hold forbids it: %(reason)s. Fix: lift the hold first.") % {"reason": one.held})
        _refuse_on_the_line(one)
        late = _without_events(one, since=begun - A_MOMENT)
        erased.update(_without_the_rest(one, events[one.pk] + late, actor))
    return dict(erased)


def _refuse_on_the_line(contact: Contact) -> None:
    if calls_about(contact).exclude(state=CallState.ENDED).exists():
        raise Refused(_("A call with this customer is under way. Fix: erase them when it is over."))


def _without_events(contact: Contact, *, since: datetime | None = None) -> int:
    """With `since` those that came meanwhile, except what a drain has in hand: that is said to somebody forgotten."""
    found = [event.pk for event in events_about(contact, since=since)]
    rows = Event.objects.select_for_update(skip_locked=since is not None).filter(pk__in=found).order_by("pk")
    return Event.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).delete()[0]


def _without_the_rest(contact: Contact, events: int, actor: User | None) -> dict[str, int]:
    customer = pseudonym(contact.number)
    stopped = contact.opt_outs.filter(opted_out=True).values_list("number", flat=True)
    Suppression.objects.bulk_create(
        [Suppression(customer=customer, number_id=number) for number in stopped], ignore_conflicts=True
    )
    blocking.forget(contact.number)
    conversations = Conversation.objects.select_for_update(of=("self",)).filter(contact=contact).order_by("pk")
    tags_of = dict(conversations.values_list("pk", "tags"))
    messages = Message.objects.filter(conversation__in=tags_of).count()
    erased = {"conversations": len(tags_of), "messages": messages, "events": events}
    about = list(calls_about(contact))
    recordings = removing.forget(about)
    if recordings:
        erased["recordings"] = recordings
    Conversation.objects.filter(pk__in=tags_of).delete()
    unanswered = Q(customer=contact.number) | Q(pk__in=[one.pk for one in about])
    Call.objects.filter(unanswered, state=CallState.ENDED).delete()
    _refuse_on_the_line(contact)  # who called meanwhile
    persons = list(Person.objects.filter(contacts=contact))
    contact.delete()
    for person in persons:
        tidy(person)
    tagging.changed([tag for tags in tags_of.values() for tag in tags], [])
    record(actor=actor, act="erase contact", target=customer, before=erased)
    announce(tags_of)
    return erased


@transaction.atomic
def hold(*, contact: Contact, reason: str, actor: User | None) -> None:
    """Forbids to erase anything about the customer; an empty reason allows it again. Raises Refused."""
    contact = locked_contact(contact.pk)
    reason = one_line(reason, model=Contact, field="held")
    if reason == contact.held:
        return
    act = "hold contact" if reason else "release contact"
    was, became = ({"reason": text} if text else None for text in (contact.held, reason))
    contact.held = reason
    contact.save(update_fields=["held"])
    record(actor=actor, act=act, target=pseudonym(contact.number), before=was, after=became)


@transaction.atomic
def name(*, contact: Contact, name: str, actor: User | None) -> None:
    contact = locked_contact(contact.pk)
    contact.name = one_line(name, model=Contact, field="name")
    contact.save(update_fields=["name"])
    record(actor=actor, act="name contact", target=pseudonym(contact.number))
    announce(contact.conversations.order_by("-last_message_at").values_list("pk", flat=True)[:100])

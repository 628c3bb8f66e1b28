"""Erasing all that is kept about one customer, where no legal hold forbids it."""

from collections import Counter

from django.db import transaction
from django.utils.translation import gettext as _

from centrala.campaigns.models import Recipient
from centrala.conversations import tagging
from centrala.conversations.customers import pseudonym
from centrala.conversations.live import announce
from centrala.conversations.models import Contact, Conversation, Message, Suppression
from centrala.customers.dossier import events_about
from centrala.customers.linking import tidy
from centrala.errors import Refused
from centrala.inbox.models import Event
from centrala.organization.audit import record
from centrala.organization.fields import one_line
from centrala.organization.models import User


@transaction.atomic
def erase(*, contact: Contact, actor: User | None) -> dict[str, int]:
    """Deletes the contact, conversations, messages, rows of campaigns, and the raw events that name the number, waiting
    ones among them.

    What stays: in the audit log, that it was done, with a keyed hash of the number; and by the same hash the customer's
    STOP, so that the wish outlives the data. Returns how much was deleted. Raises Refused under a legal hold.
    """
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    if contact.held:
        raise Refused(_("A legal hold forbids it: %(reason)s. Fix: lift the hold first.") % {"reason": contact.held})
    customer = pseudonym(contact.number)
    stopped = contact.opt_outs.filter(opted_out=True).values_list("number", flat=True)
    Suppression.objects.bulk_create(
        [Suppression(customer=customer, number_id=number) for number in stopped], ignore_conflicts=True
    )
    conversations = Conversation.objects.select_for_update(of=("self",)).filter(contact=contact).order_by("pk")
    ids = list(conversations.values_list("pk", flat=True))
    tags = {tag for one in conversations.values_list("tags", flat=True) for tag in one}
    events = [event.pk for event in events_about(contact)]
    erased = {
        "conversations": len(ids),
        "messages": Message.objects.filter(conversation__in=ids).count(),
        "events": len(events),
    }
    Recipient.objects.filter(number=contact.number).delete()
    Event.objects.filter(pk__in=events).delete()
    Conversation.objects.filter(pk__in=ids).delete()
    person = contact.person
    contact.delete()
    if person is not None:
        tidy(person)
    tagging.forget(tags)
    record(actor=actor, act="erase contact", target=customer, before=erased)
    announce(ids)
    return erased


@transaction.atomic
def erase_person(*, contact: Contact, actor: User | None) -> dict[str, int]:
    """The same for every number that is linked to the contact's: all of them or, where one is held, none."""
    erased = Counter[str]()
    for one in [*contact.linked, contact]:
        erased.update(erase(contact=one, actor=actor))
    return dict(erased)


@transaction.atomic
def hold(*, contact: Contact, reason: str, actor: User | None) -> None:
    """Forbids to erase anything about the customer; an empty reason allows it again."""
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
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
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    contact.name = one_line(name, model=Contact, field="name")
    contact.save(update_fields=["name"])
    record(actor=actor, act="name contact", target=pseudonym(contact.number))
    announce(contact.conversations.order_by("-last_message_at").values_list("pk", flat=True)[:100])

"""Numbers of one person: linked, so that their history is seen as one. Nothing else changes: each conversation stays
with its number, an answer goes where the text came from, and STOP counts for the number that said it."""

from django.db import transaction
from django.utils.translation import gettext as _

from centrala.conversations.customers import pseudonym
from centrala.conversations.live import announce
from centrala.conversations.models import Contact, Conversation, Person
from centrala.errors import Refused
from centrala.organization.audit import record
from centrala.organization.models import User

MOST = 20  # numbers of one person
TOLD = 100  # desks that hear of it: the newest conversations


@transaction.atomic
def link(*, contact: Contact, other: Contact, actor: User | None) -> None:
    """Both, and whoever is linked to either of them already, are one person from now on. Raises Refused."""
    if contact.pk == other.pk:
        raise Refused(_("This is the same number."), field="number")
    contacts = locked(contact, other)
    if contacts[contact.pk].person_id and contacts[contact.pk].person_id == contacts[other.pk].person_id:
        raise Refused(_("These numbers are linked already."), field="number")
    if len(contacts) > MOST:
        raise Refused(_("At most %(most)s numbers can be one person's.") % {"most": MOST}, field="number")
    persons = sorted({one.person_id for one in contacts.values() if one.person_id})
    person = Person.objects.get(pk=persons[0]) if persons else Person.objects.create()
    Contact.objects.filter(pk__in=contacts).update(person=person)
    Person.objects.filter(pk__in=persons[1:]).delete()
    after = {"linked": [pseudonym(other.number)]}
    record(actor=actor, act="link contact", target=pseudonym(contact.number), after=after)
    _announce(list(contacts))


@transaction.atomic
def unlink(*, contact: Contact, actor: User | None) -> None:
    """The number stands alone again; the others stay linked."""
    contacts = locked(contact)
    contact = contacts[contact.pk]
    if contact.person is None:
        raise Refused(_("This number is not linked to another."))
    others = [pseudonym(one.number) for one in contacts.values() if one.pk != contact.pk]
    person, contact.person = contact.person, None
    contact.save(update_fields=["person"])
    tidy(person)
    record(actor=actor, act="unlink contact", target=pseudonym(contact.number), before={"linked": others})
    _announce(list(contacts))


def tidy(person: Person) -> None:
    """Somebody with a single number is no person of several."""
    if person.contacts.count() < 2:
        person.delete()


def locked(*contacts: Contact) -> dict[int, Contact]:
    """These and all that are linked to them, in one order."""
    ids = [contact.pk for contact in contacts]
    persons = Person.objects.filter(contacts__in=ids).values("pk")
    everyone = Contact.objects.filter(pk__in=ids) | Contact.objects.filter(person__in=persons)
    rows = Contact.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    locked = {one.pk: one for one in rows.filter(pk__in=everyone.values("pk")).order_by("pk")}
    if any(id_ not in locked for id_ in ids):
        raise Refused(_("One of these customers has been erased meanwhile."))
    if everyone.exclude(pk__in=locked).exists():  # linked while this waited; to lock it now would break the order
        raise Refused(_("One of these numbers was linked or unlinked at this moment. Try again."))
    return locked


def _announce(contacts: list[int]) -> None:
    talks = Conversation.objects.filter(contact__in=contacts).order_by("-last_message_at")
    announce(talks.values_list("pk", flat=True)[:TOLD])

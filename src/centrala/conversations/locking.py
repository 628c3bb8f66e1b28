"""Rows that are about to change. A customer's row is locked before the conversations, and whoever erases the customer
takes both: what was there when the page was shown may be gone when its lock is had.

The lock of a customer lets foreign keys be checked, which PostgreSQL does when a transaction ends that has changed a
conversation twice: it would wait with the conversation in hand for whoever has the customer and waits for that.
"""

from uuid import UUID

from django.utils.translation import gettext as _

from centrala.conversations.models import Contact, Conversation
from centrala.errors import Refused


def locked_conversation(id_: UUID, *related: str) -> Conversation:
    """As it stands now, with these relations. Raises Refused for one that has been erased."""
    rows = Conversation.objects.select_for_update(of=("self",)).select_related(*related)
    found = rows.filter(pk=id_).first()
    if found is None:
        raise Refused(_("This conversation has been erased meanwhile."))
    return found


def locked_contact(id_: int) -> Contact:
    """Raises Refused for one that has been erased."""
    found = Contact.objects.select_for_update(of=("self",), no_key=True).filter(pk=id_).first()
    if found is None:
        raise Refused(_("This customer has been erased meanwhile."))
    return found

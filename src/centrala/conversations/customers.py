"""Customers by their numbers, however they are written."""

import phonenumbers
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from centrala.characters import storable
from centrala.conversations.models import Contact
from centrala.errors import Refused


def e164(text: str) -> str | None:
    """+48 600-100-200, 0048600100200 and 48600100200 as +48600100200; None where it is no number that can be."""
    text = storable(text.strip())
    international = f"+{text.removeprefix('00')}" if text[:1].isdigit() else text
    try:
        parsed = phonenumbers.parse(international)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def number_to_write_to(text: str) -> str:
    """Raises Refused, with the field `customer`."""
    number = e164(text)
    if number is None:
        raise Refused(
            _("This is no telephone number. Write it with its country code, as +48 600 100 200."), field="customer"
        )
    return number


def pseudonym(number: str, *, secret: str | bytes | None = None) -> str:
    """Tells two customers apart and nobody's number: without this installation's key it cannot be guessed back."""
    return salted_hmac("centrala.contact", number, secret=secret, algorithm="sha256").hexdigest()[:32]


def pseudonyms(number: str) -> list[str]:
    """By the key of today and by those before it."""
    return [pseudonym(number, secret=secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def contact_of(text: str) -> Contact:
    """Who has this number; a short code, or a sender's name as it came, too. Raises Refused."""
    text = storable(text.strip())
    found = Contact.objects.filter(number__in=[text, e164(text) or text]).order_by("number").first()
    if found is None:
        raise Refused(_("Nothing is kept about this number. Fix: write it with its country code, +48 600 100 200."))
    return found

"""One value as a model's field takes it."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from centrala.errors import Refused

# Controls (NUL among them), halves of characters, and marks that turn the direction of what follows around.
UNFIT = {"Cc", "Cs"}
UNSEEN = {"Cf", "Zl", "Zp"}  # breaks of lines, and what has no width: two names that look alike would differ
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def readable(text: str, *, field: str) -> str:
    """A name that looks like no other one: no control character, nothing unseen, one blank where there were several.
    Raises Refused."""
    text = " ".join(word for word in text.split(" ") if word)
    if any(unicodedata.category(letter) in UNFIT | UNSEEN for letter in text):
        raise Refused(_("A control character is in this text. Fix: type it anew."), field=field)
    return text


def one_line(text: str, *, model: type[Model], field: str) -> str:
    """The text without blanks around it. Raises Refused for what the field does not take, and for what no line of
    text holds."""
    text = text.strip()
    if any(unicodedata.category(letter) in UNFIT or letter in TURNING for letter in text):
        raise Refused(_("A control character is in this text. Fix: type it anew."), field=field)
    try:
        model._meta.get_field(field).clean(text, None)  # type: ignore[union-attr] # a field of its own, no relation
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field=field) from None
    return text

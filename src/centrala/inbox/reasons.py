"""Why an event could not be read, in the reader's language: `error` keeps the English sentence of its handler."""

import re

from django.utils.translation import gettext, gettext_noop

REASONS = (
    gettext_noop("The event is not JSON that can be read."),
    gettext_noop("The event has no data."),
    gettext_noop("The event's data has no %(field)s."),
    gettext_noop("Event Grid could not deliver it: %(reason)s."),
    gettext_noop("The event's %(field)s is longer than %(most)s characters."),
)
PLACEHOLDER = re.compile(r"%\\\((\w+)\\\)s")
PATTERNS = {re.compile(PLACEHOLDER.sub(r"(?P<\1>\\S+)", re.escape(reason))): reason for reason in REASONS}


def worded(error: str) -> str:
    """A sentence that is none of these, such as the kind of a bug, stays as it is."""
    for pattern, reason in PATTERNS.items():
        if found := pattern.fullmatch(error):
            return gettext(reason) % found.groupdict()
    return error

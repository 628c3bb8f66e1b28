"""Places in an automated text or a quick reply that are filled when it is written: `{AgentName}`, `{QueueName}` ..."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from centrala.errors import Refused

SLUG = re.compile(r"\{([^{}]*)\}")
SPOKEN = {"position": ("Position",), "wait": ("Minutes",)}  # on an occasion alone
KNOWN = ("AgentName", "QueueName", "OrganizationName", "CustomerName")


def check(text: str, occasion: str = "") -> None:
    """Raises Refused for a slug that nobody would fill."""
    known_here = KNOWN + SPOKEN.get(occasion, ())
    for name in SLUG.findall(text):
        if name not in known_here:
            raise Refused(
                _("“{%(slug)s}” is no slug. There are %(known)s.")
                % {"slug": name, "known": ", ".join(f"{{{known}}}" for known in known_here)}
            )


def fill(text: str, values: Mapping[str, str]) -> str:
    """What is not known is left empty, as the original does."""
    return SLUG.sub(lambda slug: values.get(slug.group(1), ""), text)

"""Why an event subscription's handshake failed, in plain words, and whether waiting helps.

Event Grid says little: a code, and one of a few sentences. https://learn.microsoft.com/azure/event-grid/troubleshoot-subscription-validation
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from centrala.azure.errors import AzureError
from centrala.connection.azure_words import in_words

CODES = {"url validation", "endpoint validation"}
STATUS = re.compile(r"response code (\w+)")
# Entra does not know the application (yet); nobody may write for it (yet).
SPREADING = ("AADSTS700016", "AADSTS500011", "AADSTS7000229", "access token", "unknown error code")


@dataclass(frozen=True)
class Cause:
    text: str
    fix: str


def failed(error: AzureError) -> bool:
    return (error.code or "").lower() in CODES


def may_be_spreading(error: AzureError) -> bool:
    """Whether this is what a new application, role or assignment looks like until all of Entra knows of it."""
    return any(word in error.message for word in SPREADING) or _status(error) == "Unauthorized"


def cause(error: AzureError, *, url: str) -> Cause:
    """For a handshake that waiting does not mend."""
    host = url.partition("/hooks/")[0]
    status = _status(error)
    if status == "Unknown":
        return Cause(
            _("Event Grid got no answer from %(host)s.") % {"host": host},
            _(
                "let Azure reach that address over https with a certificate of a known authority, and start the hub "
                "(centrala up); then run this again."
            ),
        )
    if status == "NotFound":
        return Cause(
            _("%(host)s answers, but does not know this webhook address.") % {"host": host},
            _("point PUBLIC_URL at this installation, not at another one; then run this again."),
        )
    if status == "Unauthorized":
        return Cause(
            _("Centrala refused Event Grid's token."),
            _("look at Operations > Doctor, it explains the refused token; correct that, then run this again."),
        )
    if "unknown error code" in error.message:
        return Cause(
            _("Event Grid does not let you use this application: you neither own it nor hold its role."),
            _("wait a quarter of an hour and run this again; or let an owner of the application run it."),
        )
    return Cause(
        _("The handshake failed: %(reason)s") % {"reason": in_words(error)},
        _("let nothing between Azure and %(host)s answer in Centrala's place; then run this again.") % {"host": host},
    )


def _status(error: AzureError) -> str:
    found = STATUS.search(error.message)
    return found[1] if found else ""

"""What a text may hold, and what it becomes where the database or the service cannot hold it."""

import re

from django.utils.translation import gettext as _

from centrala.characters import storable as storable  # also for those who read events here
from centrala.errors import Refused

MAX_LENGTH = 2048  # characters in one send: https://learn.microsoft.com/rest/api/communication/sms/send
PREVIEW_LENGTH = 120
LINE_END = re.compile("\r\n?")  # browsers send CR LF, and each of the two would count as a character


def sendable(text: str) -> str:
    """The text as it will be sent. Raises Refused for one that cannot be."""
    text = LINE_END.sub("\n", text).strip()
    if not text:
        raise Refused(_("Write something first: an empty message cannot be sent."), field="text")
    if len(text) > MAX_LENGTH:
        raise Refused(
            _("This message has %(length)s characters; at most %(most)s can be sent. Shorten it or send it in parts.")
            % {"length": len(text), "most": MAX_LENGTH},
            field="text",
        )
    if storable(text) != text:
        raise Refused(_("This message holds a character that cannot be sent. Remove it and try again."), field="text")
    return text


def preview(text: str) -> str:
    return " ".join(text.split())[:PREVIEW_LENGTH]

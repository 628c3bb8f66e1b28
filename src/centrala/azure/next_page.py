"""Where the rest of a list may be read: where its beginning was, for the token is for that host, and nowhere else.

Microsoft's clients follow whatever address an answer names, and take the token along.
"""

import re
from urllib.parse import urlsplit

from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import HttpRequest, HttpResponse

from centrala.azure.errors import AzureError, Said

PORTS = {"https": 443, "http": 80}
PLAIN = re.compile(r"[\w.:\[\]-]+", re.ASCII)  # no user name, and no sign that one reader takes for another
LONGEST_SAID = 100

Origin = tuple[str, str, int]


def following(link: object, *, base: str) -> str:
    """The address of the next page, as an answer of `base` names it; "" for none. Raises AzureError for one that is
    elsewhere, or no address."""
    if not link:
        return ""
    if not isinstance(link, str) or _origin(link) is None or _origin(link) != _origin(base):
        raise elsewhere(link, base=base)
    return link


def elsewhere(link: object, *, base: str) -> AzureError:
    named = str(link).partition("?")[0]
    words = "".join(each if each.isprintable() else " " for each in named)[:LONGEST_SAID]
    return AzureError(Said.LIST_ELSEWHERE, host=urlsplit(base).netloc, words=words, permanent=True)


class OneHost(SansIOHTTPPolicy[HttpRequest, HttpResponse]):
    """For Resource Manager, whose operations may go on at one of its regions: a name below its own."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        asked, ours = _origin(request.http_request.url), _origin(self._base)
        if asked is None or ours is None or not _is_below(asked, ours):
            raise elsewhere(request.http_request.url, base=self._base)


def _is_below(asked: Origin, ours: Origin) -> bool:
    return (asked[0], asked[2]) == (ours[0], ours[2]) and f".{asked[1]}".endswith(f".{ours[1]}")


def _origin(address: str) -> Origin | None:
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname or not PLAIN.fullmatch(parts.netloc):
        return None
    return parts.scheme, parts.hostname, port

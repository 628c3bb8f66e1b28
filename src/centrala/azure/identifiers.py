"""The two strings an administrator copies from the portal, read into their parts."""

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

RESOURCE_ID = re.compile(
    r"^/subscriptions/(?P<subscription>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"/resourceGroups/(?P<group>[-\w.()]{1,90})"
    r"/providers/Microsoft\.Communication/communicationServices/(?P<name>[A-Za-z0-9-]{1,63})(?![^/?#\s])",
    re.IGNORECASE,
)

OURS = "microsoft.communication/communicationservices"
LONGEST_HOST = 253
LONGEST = 2000  # letters of a text that may be an id with a portal's address around it
# Any resource's id: what it is an id of stands behind providers/.
OTHER_RESOURCE = re.compile(r"/subscriptions/[^/]+/.*?/providers/(?P<type>[\w.]+/\w+)/", re.IGNORECASE)

HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*(:[0-9]{1,5})?", re.IGNORECASE)


@dataclass(frozen=True)
class ResourceId:
    subscription_id: str
    resource_group: str
    name: str

    def __str__(self) -> str:
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.Communication/CommunicationServices/{self.name}"
        )

    @classmethod
    def parse(cls, text: str) -> "ResourceId":
        """Reads an ACS resource id; a portal URL around it and a page's suffix behind it are dropped.

        Raises ValueError for anything else.
        """
        text = text.strip()
        start = text.lower().find("/subscriptions/")
        match = RESOURCE_ID.match(text[start:]) if start >= 0 else None
        if match is None:
            raise ValueError("not the id of a Communication Services resource")
        return cls(match["subscription"].lower(), match["group"], match["name"])


def type_named_by(text: str) -> str:
    """The other type of resource whose id this is, as Microsoft.Web/sites; "" for what is no resource's id. What is
    longer than any id is not read to its end: that would take time by the square of its length."""
    match = OTHER_RESOURCE.search(text[:LONGEST])
    return "" if match is None or match["type"].lower() == OURS else match["type"]


@dataclass(frozen=True)
class ConnectionString:
    endpoint: str  # https://host[:port], no slash at the end: a slash would enter the signed host
    access_key: str

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).netloc.lower()

    @classmethod
    def parse(cls, text: str) -> "ConnectionString":
        """Reads `endpoint=https://host/;accesskey=base64`, in any order and case. Raises ValueError with the reason."""
        parts = dict(_pairs(text))
        endpoint, key = parts.get("endpoint"), parts.get("accesskey")
        if not endpoint or not key:
            raise ValueError("endpoint= or accesskey= is missing")
        url = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
        if len(url.netloc) > LONGEST_HOST:
            raise ValueError("the endpoint is not an address")
        if url.scheme not in {"https", "http"} or not HOST.fullmatch(url.netloc) or url.port == 0:
            raise ValueError("the endpoint is not an address")
        _check_key(key)
        return cls(f"https://{url.netloc}", key)

    @classmethod
    def is_swapped(cls, text: str) -> bool:
        """Whether it would be right with the two values exchanged."""
        parts = dict(_pairs(text))
        try:
            cls.parse(f"endpoint={parts.get('accesskey', '')};accesskey={parts.get('endpoint', '')}")
        except ValueError:
            return False
        return True

    def __str__(self) -> str:
        return f"endpoint={self.endpoint}/;accesskey={self.access_key}"


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in text.strip().split(";") if part.strip())
    return [(key.strip().lower(), value.strip()) for key, _, value in pairs]


def _check_key(key: str) -> None:
    try:
        decoded = base64.b64decode(key, validate=True)
    except binascii.Error:
        raise ValueError("the access key is cut off or changed: it is not base64") from None
    if len(decoded) < 16:
        raise ValueError("the access key is cut off: it is too short")

"""Which addresses an application may have.

https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions
https://learn.microsoft.com/entra/identity-platform/reply-url
"""

import re
from urllib.parse import urlsplit

LONGEST = 255
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
IDENTIFIERS = {"api", "https", "http", "ms-appx", "spn", "urn"}
RUNNING = {"javascript", "data", "vbscript", "file", "about", "blob"}  # schemes that a browser would execute or open
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def identifies(uri: str) -> bool:
    """Such as api://… or https://…, without a slash at its end."""
    return _scheme(uri) in IDENTIFIERS and not uri.endswith("/") and bool(uri.partition(":")[2].strip("/"))


def leads_to_web(uri: str) -> bool:
    """HTTPS; plain HTTP to the own machine alone."""
    scheme = _scheme(uri)
    host = urlsplit(uri).hostname if scheme else None
    return bool(host) and "*" not in uri and (scheme == "https" or (scheme == "http" and host in LOOPBACK))


def leads_to_program(uri: str) -> bool:
    """Programs have schemes of their own; what the web has keeps to its rules."""
    scheme = _scheme(uri)
    return leads_to_web(uri) if scheme in {"http", "https"} else bool(scheme) and scheme not in RUNNING


def _scheme(uri: str) -> str:
    """Empty where it is no address."""
    try:
        scheme = urlsplit(uri).scheme.lower()
    except ValueError:
        return ""
    sound = uri.isascii() and uri.isprintable() and " " not in uri and len(uri) <= LONGEST
    return scheme if sound and SCHEME.fullmatch(scheme) else ""

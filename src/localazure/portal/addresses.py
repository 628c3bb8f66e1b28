"""Where things stand in the portal."""

from urllib.parse import quote, urlsplit


def resource(resource_id: str, place: str = "") -> str:
    """The page of whatever has an id in Resource Manager; `place` is an entry of its menu."""
    return f"/resource{quote(resource_id)}{f'/{place}' if place else ''}"


def inside(address: str) -> str:
    """The address when it leads to this portal, else home. Browsers take a backslash for a slash."""
    leaves = not address.startswith("/") or address.startswith("//") or "\\" in address or _has_host(address)
    return "/" if leaves else address


def _has_host(address: str) -> bool:
    """Without the tabs that browsers leave out. What is no address counts as a foreign one."""
    try:
        return bool(urlsplit(address).netloc)
    except ValueError:
        return True

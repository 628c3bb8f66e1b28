"""What containers and blobs are labelled with, and the headers that both come back with."""

import re
import secrets
from datetime import UTC, datetime

from localazure.errors import INVALID_METADATA, METADATA_TOO_LARGE
from localazure.pipeline import Call

PREFIX = "x-ms-meta-"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
MOST_BYTES = 8 * 1024


def new_etag() -> str:
    return f'"0x8D{secrets.token_hex(7)[1:].upper()}"'


def of(call: Call) -> dict[str, str]:
    found = {name[len(PREFIX) :]: value for name, value in call.headers.items() if name.startswith(PREFIX)}
    if not all(NAME.fullmatch(name) and value.isascii() for name, value in found.items()):
        raise INVALID_METADATA.of()
    if sum(len(name) + len(value) for name, value in found.items()) > MOST_BYTES:
        raise METADATA_TOO_LARGE.of()
    return found


def headers(metadata: dict[str, str]) -> dict[str, str]:
    return {f"{PREFIX}{name}": value for name, value in metadata.items()}


def state(etag: str, changed_at: datetime) -> dict[str, str]:
    return {"etag": etag, "last-modified": http_time(changed_at)}


def http_time(at: datetime) -> str:
    """
    >>> http_time(datetime(2026, 11, 7, 9, 5, tzinfo=UTC))
    'Sat, 07 Nov 2026 09:05:00 GMT'
    """
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    utc = at.astimezone(UTC)
    return f"{days[utc.weekday()]}, {utc:%d} {months[utc.month - 1]} {utc:%Y %H:%M:%S} GMT"

"""Conditional headers: https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations"""

from datetime import datetime

from localazure.clock import http_date
from localazure.errors import BLOB_EXISTS, CONDITION_NOT_MET, INVALID_HEADER, NOT_MODIFIED, Refusal
from localazure.pipeline import Call
from localazure.records.storage import Blob, Container


def check(call: Call, known: Blob | Container | None, *, reading: bool = False) -> None:
    """Raises 412, of a read 304, and 409 where nothing was to be there. Without any header everything is well."""
    not_this: Refusal = NOT_MODIFIED if reading else CONDITION_NOT_MET
    match, none_match = call.headers.get("if-match"), call.headers.get("if-none-match")
    if match and not _named(match, known):
        raise CONDITION_NOT_MET.of()
    if none_match and _named(none_match, known):
        raise (BLOB_EXISTS if none_match.strip() == "*" and not reading else not_this).of()
    if known is None:
        return
    changed = known.changed_at.replace(microsecond=0)
    since, until = _date(call, "if-modified-since"), _date(call, "if-unmodified-since")
    if since and not none_match and changed <= since:
        raise not_this.of()
    if until and not match and changed > until:
        raise CONDITION_NOT_MET.of()


def _named(header: str, known: Blob | Container | None) -> bool:
    if known is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or known.etag in tags or known.etag.strip('"') in tags


def _date(call: Call, name: str) -> datetime | None:
    text = call.headers.get(name)
    if not text:
        return None
    try:
        return http_date(text)
    except ValueError:
        raise INVALID_HEADER.of() from None

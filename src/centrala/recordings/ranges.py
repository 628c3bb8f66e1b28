"""A file of the storage as browsers ask for it: whole, or piece by piece (RFC 9110, 14).

A piece is at most a megabyte, however much was asked for: the player asks for the next one itself, and nobody's
recording is ever in memory as a whole.
"""

import re
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from centrala.recordings.keeping import at_hand, storage

LARGEST = 1 << 20  # bytes of an answer
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
PARTIAL, UNSATISFIABLE = 206, 416


def answer(name: str, *, size: int, asked: str, as_name: str) -> HttpResponseBase:
    """`asked` is the Range header; one that is none, or asks for several, counts as absent."""
    found = RANGE.fullmatch(asked.strip())
    response: HttpResponseBase
    if found is None or not (found[1] or found[2]):
        response = StreamingHttpResponse(_pieces(name))
        response["Content-Length"] = str(size)
    else:
        response = _part(name, size, found[1], found[2])
    response["Content-Type"] = "audio/wav"
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = f'inline; filename="{as_name}"'
    return response


def from_the_start(asked: str) -> bool:
    """Whether what is asked for has the first byte, as that of whoever begins to play."""
    found = RANGE.fullmatch(asked.strip())
    return found is None or not (found[1] or found[2]) or (bool(found[1]) and int(found[1]) == 0)


def _part(name: str, size: int, first: str, last: str) -> HttpResponse:
    since = int(first) if first else max(0, size - int(last))
    until = min(int(last) if first and last else size - 1, size - 1, since + LARGEST - 1)
    if since >= size or until < since:
        response = HttpResponse(status=UNSATISFIABLE)
        response["Content-Range"] = f"bytes */{size}"
        return response
    with at_hand(name).open("rb") as file:
        file.seek(since)
        body = file.read(until - since + 1)
    response = HttpResponse(body, status=PARTIAL)
    response["Content-Range"] = f"bytes {since}-{since + len(body) - 1}/{size}"
    return response


async def _pieces(name: str) -> AsyncIterator[bytes]:
    file = await sync_to_async(storage().open)(name)
    try:
        while piece := await sync_to_async(file.read)(LARGEST):
            yield piece
    finally:
        await sync_to_async(file.close)()

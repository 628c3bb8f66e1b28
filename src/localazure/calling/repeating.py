"""Requests that may be sent twice and are done once.

https://docs.oasis-open.org/odata/repeatable-requests/v1.0/repeatable-requests-v1.0.html
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from uuid import UUID

from localazure.calling.errors import NOT_REPEATABLE, REPEATED_OTHERWISE
from localazure.calling.model import Answered
from localazure.clock import http_date
from localazure.pipeline import Call, Reply
from localazure.world import World

ID, FIRST_SENT, RESULT = "repeatability-request-id", "repeatability-first-sent", "repeatability-result"
REMEMBERED = timedelta(minutes=5)
Handle = Callable[[World, Call], Reply]


def repeatable(handle: Handle) -> Handle:
    """Without the headers a request is done each time. A refusal is not remembered: nothing was done."""

    @wraps(handle)
    def answered(world: World, call: Call) -> Reply:
        if ID not in call.headers and FIRST_SENT not in call.headers:
            return handle(world, call)
        key, content = _key(call), hashlib.sha256(call.target.encode() + b"\n" + call.body).hexdigest()
        known = _known(world, key)
        if known is None:
            reply = handle(world, call)
            known = Answered(
                content=content, at=world.clock.now(), status=reply.status, body=reply.body, headers=reply.headers
            )
            world.calls.answered[key] = known
        if known.content != content:
            error = REPEATED_OTHERWISE.of()
            error.headers[RESULT] = "rejected"
            raise error
        return Reply(status=known.status, body=known.body, headers={**known.headers, RESULT: "accepted"})

    return answered


def _known(world: World, key: str) -> Answered | None:
    """Forgets what is too old on the way: the oldest stand first."""
    known, too_old = world.calls.answered, world.clock.now() - REMEMBERED
    while known and (first := next(iter(known))) and known[first].at < too_old:
        del known[first]
    return known.get(key)


def _key(call: Call) -> str:
    name = call.headers.get(ID, "")
    if not _is_guid(name):
        raise NOT_REPEATABLE.of(name="Repeatability-Request-ID")
    try:
        http_date(call.headers.get(FIRST_SENT, ""))
    except ValueError:
        raise NOT_REPEATABLE.of(name="Repeatability-First-Sent") from None
    return f"{call.caller.resource}/{name.lower()}"


def _is_guid(text: str) -> bool:
    try:
        return len(text) == 36 and bool(UUID(text))
    except ValueError:
        return False

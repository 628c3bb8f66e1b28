"""An event's data, whatever its spelling."""

import json
from typing import Any

import msgspec

from centrala.inbox.drain import Incomprehensible
from centrala.inbox.waiting import Waiting


def data_of(event: Waiting) -> dict[str, Any]:  # JSON
    """With lower-case keys: older documents show PascalCase ones. Raises Incomprehensible."""
    try:
        data = _json(event.body).get("data")
    except (ValueError, RecursionError, AttributeError):
        raise Incomprehensible("The event is not JSON that can be read.") from None
    if not isinstance(data, dict):
        raise Incomprehensible("The event has no data.")
    return {str(key).lower(): value for key, value in data.items()}


def subject_of(event: Waiting) -> str:
    """ "" for an event without one. Raises Incomprehensible."""
    try:
        return str(_json(event.body).get("subject") or "")
    except (ValueError, RecursionError, AttributeError):
        raise Incomprehensible("The event is not JSON that can be read.") from None


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (ValueError, RecursionError):
        # Not strict: control characters inside a text are no reason to lose it, and the webhook took them.
        return json.loads(body.decode("utf-8", "replace"), strict=False)

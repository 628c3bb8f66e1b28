"""Why a request of a webhook was turned away, in words that a machine can read; for its token see entra.refusals."""

from enum import Enum


class Code(Enum):
    """The reason and its status. Event Grid comes again after 404 and 503; after 400, 401 and 413 it drops the event.

    https://learn.microsoft.com/azure/event-grid/delivery-and-retry
    """

    UNKNOWN_ENDPOINT = "unknown_endpoint", 404
    WRONG_SERVICE = "wrong_service", 404
    DISCONNECTED = "disconnected", 404
    RETIRED = "retired", 404

    TOO_LARGE = "too_large", 413
    TOO_SLOW = "too_slow", 408
    NOT_EVENTS = "not_an_array_of_events", 400
    CLOUD_EVENTS = "cloud_events_schema", 400
    NO_EVENT_ID = "event_without_id", 400
    TOO_MANY_EVENTS = "too_many_events", 400
    NO_VALIDATION_CODE = "no_validation_code", 400

    INBOX_UNAVAILABLE = "inbox_unavailable", 503
    INBOX_FULL = "inbox_full", 503
    FORMER_APPLICATION = "former_application", 503

    def __init__(self, word: str, status: int) -> None:
        self.word = word
        self.status = status

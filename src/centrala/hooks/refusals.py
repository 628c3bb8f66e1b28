"""Why a request of a webhook was turned away, in words that a machine can read."""

from enum import Enum


class Code(Enum):
    """The reason and its status. Event Grid comes again after 404 and 503; after 400, 401 and 413 it drops the event.

    https://learn.microsoft.com/azure/event-grid/delivery-and-retry
    """

    UNKNOWN_ENDPOINT = "unknown_endpoint", 404
    WRONG_SERVICE = "wrong_service", 404
    DISCONNECTED = "disconnected", 404
    RETIRED = "retired", 404

    NO_TOKEN = "no_token", 401
    SEVERAL_TOKENS = "several_tokens", 401
    TOKEN_TOO_LONG = "token_too_long", 401
    MALFORMED = "malformed_token", 401
    WRONG_ALGORITHM = "wrong_algorithm", 401
    NO_KEY_ID = "no_key_id", 401
    WRONG_TENANT = "wrong_tenant", 401
    WRONG_AUDIENCE = "wrong_audience", 401
    WRONG_APPLICATION = "wrong_application", 401
    WRONG_ISSUER = "wrong_issuer", 401
    ROLE_MISSING = "role_missing", 401
    UNKNOWN_KEY = "unknown_key", 401
    BAD_SIGNATURE = "bad_signature", 401
    NO_EXPIRY = "no_expiry", 401
    EXPIRED = "expired", 401
    NOT_YET_VALID = "not_yet_valid", 401

    TOO_LARGE = "too_large", 413
    TOO_SLOW = "too_slow", 408
    NOT_EVENTS = "not_an_array_of_events", 400
    CLOUD_EVENTS = "cloud_events_schema", 400
    NO_EVENT_ID = "event_without_id", 400
    TOO_MANY_EVENTS = "too_many_events", 400
    NO_VALIDATION_CODE = "no_validation_code", 400

    KEYS_UNAVAILABLE = "keys_unavailable", 503
    CLOCK_DIFFERS = "clock_differs", 503
    INBOX_UNAVAILABLE = "inbox_unavailable", 503

    def __init__(self, word: str, status: int) -> None:
        self.word = word
        self.status = status


class Refusal(Exception):
    """`detail` goes to the log and nowhere else: ids and host names, never a token."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(code.word)
        self.code = code
        self.detail = detail

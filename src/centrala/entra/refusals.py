"""Why a bearer token was turned away, in words that a machine can read."""

from enum import Enum
from typing import Protocol


class Reason(Protocol):
    """A word for the caller and the status that goes with it."""

    @property
    def word(self) -> str: ...

    @property
    def status(self) -> int: ...


class TokenCode(Enum):
    """What may be wrong with a token: 401. Where we cannot tell whether it is: 503."""

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

    KEYS_UNAVAILABLE = "keys_unavailable", 503
    CLOCK_DIFFERS = "clock_differs", 503

    def __init__(self, word: str, status: int) -> None:
        self.word = word
        self.status = status


class Refusal(Exception):
    """`detail` goes to the log and to administrators: ids and host names, never a token."""

    def __init__(self, code: Reason, detail: str = "") -> None:
        super().__init__(code.word)
        self.code = code
        self.detail = detail

"""What the cloud's refusals become."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from azure.core.exceptions import (
    AzureError as SdkError,
)
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.rest import HttpResponse

LONGEST_WAIT_SECONDS = 3600.0


def gettext_noop(sentence: str) -> str:
    """Marks a sentence for the catalogue. It is translated where it is shown: connection.azure_words."""
    return sentence


class Said(StrEnum):
    """The sentences that are ours and not Azure's. `words` are Azure's or the network's own, in their language."""

    SIGN_IN_FAILED = gettext_noop("Signing in to Azure failed: %(words)s")
    SIGN_IN_AGAIN = gettext_noop("Sign in to Azure again.")
    NOT_REACHED = gettext_noop("Azure could not be reached: %(words)s")
    NO_ANSWER = gettext_noop("Azure did not answer: %(words)s")
    STATUS = gettext_noop("The service answered with status %(words)s.")
    NO_RECEIPT = gettext_noop("The service took the message and answered with a body that cannot be read.")
    STILL_UNDER_WAY = gettext_noop("Azure has taken the order and is not through with it yet.")
    ACCESS_TOKEN = gettext_noop("The access token cannot be read.")
    GRAPH_TOKEN = gettext_noop("The token for Microsoft Graph cannot be read.")
    NO_CODE = gettext_noop("Azure gave no code to sign in with: %(words)s")
    SIGN_IN_UNANSWERED = gettext_noop("Azure did not answer the sign-in: %(words)s.")
    NO_SIGN_IN = gettext_noop("Azure does not offer to sign in: %(words)s")
    HOST_SILENT = gettext_noop("%(host)s does not answer: %(words)s")
    HOST_STATUS = gettext_noop("%(host)s answered %(words)s")
    HOST_OTHER = gettext_noop("%(host)s does not answer as a Web API does.")
    LIST_ELSEWHERE = gettext_noop(
        "%(host)s names another address for the rest of the list: %(words)s. It was not asked, the token is not for it."
    )
    BLOBS_NOT_SIGNED = gettext_noop(
        "The storage account does not accept the key or signature for the container %(words)s: it was made anew, has "
        "expired, or belongs to another account. Fix: copy it again from Access keys or Shared access signature."
    )
    BLOBS_WHOSE_KEY = gettext_noop(
        "The address of the container %(words)s does not say which storage account the key is of. Fix: enter the "
        "connection string instead of the key."
    )
    BLOBS_CLOCK = gettext_noop(
        "The storage account refuses the request for the container %(words)s because the clock of this machine is "
        "wrong. Fix: let it follow a time server."
    )
    BLOBS_NO_KEYS = gettext_noop(
        "The storage account of the container %(words)s takes no keys and no signatures made with them. Fix: Storage "
        "account > Configuration > Allow storage account key access."
    )
    BLOBS_FIREWALL = gettext_noop(
        "The storage account does not let this machine read the container %(words)s. Fix: Storage account > "
        "Networking, allow its address."
    )
    BLOBS_NOT_ALLOWED = gettext_noop(
        "The shared access signature does not allow to read the container %(words)s. Fix: make one with the "
        "permissions Read and List."
    )
    BLOBS_NO_CONTAINER = gettext_noop(
        "The storage account has no container %(words)s. Fix: create it there, or correct the address."
    )


class SignInAgain(ClientAuthenticationError):
    """A person's sign-in is over, and Entra does not say why."""


class AzureError(Exception):
    """The cloud said no, or could not be asked.

    `message` is Azure's own, or, where `said` is set, ours in English around `values`.
    `permanent` is false where the same call may succeed later (time-outs, 408, 429, 5xx): such jobs are retried.
    `never_arrived` is true where the service certainly did nothing: no connection came about, or it answered 429.
    `status` is the HTTP status, None when no answer came. `inner_code` says more than `code`, where there is one.
    `retry_after` is in seconds, as the service asked.
    """

    def __init__(
        self,
        message: str,
        *,
        words: object = "",
        host: str = "",
        permanent: bool,
        status: int | None = None,
        code: str | None = None,
        inner_code: str | None = None,
        retry_after: float | None = None,
        never_arrived: bool = False,
    ) -> None:
        self.said = message if isinstance(message, Said) else None
        self.values = {"words": str(words), "host": host}
        self.message = self.said % self.values if self.said else message
        super().__init__(self.message)
        self.permanent = permanent
        self.status = status
        self.code = code
        self.inner_code = inner_code
        self.retry_after = retry_after
        self.never_arrived = never_arrived or status == 429

    @classmethod
    def from_sdk(cls, error: SdkError) -> "AzureError":
        """The vendor's exception as ours; the service's own words are kept, requests and headers are not."""
        if isinstance(error, HttpResponseError) and error.status_code is not None:
            return _from_response(error)
        if isinstance(error, SignInAgain):
            return cls(Said.SIGN_IN_AGAIN, permanent=True)
        if isinstance(error, ClientAuthenticationError):
            return cls(Said.SIGN_IN_FAILED, words=_first_line(error), permanent=True)
        if isinstance(error, ServiceRequestError):
            return cls(Said.NOT_REACHED, words=_first_line(error), permanent=False, never_arrived=True)
        if isinstance(error, ServiceResponseError):
            return cls(Said.NO_ANSWER, words=_first_line(error), permanent=False)
        return cls(_first_line(error), permanent=False)

    @classmethod
    def from_response(cls, response: HttpResponse) -> "AzureError":
        """The error envelope that ACS and Graph share: {"error": {"code", "message"}}."""
        try:
            error = response.json()["error"]
            code, message = error.get("code"), error.get("message")
            inner = _chain(error.get("innererror"))
        except (ValueError, KeyError, TypeError, AttributeError):
            code, message, inner = None, None, []
        return cls(
            next((str(one["message"]) for one in inner if one.get("message")), message) or Said.STATUS,
            words=response.status_code,
            permanent=is_permanent(response.status_code),
            status=response.status_code,
            code=code,
            inner_code=next((str(one["code"]) for one in inner if one.get("code")), None),
            retry_after=retry_after_seconds(response.headers.get("Retry-After")),
        )


@contextmanager
def as_ours() -> Iterator[None]:
    """The vendor's exceptions of what stands in here, as AzureError."""
    try:
        yield
    except SdkError as error:
        raise AzureError.from_sdk(error) from None


def is_permanent(status: int) -> bool:
    """Whether asking again with the same request is pointless. A success whose body broke off is not permanent."""
    return 400 <= status < 500 and status not in {408, 429}


def retry_after_seconds(value: str | None) -> float | None:
    """The Retry-After header in seconds, at most an hour; dates and nonsense count as absent."""
    try:
        seconds = float(value) if value else math.nan
    except ValueError:
        return None
    return min(max(0.0, seconds), LONGEST_WAIT_SECONDS) if math.isfinite(seconds) else None


def _from_response(error: HttpResponseError) -> AzureError:
    status = error.status_code
    assert status is not None
    code = error.error.code if error.error else None
    message = _innermost(error) or (error.error.message if error.error else None) or _first_line(error)
    headers = getattr(error.response, "headers", None) or {}
    return AzureError(
        message,
        permanent=is_permanent(status),
        status=status,
        code=code,
        retry_after=retry_after_seconds(headers.get("Retry-After")),
    )


def _innermost(error: HttpResponseError) -> str:
    """Communication Services tells by "The server encountered an internal error" what was wrong with the request; what
    that was stands further in."""
    inner = _chain(error.error.innererror if error.error else None)
    return next((str(one["message"]) for one in inner if one.get("message")), "")


def _chain(inner: object) -> list[dict[str, Any]]:
    """The errors within an error, the innermost first."""
    found: list[dict[str, Any]] = []
    while isinstance(inner, dict):
        found.insert(0, inner)
        inner = inner.get("innererror")
    return found


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]

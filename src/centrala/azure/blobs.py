"""A container of a storage account's blobs, read only.

https://learn.microsoft.com/rest/api/storageservices/authorize-requests-to-azure-storage
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from azure.core import MatchConditions
from azure.core.exceptions import AzureError as SdkError
from azure.core.exceptions import HttpResponseError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import ContainerClient

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError, Said

PAGE = 1_000  # blobs that are listed at once
SKEW = timedelta(minutes=15)  # by which the service takes a clock that is wrong
ACCOUNT_KEY = re.compile(r"[A-Za-z0-9+/]{86}==")
LOOPBACK = {"localhost", "127.0.0.1"}
SAID = {
    "AuthenticationFailed": Said.BLOBS_NOT_SIGNED,
    "NoAuthenticationInformation": Said.BLOBS_NOT_SIGNED,
    "InvalidAuthenticationInfo": Said.BLOBS_NOT_SIGNED,
    "KeyBasedAuthenticationNotPermitted": Said.BLOBS_NO_KEYS,
    "AuthorizationFailure": Said.BLOBS_FIREWALL,
    "AuthorizationPermissionMismatch": Said.BLOBS_NOT_ALLOWED,
    "AuthorizationResourceTypeMismatch": Said.BLOBS_NOT_ALLOWED,
    "AuthorizationServiceMismatch": Said.BLOBS_NOT_ALLOWED,
    "ContainerNotFound": Said.BLOBS_NO_CONTAINER,
    "ResourceNotFound": Said.BLOBS_NO_CONTAINER,
}


@dataclass(frozen=True)
class Place:
    """A container's address, without a query: https://ACCOUNT.blob.core.windows.net/CONTAINER."""

    url: str

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Raises ValueError for whatever is no container's address."""
        parts = urlsplit(text.strip())
        segments = [part for part in parts.path.split("/") if part]
        wanted = 2 if parts.hostname in LOOPBACK else 1  # elsewhere the account is a part of the path
        plain = parts.scheme == "https" and parts.hostname and not parts.query and not parts.fragment
        if not plain or parts.username or parts.port == 0 or len(segments) != wanted:
            raise ValueError(text)
        return cls(f"https://{parts.netloc.lower()}/{'/'.join(segments)}")

    @property
    def container(self) -> str:
        return self.url.rpartition("/")[2]


@dataclass(frozen=True, repr=False)
class Secret:
    """What opens it: an account's key with the account's name, or a shared access signature. Never shown."""

    account: str
    key: str = ""
    signature: str = ""

    @classmethod
    def parse(cls, text: str) -> "Secret":
        """From a connection string, a signature or a key. Raises ValueError, which does not repeat the text."""
        text = text.strip()
        if "sig=" in text and "AccountKey=" not in text and "SharedAccessSignature=" not in text:
            return cls("", signature=text.lstrip("?"))
        if ACCOUNT_KEY.fullmatch(text):
            return cls("", key=text)
        parts = dict(part.strip().partition("=")[::2] for part in text.split(";") if "=" in part)
        key, signature = parts.get("AccountKey", ""), parts.get("SharedAccessSignature", "")
        if not signature and not ACCOUNT_KEY.fullmatch(key):
            raise ValueError("neither a connection string, nor a signature, nor a key")
        return cls(parts.get("AccountName", ""), key="" if signature else key, signature=signature.lstrip("?"))

    @property
    def credential(self) -> Any:  # as Microsoft's client takes it: text, or account and key
        if self.signature:
            return self.signature
        return {"account_name": self.account, "account_key": self.key} if self.account else self.key


@dataclass(frozen=True, kw_only=True)
class Listed:
    name: str
    size: int
    etag: str


@contextmanager
def container(place: Place, secret: Secret, cloud: Cloud) -> Iterator[ContainerClient]:
    """Raises AzureError where a key alone does not say whose it is: at an address of one's own."""
    try:
        client = ContainerClient.from_container_url(
            place.url,
            credential=secret.credential,
            connection_verify=cloud.verify,
            connection_timeout=cloud.connecting_seconds,
            read_timeout=cloud.answer_seconds,
            retry_total=0,  # like every client here: callers retry, or tell the person who does
        )
    except ValueError:
        raise AzureError(Said.BLOBS_WHOSE_KEY, words=place.container, permanent=True) from None
    with client:
        yield client


def pages(client: ContainerClient, start: str, *, size: int = PAGE) -> Iterator[tuple[str, list[Listed]]]:
    """The blobs by name, page by page, each with the marker that begins at it. Raises AzureError."""
    listed = client.list_blobs(results_per_page=size).by_page(start or None)
    marker = start
    while True:
        try:
            page = [Listed(name=one.name, size=one.size, etag=one.etag) for one in next(listed)]
        except StopIteration:
            return
        except SdkError as error:
            raise _said(error, client) from None
        yield marker, page
        marker = str(getattr(listed, "continuation_token", None) or "")


def content(client: ContainerClient, one: Listed) -> bytes | None:
    """None where it is gone, or another one, since it was listed. Raises AzureError."""
    try:
        download = client.download_blob(one.name, etag=one.etag, match_condition=MatchConditions.IfNotModified)
        return download.readall()
    except ResourceModifiedError:
        return None
    except ResourceNotFoundError as error:
        if _code(error) == "BlobNotFound":
            return None
        raise _said(error, client) from None
    except SdkError as error:
        raise _said(error, client) from None


def _said(error: SdkError, client: ContainerClient) -> AzureError:
    """What is wrong with the key or the container, in words of ours: Azure's speak of headers."""
    code = _code(error)
    said = Said.BLOBS_CLOCK if code == "AuthenticationFailed" and _clock_is_off(error) else SAID.get(code)
    if said is None or not isinstance(error, HttpResponseError):
        return AzureError.from_sdk(error)
    return AzureError(said, words=client.container_name, permanent=True, status=error.status_code, code=code)


def _code(error: SdkError) -> str:
    response = getattr(error, "response", None)
    return str(response.headers.get("x-ms-error-code", "")) if response is not None else ""


def _clock_is_off(error: SdkError) -> bool:
    response = getattr(error, "response", None)
    try:
        told = parsedate_to_datetime(response.headers["Date"]) if response is not None else None
    except (KeyError, TypeError, ValueError):
        return False
    return told is not None and abs(datetime.now(UTC) - told) > SKEW

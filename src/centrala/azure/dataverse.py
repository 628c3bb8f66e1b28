"""The Web API of a Dynamics 365 organisation, as far as a check-up reads it.

https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview
"""

import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError as SdkError

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError, Said, is_permanent
from centrala.azure.next_page import following

ENTRIES = "msdyn_occommunicationprovidersettingentries"
PARENT = "_msdyn_communicationprovidersettingentid_value"
NAME_OF_PARENT = f"{PARENT}@OData.Community.Display.V1.FormattedValue"
QUERY = {"$select": f"msdyn_key,msdyn_value,{PARENT}", "$filter": "statecode eq 0"}
HEADERS = {
    "Accept": "application/json",
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.0",
    "Prefer": 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"',
}
PAGES = 20  # there are two entries for each connected resource
SECONDS = 20.0  # for an answer to begin or go on
MOST_SECONDS, MOST_BYTES = 60.0, 5_000_000  # of one page, whatever host was named
LONGEST_SAID = 300


@dataclass(frozen=True, kw_only=True)
class ProviderEntry:
    """A Communication Provider Setting Entry that is active. `setting` tells to which provider setting it belongs."""

    setting: str
    setting_name: str
    key: str
    value: str


def origin(text: str) -> str:
    """`https://org.crm.dynamics.com`. Raises ValueError for what is no https address without a path."""
    parts = urlsplit(text.strip().rstrip("/"))
    if parts.scheme != "https" or not parts.hostname or parts.path or parts.query or "@" in parts.netloc:
        raise ValueError("not an https address without a path")
    return f"https://{parts.netloc.lower()}"


def provider_entries(address: str, *, credential: TokenCredential, cloud: Cloud) -> tuple[ProviderEntry, ...]:
    """Raises AzureError: 401 and 403 where the caller is no user of that organisation, or may not read the table."""
    try:
        token = credential.get_token(f"{address}/.default").token
    except SdkError as error:
        raise AzureError.from_sdk(error) from None
    trust = ssl.create_default_context(cafile=cloud.ca_bundle)
    headers = {**HEADERS, "Authorization": f"Bearer {token}"}
    with httpx.Client(headers=headers, verify=trust, timeout=SECONDS) as client:
        return tuple(_entry(row) for row in _rows(client, address))


def _rows(client: httpx.Client, address: str) -> Iterator[dict[str, Any]]:  # JSON
    url, parameters = f"{address}/api/data/v9.2/{ENTRIES}", QUERY
    for _ in range(PAGES):
        answer = _page(client, url, parameters)
        yield from answer["value"]
        url, parameters = following(answer.get("@odata.nextLink"), base=address), {}
        if not url:
            return


def _page(client: httpx.Client, url: str, parameters: dict[str, str]) -> dict[str, Any]:  # JSON
    try:
        with client.stream("GET", url, params=parameters or None) as response:
            body = _body(response)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise AzureError(Said.HOST_SILENT, host=urlsplit(url).netloc, words=error, permanent=False) from None
    if response.status_code != 200:
        raise AzureError(
            Said.HOST_STATUS,
            host=urlsplit(url).netloc,
            words=f"{response.status_code}: {_words(body) or response.reason_phrase}",
            permanent=is_permanent(response.status_code),
            status=response.status_code,
        )
    try:
        found: dict[str, Any] = json.loads(body)
        if isinstance(found["value"], list) and all(isinstance(row, dict) for row in found["value"]):
            return found
    except (ValueError, LookupError, TypeError, RecursionError):
        pass
    raise AzureError(Said.HOST_OTHER, host=urlsplit(url).netloc, permanent=True)


def _body(response: httpx.Response) -> bytes:
    """As much as a page may be; nothing of what is longer or comes too slowly."""
    body, until = bytearray(), time.monotonic() + MOST_SECONDS
    for part in response.iter_bytes():
        body += part
        if len(body) > MOST_BYTES or time.monotonic() > until:
            return b""
    return bytes(body)


def _words(body: bytes) -> str:
    """Printable: they are shown at a terminal."""
    try:
        said = str(json.loads(body)["error"]["message"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return "".join(each if each.isprintable() else " " for each in said)[:LONGEST_SAID]


def _entry(row: dict[str, Any]) -> ProviderEntry:  # JSON
    return ProviderEntry(
        setting=str(row.get(PARENT) or ""),
        setting_name=str(row.get(NAME_OF_PARENT) or ""),
        key=str(row.get("msdyn_key") or ""),
        value=str(row.get("msdyn_value") or "").strip(),
    )

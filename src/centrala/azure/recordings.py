"""Recordings of calls: fetching and deleting their files.

Microsoft's client takes no other hosts than three of Microsoft's, and does not go on where it was cut off; hence this
module over azure-core's pipeline. A request goes to the host of the file and is signed for the resource's.
https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/call-recording-download
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from azure.core import PipelineClient
from azure.core.exceptions import AzureError as SdkError
from azure.core.pipeline.policies import HeadersPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError, Said
from centrala.azure.identifiers import ConnectionString
from centrala.azure.signing import AccessKeyPolicy

CONNECTING_SECONDS, SILENT_SECONDS = 10, 30
PIECE = 256 << 10  # bytes
LARGEST_METADATA = 1 << 20
OK, PARTIAL, PAST_THE_END = 200, 206, 416
GONE = {404, 410}
RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")
# Less than addresses may be: what every parser reads alike, so that the host that is checked is the one that is asked.
ADDRESS = re.compile(
    r"https://(?P<host>(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63})(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?][!\"$-\[\]-~]*)?",  # no control character, space, backslash, fragment
    re.IGNORECASE | re.ASCII,
)


# Requests are signed with the resource's key, and its own host may hold recordings: whatever else can be asked or
# deleted there is out of reach. No segment leads up, however it is written.
OBJECT = re.compile(
    r"/v1/objects(?:/(?!\.{1,2}(?:[/?]|$))(?:[\w.~+=:,@-]|%(?!2[ef]|5c)[0-9a-f]{2})+)+(?:\?.*)?", re.I | re.A
)


class ForeignHost(ValueError):
    """The address lies where no recording of this cloud does: nothing was sent there. `host` is its host, with the
    path where that is what is wrong."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


@dataclass(frozen=True)
class Arriving:
    """A file on its way. `since` is where the pieces begin, which is not where they were asked to where the service
    knows no ranges; `size` is that of the whole file, None where the service does not tell."""

    since: int
    size: int | None
    pieces: Iterator[bytes]


class RecordingFiles:
    """Of one resource. Every call raises AzureError, and ForeignHost before anything is asked."""

    def __init__(self, *, connection: ConnectionString, cloud: Cloud) -> None:
        self._host = urlsplit(connection.endpoint).hostname or ""
        self._allowed = [host for host in map(str.strip, cloud.recording_hosts.lower().split(",")) if host]
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            connection.endpoint,
            # Neither retries nor redirects: the job retries, and another host is another address.
            policies=[HeadersPolicy(), UserAgentPolicy("centrala"), AccessKeyPolicy(connection)],
            connection_verify=cloud.verify,
            connection_timeout=CONNECTING_SECONDS,
            read_timeout=SILENT_SECONDS,
            connection_data_block_size=PIECE,
        )

    @contextmanager
    def content(self, location: str, *, since: int = 0) -> Iterator[Arriving]:
        """The sound, from that byte on where the service can."""
        request = self._request("GET", location)
        request.headers["Accept-Encoding"] = "identity"  # its sizes are those of the file
        if since:
            request.headers["Range"] = f"bytes={since}-"
        with self._answered(request) as response:
            yield _arriving(response, since)

    def metadata(self, location: str) -> bytes:
        with self._answered(self._request("GET", location)) as response:
            return _within(response, LARGEST_METADATA)

    def delete(self, location: str) -> None:
        """Nothing where it is gone already."""
        try:
            with self._answered(self._request("DELETE", location)):
                return
        except AzureError as error:
            if error.status not in GONE:
                raise

    def _request(self, method: str, location: str) -> HttpRequest:
        return HttpRequest(method, self._checked(location), headers={"x-ms-host": self._host})

    def _checked(self, location: str) -> str:
        """The address, put together of what was checked. Raises ForeignHost."""
        parts = ADDRESS.fullmatch(location)
        if parts is None:
            raise ForeignHost("")
        host = parts["host"].lower()
        full = host if parts["port"] in {None, "443"} else f"{host}:{parts['port']}"
        if not any(full.endswith(one) if one.startswith(".") else full == one for one in self._allowed):
            raise ForeignHost(full)
        if OBJECT.fullmatch(parts["rest"] or "") is None:
            raise ForeignHost(f"{full}{parts['rest'] or ''}")
        return f"https://{full}{parts['rest'] or ''}"

    @contextmanager
    def _answered(self, request: HttpRequest) -> Iterator[HttpResponse]:
        try:
            with self._client.send_request(request, stream=True) as response:
                if response.status_code not in {OK, PARTIAL, PAST_THE_END}:
                    _read_refusal(response)
                yield response
        except SdkError as error:
            raise AzureError.from_sdk(error) from None


def _read_refusal(response: HttpResponse) -> None:
    """Raises AzureError. Of a redirect nothing is followed, and it is never another time's success."""
    if response.status_code < 400:
        words = f"{response.status_code}"
        raise AzureError(Said.STATUS, words=words, permanent=True, status=response.status_code)
    response.read()
    raise AzureError.from_response(response)


def _arriving(response: HttpResponse, since: int) -> Arriving:
    told = RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if response.status_code == PAST_THE_END:
        return Arriving(since, int(told[2]) if told else None, iter(()))
    pieces = response.iter_raw()
    if response.status_code == PARTIAL:
        if told is None or told[1] is None:
            raise AzureError(Said.STATUS, words=response.status_code, permanent=False, status=response.status_code)
        return Arriving(int(told[1]), int(told[2]), pieces)
    length = response.headers.get("Content-Length", "")
    return Arriving(0, int(length) if length.isdecimal() else None, pieces)


def _within(response: HttpResponse, largest: int) -> bytes:
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if len(body) > largest:
            raise AzureError(Said.STATUS, words=response.status_code, permanent=True, status=response.status_code)
    return body

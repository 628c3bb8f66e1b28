"""Signing a request with the resource's access key.

https://learn.microsoft.com/azure/communication-services/tutorials/hmac-header-tutorial
"""

import base64
import hashlib
import hmac
from email.utils import formatdate
from urllib.parse import urlsplit

from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import HttpRequest, HttpResponse

from centrala.azure.identifiers import ConnectionString

SIGNED_HEADERS = "x-ms-date;host;x-ms-content-sha256"


class AccessKeyPolicy(SansIOHTTPPolicy[HttpRequest, HttpResponse]):
    """Signs method, path with query, date, host and body. Stands last, so that it signs what is sent."""

    def __init__(self, connection: ConnectionString) -> None:
        self._host = connection.host
        self._key = base64.b64decode(connection.access_key)

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        http = request.http_request
        date = formatdate(usegmt=True)
        digest = base64.b64encode(hashlib.sha256(_body(http)).digest()).decode()
        url = urlsplit(http.url)
        target = url.path + (f"?{url.query}" if url.query else "")
        text = f"{http.method}\n{target}\n{date};{self._host};{digest}"
        signature = base64.b64encode(hmac.digest(self._key, text.encode(), "sha256")).decode()
        http.headers["x-ms-date"] = date
        http.headers["x-ms-content-sha256"] = digest
        http.headers["Authorization"] = f"HMAC-SHA256 SignedHeaders={SIGNED_HEADERS}&Signature={signature}"


def _body(request: HttpRequest) -> bytes:
    content = request.content
    if content is None:
        return b""
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    raise TypeError("only a body held in memory can be signed")

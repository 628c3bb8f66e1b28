"""Communication Services on the bare wire: requests signed with an access key."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx

from localazure.pytest_plugin import LocalAzure

CUSTOMER = "+14255550123"


def key_of(azure: LocalAzure) -> str:
    return azure.acs.connection_string.partition("accesskey=")[2]


def signed(azure, method, target, body=b"", *, key=None, date=None, host=None, content_type="application/json"):
    """https://learn.microsoft.com/azure/communication-services/tutorials/hmac-header-tutorial"""
    host = host or azure.url.removeprefix("https://")
    date = format_datetime(date or datetime.now(UTC), usegmt=True)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    text = f"{method}\n{target}\n{date};{host};{digest}"
    signature = base64.b64encode(hmac.digest(base64.b64decode(key or key_of(azure)), text.encode(), "sha256")).decode()
    return {
        "host": host,
        "x-ms-date": date,
        "x-ms-content-sha256": digest,
        "authorization": f"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={signature}",
        "content-type": content_type,
    }


class Acs:
    """One resource, by one of its keys (the seeded one's primary by default)."""

    def __init__(self, azure: LocalAzure, http: httpx.Client, key: str | None = None) -> None:
        self._azure, self._http, self._key = azure, http, key

    def request(self, method, target, body=None, *, content_type="application/json") -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        headers = signed(self._azure, method, target, content, key=self._key, content_type=content_type)
        return self._http.request(method, target, content=content, headers=headers)

    def send(self, text="Hello", *, to=(CUSTOMER,), sender=None, version="2026-01-23", **options) -> httpx.Response:
        body = {
            "from": sender or self._azure.acs.phone_numbers[0],
            "smsRecipients": [{"to": number} for number in to],
            "message": text,
            "smsSendOptions": {"enableDeliveryReport": True} | options,
        }
        return self.request("POST", f"/sms?api-version={version}", body)

    def opt_outs(self, verb, to=(CUSTOMER,), *, sender=None, version="2026-01-23") -> httpx.Response:
        body = {"from": sender or self._azure.acs.phone_numbers[0], "recipients": [{"to": number} for number in to]}
        return self.request("POST", f"/sms/optouts:{verb}?api-version={version}", body)


def inbox(azure: LocalAzure, number: str = CUSTOMER) -> list[dict]:
    return azure.control.get("/_local/inbox", params={"number": number}).raise_for_status().json()["items"]


def give(azure: LocalAzure, number: str, **body: str) -> None:
    azure.control.post("/_local/numbers", json={"number": number} | body).raise_for_status()

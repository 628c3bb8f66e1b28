"""One request to a subscriber's address: at most 15 seconds, no redirects, to the very address that was checked."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache

import certifi
import httpx

from centrala.subscribers.addresses import PrivateAddress, resolve
from centrala.subscribers.models import Problem

TIMEOUT_SECONDS = 15.0
MOST_READ = 64 * 1024  # bytes of the answer
HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": "Centrala-Webhooks/1",
    "Accept-Encoding": "identity",  # what is read is what came: no bomb of zeros
    "Connection": "close",
}


@dataclass(frozen=True)
class Answer:
    milliseconds: int
    status: int | None = None
    problem: Problem | None = None
    text: str = ""
    retry_after: timedelta | None = None  # as the address asks for it


def post(address: str, *, body: str, headers: Mapping[str, str]) -> Answer:
    began = time.monotonic()
    status, problem, text, retry_after = None, None, "", None
    try:
        status, text, asked = asyncio.run(_within_time(address, body, headers))
        retry_after = asked_wait(asked, at=datetime.now(UTC))
    except (TimeoutError, httpx.TimeoutException):
        problem = Problem.SLOW
    except PrivateAddress:
        problem = Problem.PRIVATE
    except UnknownHost:
        problem = Problem.UNKNOWN_HOST
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        problem = Problem.CERTIFICATE if "CERTIFICATE_VERIFY_FAILED" in str(error) else Problem.UNREACHABLE
    return Answer(int((time.monotonic() - began) * 1000), status, problem, text, retry_after)


def asked_wait(header: str, *, at: datetime) -> timedelta | None:
    """Retry-After: so many seconds, or a moment (RFC 9110, 10.2.3). What is neither asks for nothing."""
    words = header.strip()
    if words.isascii() and words.isdigit():
        return timedelta(seconds=int(words[:9]))
    try:
        moment = parsedate_to_datetime(words)
    except (ValueError, TypeError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(moment - at, timedelta())


class UnknownHost(Exception):
    """Its name leads nowhere."""


async def _within_time(address: str, body: str, headers: Mapping[str, str]) -> tuple[int, str, str]:
    """httpx counts each read anew, so an answer of one byte a second would never end."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        return await _post(httpx.URL(address), body, headers)


async def _post(url: httpx.URL, body: str, headers: Mapping[str, str]) -> tuple[int, str, str]:
    """Status, the answer's beginning, its Retry-After."""
    host, port = url.raw_host.decode(), url.port or (443 if url.scheme == "https" else 80)
    try:
        ip = await asyncio.to_thread(resolve, host, port)
    except (OSError, UnicodeError):
        raise UnknownHost from None
    named = HEADERS | {"Host": url.netloc.decode()} | dict(headers)
    # Not through a proxy of the environment, which would look the name up again by itself.
    async with httpx.AsyncClient(verify=_trust(), trust_env=False, timeout=TIMEOUT_SECONDS) as client:
        request = client.build_request(
            "POST", url.copy_with(host=ip), content=body.encode(), headers=named, extensions={"sni_hostname": host}
        )
        answer = await client.send(request, stream=True)
        try:
            return answer.status_code, await _beginning(answer), answer.headers.get("Retry-After", "")
        finally:
            await answer.aclose()


async def _beginning(answer: httpx.Response) -> str:
    read = b""
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) >= MOST_READ:
            break
    return read[:MOST_READ].decode("utf-8", "replace")


@cache
def _trust() -> ssl.SSLContext:
    """The machine's own authorities (SSL_CERT_FILE adds to them), and the public ones where it has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context

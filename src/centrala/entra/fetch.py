"""Documents of the cloud's identity provider over https."""

import asyncio
import ssl
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx

from centrala.azure.cloud import Cloud
from centrala.entra.keys import Fetch, Fetched, FetchFailed

SECONDS = 5.0


def client(cloud: Cloud) -> httpx.AsyncClient:
    trust: ssl.SSLContext | bool = ssl.create_default_context(cafile=cloud.ca_bundle) if cloud.ca_bundle else True
    return httpx.AsyncClient(verify=trust, timeout=SECONDS)


def fetching(http: httpx.AsyncClient) -> Fetch:
    async def fetch(url: str) -> Fetched:
        try:
            async with asyncio.timeout(SECONDS):
                response = await http.get(url)
                response.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise FetchFailed(f"{url}: {type(error).__name__}") from error
        return Fetched(response.content, _date(response.headers.get("date", "")))

    return fetch


def fetching_alone(cloud: Cloud) -> Fetch:
    """The same for who has no loop of their own that lasts: each fetch has a client of its own. They are rare."""

    async def fetch(url: str) -> Fetched:
        async with client(cloud) as http:
            return await fetching(http)(url)

    return fetch


def _date(header: str) -> datetime | None:
    """HTTP's dates are always GMT; parsedate leaves the zone out of some, and those are of no use."""
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return date if date.tzinfo is not None else None

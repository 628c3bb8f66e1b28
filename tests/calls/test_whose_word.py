"""Whose word counts about a number outside that is consulted: that of Call Automation for the one resource, and nobody
else's, who neither ends the call nor hears anything in it."""

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
import msgspec
import pytest
import pytest_asyncio
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette

from calls.test_advice import Azure, asked, azure, now_is, scene
from centrala.calls import enquiring, outside_routes, routes
from centrala.calls.enquiry import Enquired, Enquiry, Parted
from centrala.calls.exchange import Exchange
from centrala.calls.live_call import LiveCall
from centrala.calls.threads import in_thread
from centrala.calls.trusting import CallTokens
from centrala.connection.models import Connection
from centrala.entra.keys import Fetched
from hooks.scene import private_key

__all__ = ["Azure", "asked", "azure", "scene"]
pytestmark = pytest.mark.django_db(transaction=True)
AUTHORITY, OURS = "https://calls.example.org", "0f6d2c1e-9a47-4d1b-8a8e-6f2f3c1d5b70"
Make = Callable[[], str]


async def fetch(url: str) -> Fetched:
    """The issuer's own documents."""
    public = RSAAlgorithm.to_jwk(private_key("key-1").public_key(), as_dict=True)
    keys = {"keys": [{"kid": "key-1", "use": "sig", "kty": "RSA", "n": public["n"], "e": public["e"]}]}
    said = keys if url.endswith("/keys") else {"issuer": AUTHORITY, "jwks_uri": f"{AUTHORITY}/calling/keys"}
    return Fetched(msgspec.json.encode(said), None)


def token(*, kid: str = "key-1", signer: str = "key-1", **changed: Any) -> str:
    at = int(datetime.now(UTC).timestamp())
    claims = {"iss": AUTHORITY, "aud": OURS, "iat": at, "nbf": at, "exp": at + 300} | changed
    return f"Bearer {jwt.encode(claims, private_key(signer), 'RS256', headers={'kid': kid})}"


def unsigned() -> str:
    return f"Bearer {jwt.encode({'iss': AUTHORITY, 'aud': OURS, 'exp': 2**31}, '', 'none', headers={'kid': 'key-1'})}"


FORGED: dict[str, Make] = {
    "made up": lambda: "Bearer made.up.token",
    "of no scheme": lambda: token().removeprefix("Bearer "),
    "unsigned": unsigned,
    "signed by another key": lambda: token(signer="key-2"),
    "of an unknown key": lambda: token(kid="key-2", signer="key-2"),
    "of another resource": lambda: token(aud="7b1d0c55-0a52-4c1f-9d0e-2f5f7f1f9f11"),
    "of no resource": lambda: token(aud=""),
    "of another issuer": lambda: token(iss="https://login.microsoftonline.com/common/v2.0"),
    "expired": lambda: token(exp=int(datetime.now(UTC).timestamp()) - 3600),
}


@pytest_asyncio.fixture
async def answered(
    scene: tuple[Exchange, LiveCall, Enquiry],
) -> AsyncIterator[tuple[Starlette, LiveCall, Enquiry]]:
    """Somebody answered at the number outside, and its sound has not come yet."""
    exchange, live, enquiry = scene
    await in_thread(Connection.objects.update, immutable_resource_id=OURS)
    await in_thread(enquiring.came, enquiry.pk)
    await exchange.refresh(live)
    app = Starlette(routes=[*outside_routes.routes, *routes.routes])
    app.state.exchange = exchange
    app.state.call_tokens = CallTokens(authority=AUTHORITY, fetch=fetch, clock=lambda: datetime.now(UTC))
    yield app, live, enquiry


def bearing(tokens: Iterable[str]) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", token.encode()) for token in tokens]


async def told(app: Starlette, path: str, *tokens: str) -> int:
    """The answer to whoever says that the number outside has hung up."""
    body = [{"id": "1", "type": "Microsoft.Communication.CallDisconnected", "data": {}}]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://hub") as client:
        return (await client.post(f"{path}/events", json=body, headers=bearing(tokens))).status_code


async def is_let_in(app: Starlette, path: str, *tokens: str) -> bool:
    """Whether a socket is accepted there, which then goes at once."""
    path = f"{path}/media"
    scope = {"type": "websocket", "path": path, "query_string": b"", "headers": bearing(tokens), "subprotocols": []}
    said: list[str] = []
    comes = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}])

    async def receive() -> Any:
        return next(comes)

    async def send(message: Any) -> None:
        said.append(message["type"])

    await app(scope, receive, send)
    return said[0] == "websocket.accept"


@pytest.mark.parametrize("kind", FORGED)
async def test_forged_and_foreign_tokens_end_nothing_and_hear_nothing(
    answered: tuple[Starlette, LiveCall, Enquiry], kind: str
) -> None:
    app, live, enquiry = answered
    path, said = f"/calls/outside/{enquiry.secret}", FORGED[kind]()

    answers = await told(app, path, said), await is_let_in(app, path, said)

    assert (answers, live.company) == ((401, False), [])
    assert await in_thread(now_is, enquiry) == (Enquired.CAME, "")


@pytest.mark.parametrize("number", [0, 2])
async def test_who_brings_no_token_or_two_is_refused(
    answered: tuple[Starlette, LiveCall, Enquiry], number: int
) -> None:
    app, live, enquiry = answered
    path, said = f"/calls/outside/{enquiry.secret}", [token()] * number

    answers = await told(app, path, *said), await is_let_in(app, path, *said)

    assert (answers, live.company) == ((401, False), [])
    assert await in_thread(now_is, enquiry) == (Enquired.CAME, "")


async def test_genuine_token_is_of_no_use_at_the_address_of_the_other_kind(
    answered: tuple[Starlette, LiveCall, Enquiry],
) -> None:
    """What is told of the number outside is nothing of the customer's call, nor the other way about."""
    app, _live, enquiry = answered

    for path in (f"/calls/outside/{enquiry.call.secret}", f"/calls/{enquiry.secret}", "/calls/outside/nobody"):
        assert (await told(app, path, token()), await is_let_in(app, path, token())) == (404, False)

    assert await in_thread(now_is, enquiry) == (Enquired.CAME, "")


async def test_service_itself_is_believed(answered: tuple[Starlette, LiveCall, Enquiry]) -> None:
    app, _live, enquiry = answered
    path = f"/calls/outside/{enquiry.secret}"

    heard, status = await is_let_in(app, path, token()), await told(app, path, token())

    assert (heard, status, await is_let_in(app, path, token())) == (True, 200, False)
    assert await in_thread(now_is, enquiry) == (Enquired.OVER, Parted.HUNG_UP)

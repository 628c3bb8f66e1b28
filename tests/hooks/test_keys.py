"""When keys are fetched, and what is answered when they cannot be."""

import asyncio
import json
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from centrala.entra.keys import Fetched, TenantKeys
from hooks.scene import OTHER_TENANT, TENANT, Clock, Entra, event, private_key, segment


async def post(hub: httpx.AsyncClient, path: str, token: str) -> tuple[int, str]:
    answer = await hub.post(path, json=[event()], headers={"Authorization": f"Bearer {token}"})
    if answer.status_code == 503:
        assert answer.headers["Retry-After"] == "30"
    return answer.status_code, answer.text.strip()


async def test_keys_are_fetched_once_for_many_requests_at_once(entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    tokens = [entra.token(oid=str(number)) for number in range(20)]

    answers = await asyncio.gather(*(post(hub, sms, token) for token in tokens))

    assert answers == [(200, "")] * 20
    assert entra.fetches == 1


async def test_rolled_key_is_fetched_for_the_first_token_that_names_it(
    entra: Entra, hub: httpx.AsyncClient, sms: str
) -> None:
    await post(hub, sms, entra.token())
    entra.key_ids = ["key-2"]
    entra.clock.advance(seconds=11)

    answer = await post(hub, sms, entra.token(kid="key-2"))

    assert answer == (200, "")
    assert entra.fetches == 2


async def test_key_that_was_taken_back_is_no_longer_known(entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    await post(hub, sms, entra.token())
    entra.key_ids = ["key-2"]
    entra.clock.advance(seconds=11)
    await post(hub, sms, entra.token(kid="key-2"))
    entra.clock.advance(seconds=11)

    assert await post(hub, sms, entra.token(oid="new")) == (401, "unknown_key")


async def test_unknown_key_right_after_a_fetch_is_asked_to_come_again(
    entra: Entra, hub: httpx.AsyncClient, sms: str
) -> None:
    await post(hub, sms, entra.token())
    entra.key_ids = ["key-2"]

    answer = await post(hub, sms, entra.token(kid="key-2"))

    assert answer == (503, "keys_unavailable")
    assert entra.fetches == 1


async def test_fetch_begun_before_a_question_does_not_condemn_its_key(entra: Entra, clock: Clock) -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def fetch(url: str) -> Fetched:
        body = entra.document(urlsplit(url).path)  # as it stands when the fetch begins
        begun.set()
        await gate.wait()
        return Fetched(json.dumps(body).encode(), clock())

    keys = TenantKeys(authority=entra.authority, tenant_id=TENANT, fetch=fetch, clock=clock)
    early = asyncio.create_task(keys.find(issuer=entra.issuer(1), key_id="key-1"))
    await begun.wait()
    late = asyncio.create_task(keys.find(issuer=entra.issuer(1), key_id="key-2"))
    await asyncio.sleep(0)
    clock.advance(seconds=11)
    gate.set()
    assert (await early).key_size == 2048

    entra.key_ids.append("key-2")

    assert (await late).public_numbers() == private_key("key-2").public_key().public_numbers()


async def test_forgers_cause_few_fetches(entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    for number in range(30):
        await post(hub, sms, entra.token(kid=f"made-up-{number}", signer="key-9"))
        entra.clock.advance(seconds=1)

    assert entra.fetches == 3


@pytest.mark.long
async def test_forgers_by_the_thousand_during_a_key_roll_neither_keep_the_new_key_out_nor_make_us_ask_for_it(
    entra: Entra, hub: httpx.AsyncClient, sms: str
) -> None:
    await post(hub, sms, entra.token())
    entra.key_ids = ["key-2"]
    entra.clock.advance(seconds=11)
    _, claims, signature = entra.token(kid="key-2").split(".")
    forged = [f"{segment({'alg': 'RS256', 'kid': f'made-up-{n}'})}.{claims}.{signature}" for n in range(1_000)]
    tokens = [*forged[:500], entra.token(kid="key-2"), *forged[500:]]

    answers = await asyncio.gather(*(post(hub, sms, token) for token in tokens))
    entra.clock.advance(seconds=3)
    later = await post(hub, sms, entra.token(kid="key-2", oid="new"))

    genuine = answers.pop(500)
    assert (genuine, later) == ((200, ""), (200, ""))
    assert set(answers) <= {(401, "unknown_key"), (503, "keys_unavailable")}
    assert entra.fetches == 2


async def test_key_server_down_stops_new_tokens_and_no_verified_one(
    entra: Entra, hub: httpx.AsyncClient, sms: str
) -> None:
    verified = entra.token()
    await post(hub, sms, verified)
    entra.broken = True
    entra.clock.advance(hours=23)

    assert await post(hub, sms, verified) == (200, "")
    assert await post(hub, sms, entra.token(kid="key-2")) == (503, "keys_unavailable")

    entra.broken = False
    entra.key_ids.append("key-2")
    entra.clock.advance(seconds=3)

    assert await post(hub, sms, entra.token(kid="key-2")) == (200, "")


async def test_key_server_that_refuses_connections_is_our_fault(
    entra: Entra, hub: httpx.AsyncClient, sms: str, caplog: pytest.LogCaptureFixture
) -> None:
    entra.broken = True

    assert await post(hub, sms, entra.token()) == (503, "keys_unavailable")
    assert "HTTPStatusError" in caplog.text


async def test_keys_are_read_again_after_a_day(entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    await post(hub, sms, entra.token())
    entra.clock.advance(hours=24, seconds=1)

    answer = await post(hub, sms, entra.token())

    assert answer == (200, "")
    assert entra.fetches == 2


async def test_token_is_forgotten_when_it_expires(entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    token = entra.token(exp=entra.clock().timestamp() + 60)
    await post(hub, sms, token)
    entra.clock.advance(seconds=361)

    assert await post(hub, sms, token) == (401, "expired")


@pytest.mark.parametrize("skew", [timedelta(minutes=6), timedelta(minutes=-6)])
@pytest.mark.parametrize("claims", [{"exp": -301.0}, {"nbf": 301.0}])
async def test_untimely_token_while_our_clock_is_off_is_our_fault(
    claims: dict[str, float], skew: timedelta, entra: Entra, hub: httpx.AsyncClient, sms: str
) -> None:
    entra.skew = skew
    now = entra.clock().timestamp()

    answer = await post(hub, sms, entra.token(**{name: now + distance for name, distance in claims.items()}))

    assert answer == (503, "clock_differs")


async def test_clock_that_jumps_after_the_keys_came_is_noticed(entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    await post(hub, sms, entra.token())
    token = entra.token(exp=entra.clock().timestamp() + 3600)
    entra.clock.advance(hours=2)
    entra.skew = timedelta(hours=-2)

    assert await post(hub, sms, token) == (503, "clock_differs")


async def test_clock_that_is_set_back_does_not_stop_the_fetches(entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    await post(hub, sms, entra.token())
    entra.key_ids = ["key-2"]
    entra.clock.advance(hours=-1)

    assert await post(hub, sms, entra.token(kid="key-2")) == (200, "")


async def test_key_for_another_tenant_is_no_key(entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    entra.key_issuer = f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"

    assert await post(hub, sms, entra.token()) == (401, "unknown_key")


async def test_key_for_every_tenant_is_one(entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    entra.key_issuer = "https://login.microsoftonline.com/{tenantid}/v2.0"

    assert await post(hub, sms, entra.token()) == (200, "")


async def test_short_key_is_no_key(entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    entra.key_ids = ["weak"]

    assert await post(hub, sms, entra.token(kid="weak", signer="key-1")) == (401, "unknown_key")

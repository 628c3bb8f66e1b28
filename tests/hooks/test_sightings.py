"""What each endpoint is known to have seen, as pages and the doctor read it."""

import asyncio
import json
from datetime import datetime, timedelta

import asyncpg
import httpx
import pytest
from django.utils.translation import override

from centrala.connection.models import Connection, Endpoint, Sight, Sighting
from centrala.connection.refusal_words import WORDS
from centrala.connection.sightings import Claim, claims_of, seen_by
from centrala.entra.refusals import TokenCode
from centrala.hooks.refusals import Code
from centrala.hooks.runtime import Hooks
from hooks.scene import CLIENT, EVENT_GRID, OTHER_CLIENT, OTHER_TENANT, ROLE, TENANT, Clock, Entra, event, validation

COLUMNS = "select kind, at, subscription, word, detail from connection_sighting order by kind"


@pytest.fixture
def genuine(entra: Entra, hub: httpx.AsyncClient) -> httpx.AsyncClient:
    hub.headers["Authorization"] = f"Bearer {entra.token()}"
    hub.headers["aeg-subscription-name"] = "SMS-IN"
    return hub


async def sights(hooks: Hooks, sql: asyncpg.Connection) -> list[tuple[str, datetime, str, str, str]]:
    await hooks.sightings.flush()
    return [tuple(row) for row in await sql.fetch(COLUMNS)]


async def token_claims(hooks: Hooks, sql: asyncpg.Connection) -> dict[str, Claim]:
    """Of the last refused token, by name."""
    await hooks.sightings.flush()
    kept = await sql.fetchval("select claims from connection_sighting where kind = 'token_refusal'")
    return {claim.name: claim for claim in claims_of(Sighting(claims=json.loads(kept)))}


async def test_handshake_is_seen_with_its_subscription(
    genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    await genuine.post(sms, json=[validation()])

    assert await sights(hooks, sql) == [("handshake", clock(), "SMS-IN", "", "")]


async def test_last_event_and_last_misdirected_one_are_seen(
    genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    recording = "Microsoft.Communication.RecordingFileStatusUpdated"
    early = clock()
    await genuine.post(sms, json=[event("a"), event("b", eventType=recording)])
    clock.advance(seconds=1)
    await genuine.post(sms, json=[event("c")])

    assert await sights(hooks, sql) == [
        ("event", clock(), "SMS-IN", "Microsoft.Communication.SMSReceived", ""),
        ("misdirected", early, "SMS-IN", recording, ""),
    ]


async def test_later_sight_replaces_the_earlier_one_and_an_earlier_one_comes_too_late(
    genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    await genuine.post(sms, json=[event("a")])
    await hooks.sightings.flush()
    clock.advance(seconds=1)
    await genuine.post(sms, json=[event("b")], headers={"aeg-subscription-name": "NEW"})
    later = await sights(hooks, sql)
    clock.advance(seconds=-30)
    await genuine.post(sms, json=[event("c")])

    assert [(at, name) for _, at, name, _, _ in later] == [(clock() + timedelta(seconds=30), "NEW")]
    assert await sights(hooks, sql) == later


async def test_deleted_subscription_is_seen(
    genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    await genuine.post(sms, json=[event(eventType="Microsoft.EventGrid.SubscriptionDeletedEvent")])

    assert await sights(hooks, sql) == [("deletion", clock(), "SMS-IN", "", "")]


async def test_offer_of_cloud_events_is_seen(
    genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    await genuine.options(sms)
    offered = await sights(hooks, sql)
    clock.advance(seconds=1)
    await genuine.post(sms, json={"id": "e", "specversion": "1.0", "type": "T", "source": "s"})

    assert offered == [("cloud_events", clock() - timedelta(seconds=1), "", "", "")]
    assert await sights(hooks, sql) == [
        ("cloud_events", clock(), "SMS-IN", "cloud_events_schema", ""),
        ("refusal", clock(), "SMS-IN", "cloud_events_schema", ""),
    ]


async def test_refusal_is_seen_by_its_reason(
    genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    await genuine.post(sms, content=b"no events")

    assert await sights(hooks, sql) == [("refusal", clock(), "SMS-IN", "not_an_array_of_events", "")]


async def test_refusals_of_a_disconnected_resource_are_seen(
    genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    await sql.execute("update connection_connection set disconnected_at = now()")

    await genuine.post(sms, json=[event()])

    assert await sights(hooks, sql) == [("refusal", clock(), "SMS-IN", "disconnected", "")]


async def test_unknown_address_leaves_no_trace(
    genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection
) -> None:
    await genuine.post(sms.replace(sms.split("/")[2], "a" * 32), json=[event()])

    assert await sights(hooks, sql) == []


async def test_refused_token_s_claims_stand_beside_what_was_expected(
    entra: Entra, genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    await genuine.post(sms, json=[event()])  # now the keys are known
    now, then = clock().isoformat(), (clock() + timedelta(seconds=86_700)).isoformat()
    token = entra.token(aud=OTHER_CLIENT, roles=["A", "B"])

    await genuine.post(sms, json=[event()], headers={"Authorization": f"Bearer {token}"})

    issuers = f"{entra.issuer(1)} | {entra.issuer(2)}"
    assert list((await token_claims(hooks, sql)).values()) == [
        Claim(name="alg", expected="RS256", seen="RS256", differs=False),
        Claim(name="kid", expected="key-1", seen="key-1", differs=False),
        Claim(name="iss", expected=issuers, seen=entra.issuer(1), differs=False),
        Claim(name="aud", expected=f"{CLIENT} | api://{CLIENT}", seen=OTHER_CLIENT, differs=True),
        Claim(name="tid", expected=TENANT, seen=TENANT, differs=False),
        Claim(name="appid", expected=EVENT_GRID, seen=EVENT_GRID, differs=False),
        Claim(name="roles", expected="", seen="A, B", differs=False),
        Claim(name="exp", expected=now, seen=then, differs=False),
        Claim(name="nbf", expected=now, seen=now, differs=False),
        Claim(name="clock", expected=now, seen=now, differs=False),
    ]


DIFFERENT: dict[str, tuple[dict[str, object], set[str]]] = {
    "tenant": ({"tid": OTHER_TENANT}, {"tid"}),
    "application": ({"appid": OTHER_CLIENT}, {"appid"}),
    "application, v2": ({"version": 2, "azp": OTHER_CLIENT}, {"azp"}),
    "issuer": ({"iss": "https://example.org/"}, {"iss"}),
    "key": ({"kid": "key-9"}, {"kid"}),
    "role": ({}, {"roles"}),
    "tenant, all else in capitals": (
        {"tid": OTHER_TENANT, "aud": CLIENT.upper(), "appid": EVENT_GRID.upper()},
        {"tid"},
    ),
    "application, the tenant in capitals": ({"tid": TENANT.upper(), "appid": OTHER_CLIENT}, {"appid"}),
    "expired": ({"exp": -301}, {"exp"}),
    "no expiry": ({"exp": None}, {"exp"}),
    "not yet valid": ({"nbf": 301}, {"nbf"}),
}


@pytest.mark.parametrize("name", DIFFERENT)
async def test_claim_that_is_wrong_is_marked(
    name: str, entra: Entra, genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    await genuine.post(sms, json=[event()])
    await sql.execute("update connection_connection set require_role = true")
    clock.advance(seconds=11)
    claims, wrong = DIFFERENT[name]
    now = clock().timestamp()
    claims = {
        key: now + value if isinstance(value, int) and key in {"exp", "nbf"} else value for key, value in claims.items()
    }
    roles = {} if name == "role" else {"roles": [ROLE]}
    token = entra.token(**{"signer": "key-1", **roles, **claims})

    answer = await genuine.post(sms, json=[event()], headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401
    assert {claim.name for claim in (await token_claims(hooks, sql)).values() if claim.differs} == wrong


async def test_clocks_stand_side_by_side(
    entra: Entra, genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    entra.skew = timedelta(minutes=-6)
    token = entra.token(exp=clock().timestamp() - 301)

    answer = await genuine.post(sms, json=[event()], headers={"Authorization": f"Bearer {token}"})

    theirs = (clock() - timedelta(minutes=6)).isoformat()
    assert answer.text == "clock_differs\n"
    assert (await token_claims(hooks, sql))["clock"] == Claim(
        name="clock", expected=theirs, seen=clock().isoformat(), differs=True
    )


ODD: dict[str, object] = {
    "a list": [CLIENT, OTHER_CLIENT],
    "a number": 10**400,
    "several lines": "a\nb\u202ec\x00d",
    "a novel": "x" * 5_000,
}


@pytest.mark.parametrize("name", ODD)
async def test_odd_claims_are_kept_short_and_plain(
    name: str, entra: Entra, genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection
) -> None:
    token = entra.token(aud=ODD[name], exp=ODD[name])

    await genuine.post(sms, json=[event()], headers={"Authorization": f"Bearer {token}"})

    claims = await token_claims(hooks, sql)
    for claim in (claims["aud"], claims["exp"]):
        assert claim.differs
        assert 0 < len(claim.seen) <= 201
        assert claim.seen.isprintable()


NO_CLAIMS = {
    "none": "",
    "no token": "Bearer open-sesame",
    "rubbish": "Bearer a.b.c",
    "too long": f"Bearer {'a' * 20_000}",
}


@pytest.mark.parametrize("name", NO_CLAIMS)
async def test_what_is_no_token_has_no_claims(
    name: str, genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection
) -> None:
    await genuine.post(sms, json=[event()], headers={"Authorization": NO_CLAIMS[name]})

    assert await token_claims(hooks, sql) == {}


async def test_neither_token_nor_signature_is_stored(
    entra: Entra, genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection
) -> None:
    token = entra.token(aud=OTHER_CLIENT)

    await genuine.post(sms, json=[event()], headers={"Authorization": f"Bearer {token}"})

    await hooks.sightings.flush()
    kept = "".join(str(row) for row in await sql.fetch("select * from connection_sighting"))
    assert OTHER_CLIENT in kept
    assert [part for part in token.split(".") if part in kept] == []


async def test_many_sights_are_one_write(
    genuine: httpx.AsyncClient,
    hooks: Hooks,
    sms: str,
    sql: asyncpg.Connection,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("centrala.hooks.sightings.PAUSE", 3600)
    await genuine.post(sms, json=[event("first")])
    async with asyncio.timeout(10):
        while not await sql.fetch(COLUMNS):
            await asyncio.sleep(0.01)
    before = await sql.fetchval("select xmin::text from connection_sighting where kind = 'event'")

    for number in range(50):
        clock.advance(milliseconds=1)
        await genuine.post(sms, json=[event(str(number))])
        await genuine.post(sms, content=b"no events")

    during = await sql.fetchval("select xmin::text from connection_sighting where kind = 'event'")
    assert during == before
    assert [(kind, at) for kind, at, *_ in await sights(hooks, sql)] == [("event", clock()), ("refusal", clock())]


async def test_sights_that_cannot_be_written_wait(
    genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    await sql.execute("alter table connection_sighting rename to away")
    await genuine.post(sms, json=[event()])
    await genuine.post(sms, content=b"no events")
    for _twice in range(2):
        await hooks.sightings.flush()
    await sql.execute("alter table away rename to connection_sighting")

    kinds = [kind for kind, *_ in await sights(hooks, sql)]

    assert kinds == ["event", "refusal"]
    assert await sql.fetchval("select sum(count) from connection_refusalcount") == 1
    assert {tuple(row) for row in await sql.fetch("select name, amount from inbox_tally")} == {
        ("received", 1),
        ("refused", 1),
    }
    assert len(caplog.records) == 2  # the refusal, and once that nothing can be written
    assert "cannot be written for now: UndefinedTableError" in caplog.text


async def test_sights_are_written_by_themselves_and_at_the_stop(
    genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection
) -> None:
    await genuine.post(sms, json=[event()])
    async with asyncio.timeout(10):
        while not await sql.fetch(COLUMNS):
            await asyncio.sleep(0.01)
    await genuine.post(sms, json=[validation()])

    await hooks.sightings.stop()

    assert {row["kind"] for row in await sql.fetch(COLUMNS)} == {"event", "handshake"}


def test_readers_get_each_endpoint_s_sights(connection: Connection, clock: Clock) -> None:
    endpoint, other, *_ = connection.endpoints.order_by("service")
    for kind, minutes in ((Sight.EVENT, 1), (Sight.REFUSAL, 2)):
        at = clock() + timedelta(minutes=minutes)
        Sighting.objects.create(endpoint=endpoint, kind=kind, at=at, word="no_token")

    seen = seen_by(Endpoint.objects.filter(service__in=[endpoint.service, other.service]))

    assert seen.keys() == {endpoint.pk, other.pk}
    assert seen[endpoint.pk].event == Sighting.objects.get(kind=Sight.EVENT)
    assert seen[endpoint.pk].troubled
    assert seen[other.pk].event is None
    assert not seen[other.pk].troubled


@pytest.mark.parametrize(
    "code", [code for code in [*Code, *TokenCode] if code is not Code.UNKNOWN_ENDPOINT], ids=lambda code: code.word
)
def test_every_refusal_is_explained_in_both_languages(code: Code | TokenCode) -> None:
    sighting = Sighting(word=code.word)
    with override("en"):
        english = sighting.explanation
    with override("pl"):
        polish = sighting.explanation

    assert code.word in WORDS
    assert english != polish


async def test_refusals_are_counted_by_hour_and_reason(
    entra: Entra, genuine: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    hour = clock()
    clock.advance(minutes=58)
    for minutes in (1, 1, 1):
        await genuine.post(sms, content=b"no events")
        await genuine.post(sms, json=[event()], headers={"Authorization": "Basic x"})
        await genuine.post(sms, json=[event()], headers={"Authorization": "Basic x"})
        await hooks.sightings.flush()
        clock.advance(minutes=minutes)

    counted = await sql.fetch("select hour, word, count from connection_refusalcount order by hour, word")
    assert [tuple(row) for row in counted] == [
        (hour, "no_token", 4),
        (hour, "not_an_array_of_events", 2),
        (hour + timedelta(hours=1), "no_token", 2),
        (hour + timedelta(hours=1), "not_an_array_of_events", 1),
    ]

"""What becomes of forged and of genuine tokens; the tables of both are in attacks.py."""

import logging

import asyncpg
import httpx
import pytest

from centrala.connection.models import OLD_TOKENS, Connection
from centrala.hooks.runtime import Hooks
from hooks.attacks import ATTACKS, GENUINE, bearer, unsigned
from hooks.scene import CLIENT, OTHER_CLIENT, OTHER_TENANT, ROLE, Clock, Entra, event

# How many events the inbox holds, and all that the endpoints keep of what they saw.
KEPT = """
select (select count(*) from inbox_event) || ' ' || coalesce(string_agg(sighting::text, ' '), '')
from connection_sighting sighting
"""


def headers(token: str) -> list[tuple[str, str]]:
    return bearer(token).headers


@pytest.mark.parametrize("name", ATTACKS)
async def test_forged_token_is_refused_stored_nowhere_and_logged_without_the_token(
    name: str,
    entra: Entra,
    hub: httpx.AsyncClient,
    hooks: Hooks,
    sms: str,
    sql: asyncpg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make, code = ATTACKS[name]
    sent = make(entra)

    with caplog.at_level(logging.DEBUG):
        answer = await hub.post(sms, json=[event()], headers=sent.headers, params=sent.query)

    await hooks.sightings.flush()
    kept = await sql.fetchval(KEPT)
    lines = [record for record in caplog.records if not record.name.startswith(("http", "asyncio"))]
    assert (answer.status_code, answer.text) == (code.status, f"{code.word}\n")
    assert [
        (line.levelname, line.getMessage().split(":")[0]) for line in lines if line.name.startswith("centrala.h")
    ] == [("WARNING", f"refused {code.word}")]
    assert "service=sms" in lines[-1].getMessage()
    assert kept.startswith("0 ")
    assert code.word in kept
    assert [part for part in sent.secrets if part in kept or any(part in line.getMessage() for line in lines)] == []


@pytest.mark.parametrize("name", GENUINE)
async def test_genuine_token_is_accepted(name: str, entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    sent = GENUINE[name](entra)

    answer = await hub.post(sms, json=[event()], headers=sent.headers)

    assert (answer.status_code, answer.text) == (200, "")


@pytest.mark.parametrize(
    ("roles", "status", "text"),
    [(None, 401, "role_missing\n"), (["Reader"], 401, "role_missing\n"), ([ROLE], 200, "")],
)
async def test_role_is_asked_for_where_the_connection_says_so(
    roles: list[str] | None, status: int, text: str, entra: Entra, demanding: str, hub: httpx.AsyncClient
) -> None:
    answer = await hub.post(demanding, json=[event()], headers=headers(entra.token(roles=roles)))

    assert (answer.status_code, answer.text) == (status, text)


@pytest.fixture
def demanding(connection: Connection, sms: str) -> str:
    Connection.objects.update(require_role=True)
    return sms


@pytest.fixture
def replaced(connection: Connection, sms: str, clock: Clock) -> str:
    """The address of a connection that had another application until now, and wants the new one's role."""
    until = (clock() + OLD_TOKENS).isoformat()
    Connection.objects.update(require_role=True, former_applications={OTHER_CLIENT: until})
    return sms


@pytest.mark.parametrize("audience", [OTHER_CLIENT, f"api://{OTHER_CLIENT}", OTHER_CLIENT.upper()])
async def test_token_of_the_application_before_lets_the_event_come_again(
    audience: str, entra: Entra, replaced: str, hub: httpx.AsyncClient
) -> None:
    old, new = entra.token(aud=audience), entra.token(roles=[ROLE])

    answers = [await hub.post(replaced, json=[event()], headers=headers(token)) for token in (old, old, new)]

    assert [(one.status_code, one.text) for one in answers] == [(503, "former_application\n")] * 2 + [(200, "")]
    assert answers[0].headers["Retry-After"] == "30"


@pytest.mark.parametrize(
    ("forged", "code"),
    [({"signer": "key-9"}, "bad_signature"), ({"appid": OTHER_CLIENT}, "wrong_application"), ({"exp": 1}, "expired")],
)
async def test_forged_token_for_the_application_before_is_dropped(
    forged: dict[str, object], code: str, entra: Entra, replaced: str, hub: httpx.AsyncClient
) -> None:
    answer = await hub.post(replaced, json=[event()], headers=headers(entra.token(aud=OTHER_CLIENT, **forged)))

    assert (answer.status_code, answer.text) == (401, f"{code}\n")


async def test_token_of_the_application_before_is_dropped_a_day_later(
    entra: Entra, replaced: str, hub: httpx.AsyncClient
) -> None:
    entra.clock.advance(hours=25)

    answer = await hub.post(replaced, json=[event()], headers=headers(entra.token(aud=OTHER_CLIENT)))

    assert (answer.status_code, answer.text) == (401, "wrong_audience\n")


async def test_token_in_a_mismatch_is_told_by_its_ids(
    entra: Entra, hub: httpx.AsyncClient, sms: str, caplog: pytest.LogCaptureFixture
) -> None:
    await hub.post(sms, json=[event()], headers=headers(entra.token(aud=OTHER_CLIENT)))
    await hub.post(sms, json=[event()], headers=headers(entra.token(aud="a text\nwith a line of its own")))

    assert [record.getMessage().partition("service=sms ")[2] for record in caplog.records] == [
        f"claim=aud expected={CLIENT} seen={OTHER_CLIENT}",
        f"claim=aud expected={CLIENT} seen=(not an id)",
    ]


async def test_hopeless_tokens_cost_no_fetch(entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    hopeless = [
        entra.token(aud=OTHER_CLIENT),
        entra.token(tid=OTHER_TENANT),
        entra.token(appid=OTHER_CLIENT),
        entra.token(kid=None),
        unsigned("none")(entra).token,
        "x.y.z",
    ]

    answers = [await hub.post(sms, json=[event()], headers=headers(token)) for token in hopeless]

    assert [answer.status_code for answer in answers] == [401] * 6
    assert entra.requests == []


async def test_verified_token_is_asked_again_when_the_connection_wants_more(
    entra: Entra, hub: httpx.AsyncClient, sms: str, sql: asyncpg.Connection
) -> None:
    token = entra.token()
    first = await hub.post(sms, json=[event()], headers=headers(token))

    await sql.execute("update connection_connection set require_role = true")
    entra.clock.advance(seconds=3)
    second = await hub.post(sms, json=[event()], headers=headers(token))

    assert (first.status_code, second.status_code, second.text) == (200, 401, "role_missing\n")

"""The table of attacks: each request but for one thing right."""

import hashlib
import hmac
import logging
from collections.abc import Callable

import asyncpg
import httpx
import jwt
import pytest
from jwt.algorithms import RSAAlgorithm

from centrala.connection.models import OLD_TOKENS, Connection
from hooks.scene import (
    CLIENT,
    EVENT_GRID,
    OTHER_CLIENT,
    OTHER_TENANT,
    ROLE,
    Clock,
    Entra,
    event,
    private_key,
    public_pem,
    segment,
)


def bearer(token: str) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {token}")]


def hmac_signed(entra: Entra) -> str:
    """HS256 with the public key as its secret, made by hand: PyJWT refuses to make one."""
    signed = f"{segment({'alg': 'HS256', 'typ': 'JWT', 'kid': 'key-1'})}.{segment(entra.claims())}"
    return f"{signed}.{segment(hmac.new(public_pem('key-1'), signed.encode(), hashlib.sha256).digest())}"


def unsigned(entra: Entra, algorithm: str) -> str:
    return f"{segment({'alg': algorithm, 'kid': 'key-1'})}.{segment(entra.claims())}."


def resigned(entra: Entra, **claims: object) -> str:
    """Genuine header and signature around other claims."""
    header, _, signature = entra.token().split(".")
    return f"{header}.{segment(entra.claims(**claims))}.{signature}"


def algorithm(entra: Entra, name: str) -> str:
    return jwt.encode(entra.claims(), private_key("key-1"), algorithm=name, headers={"kid": "key-1"})


def rewritten(entra: Entra, **header: object) -> str:
    """Signed by the genuine key, under a header with these members."""
    return jwt.encode(entra.claims(), private_key("key-1"), algorithm="RS256", headers={"kid": "key-1", **header})


def with_own_key(entra: Entra) -> str:
    own = RSAAlgorithm.to_jwk(private_key("key-9").public_key(), as_dict=True)
    header = {"kid": "key-1", "jwk": own, "jku": "https://localhost/keys"}
    return jwt.encode(entra.claims(), private_key("key-9"), algorithm="RS256", headers=header)


ATTACKS: dict[str, tuple[Callable[[Entra], list[tuple[str, str]]], str]] = {
    "no header": (lambda entra: [], "no_token"),
    "empty header": (lambda entra: [("Authorization", "")], "no_token"),
    "scheme alone": (lambda entra: [("Authorization", "Bearer ")], "no_token"),
    "basic": (lambda entra: [("Authorization", "Basic YWRhbTphZGFt")], "no_token"),
    "token without scheme": (lambda entra: [("Authorization", entra.token())], "no_token"),
    "two headers": (lambda entra: bearer(entra.token()) * 2, "several_tokens"),
    "1 MB": (lambda entra: bearer("a" * 1_000_000), "token_too_long"),
    "not a token": (lambda entra: bearer("open-sesame"), "malformed_token"),
    "two tokens by comma": (lambda entra: bearer(f"{entra.token()}, {entra.token()}"), "malformed_token"),
    "four parts": (lambda entra: bearer(f"{entra.token()}.AAAA"), "malformed_token"),
    "header is no JSON": (lambda entra: bearer(f"AAAA.{segment(entra.claims())}.AAAA"), "malformed_token"),
    "claims are a list": (lambda entra: bearer(f"{segment({'alg': 'RS256'})}.{segment([])}.AAAA"), "malformed_token"),
    "deep claims": (lambda entra: bearer(f"{segment({'alg': 'RS256'})}.{segment(b'[' * 9000)}.A"), "malformed_token"),
    "several audiences": (lambda entra: bearer(entra.token(aud=[CLIENT, OTHER_CLIENT])), "malformed_token"),
    "tenant is a number": (lambda entra: bearer(entra.token(tid=1)), "malformed_token"),
    "unknown critical member": (lambda entra: bearer(rewritten(entra, crit=["new"], new=1)), "malformed_token"),
    "alg none": (lambda entra: bearer(unsigned(entra, "none")), "wrong_algorithm"),
    "alg None": (lambda entra: bearer(unsigned(entra, "None")), "wrong_algorithm"),
    "alg HS256 with the public key": (lambda entra: bearer(hmac_signed(entra)), "wrong_algorithm"),
    "alg RS512": (lambda entra: bearer(algorithm(entra, "RS512")), "wrong_algorithm"),
    "alg PS256": (lambda entra: bearer(algorithm(entra, "PS256")), "wrong_algorithm"),
    "no kid": (lambda entra: bearer(entra.token(kid=None)), "no_key_id"),
    "empty kid": (lambda entra: bearer(entra.token(kid="", signer="key-1")), "no_key_id"),
    "other tenant": (lambda entra: bearer(entra.token(tid=OTHER_TENANT)), "wrong_tenant"),
    "no tenant": (lambda entra: bearer(entra.token(tid=None)), "wrong_tenant"),
    "other audience": (lambda entra: bearer(entra.token(aud=OTHER_CLIENT)), "wrong_audience"),
    "audience of Azure": (lambda entra: bearer(entra.token(aud="https://management.azure.com")), "wrong_audience"),
    "no audience": (lambda entra: bearer(entra.token(aud=None)), "wrong_audience"),
    "another application": (lambda entra: bearer(entra.token(appid=OTHER_CLIENT)), "wrong_application"),
    "another application, v2": (lambda entra: bearer(entra.token(version=2, azp=OTHER_CLIENT)), "wrong_application"),
    "two applications": (lambda entra: bearer(entra.token(appid=OTHER_CLIENT, azp=EVENT_GRID)), "wrong_application"),
    "no application": (lambda entra: bearer(entra.token(appid=None)), "wrong_application"),
    "issuer of another tenant": (lambda entra: bearer(entra.token(iss=entra.issuer(1, OTHER_TENANT))), "wrong_issuer"),
    "issuer made up": (lambda entra: bearer(entra.token(iss="https://example.org/")), "wrong_issuer"),
    "issuer without its slash": (lambda entra: bearer(entra.token(iss=entra.issuer(1)[:-1])), "wrong_issuer"),
    "no issuer": (lambda entra: bearer(entra.token(iss=None)), "wrong_issuer"),
    "unknown kid": (lambda entra: bearer(entra.token(kid="key-9")), "unknown_key"),
    "kid of no RSA key": (lambda entra: bearer(entra.token(kid="curve")), "unknown_key"),
    "key made up": (lambda entra: bearer(entra.token(signer="key-9")), "bad_signature"),
    "claims exchanged": (lambda entra: bearer(resigned(entra, oid="Celina")), "bad_signature"),
    "signature cut off": (lambda entra: bearer(entra.token().rpartition(".")[0] + "."), "bad_signature"),
    "own key in the header": (lambda entra: bearer(with_own_key(entra)), "bad_signature"),
    "no expiry": (lambda entra: bearer(entra.token(exp=None)), "no_expiry"),
    "expired": (lambda entra: bearer(entra.token(exp=entra.clock().timestamp() - 301)), "expired"),
    "not yet valid": (lambda entra: bearer(entra.token(nbf=entra.clock().timestamp() + 301)), "not_yet_valid"),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_forged_token_is_refused_and_logged_without_the_token(
    name: str, entra: Entra, hub: httpx.AsyncClient, sms: str, caplog: pytest.LogCaptureFixture
) -> None:
    make, code = ATTACKS[name]
    headers = make(entra)

    with caplog.at_level(logging.INFO, "centrala"):
        answer = await hub.post(sms, json=[event()], headers=headers)

    assert (answer.status_code, answer.text) == (401, f"{code}\n")
    lines = [record for record in caplog.records if record.name.startswith("centrala")]
    assert [(line.levelname, line.getMessage().split(":")[0]) for line in lines] == [("WARNING", f"refused {code}")]
    assert "service=sms" in lines[0].getMessage()
    for _, value in headers:
        token = value.removeprefix("Bearer ").strip()
        assert not token or token not in caplog.text


GENUINE: dict[str, Callable[[Entra], str]] = {
    "v1": lambda entra: entra.token(),
    "v2": lambda entra: entra.token(version=2),
    "application's URI as audience": lambda entra: entra.token(aud=f"api://{CLIENT}"),
    "ids in capitals": lambda entra: entra.token(aud=CLIENT.upper(), appid=EVENT_GRID.upper()),
    "just expired": lambda entra: entra.token(exp=entra.clock().timestamp() - 299),
    "valid in a moment": lambda entra: entra.token(nbf=entra.clock().timestamp() + 299),
    "no nbf": lambda entra: entra.token(nbf=None),
    "with a role nobody asked for": lambda entra: entra.token(roles=[ROLE]),
}


@pytest.mark.parametrize("name", GENUINE)
async def test_genuine_token_is_accepted(name: str, entra: Entra, hub: httpx.AsyncClient, sms: str) -> None:
    answer = await hub.post(sms, json=[event()], headers=bearer(GENUINE[name](entra)))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("roles", "status", "text"),
    [(None, 401, "role_missing\n"), (["Reader"], 401, "role_missing\n"), ([ROLE], 200, "")],
)
async def test_role_is_asked_for_where_the_connection_says_so(
    roles: list[str] | None, status: int, text: str, entra: Entra, demanding: str, hub: httpx.AsyncClient
) -> None:
    answer = await hub.post(demanding, json=[event()], headers=bearer(entra.token(roles=roles)))

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

    answers = [await hub.post(replaced, json=[event()], headers=bearer(token)) for token in (old, old, new)]

    assert [(one.status_code, one.text) for one in answers] == [(503, "former_application\n")] * 2 + [(200, "")]
    assert answers[0].headers["Retry-After"] == "30"


@pytest.mark.parametrize(
    ("forged", "code"),
    [({"signer": "key-9"}, "bad_signature"), ({"appid": OTHER_CLIENT}, "wrong_application"), ({"exp": 1}, "expired")],
)
async def test_forged_token_for_the_application_before_is_dropped(
    forged: dict[str, object], code: str, entra: Entra, replaced: str, hub: httpx.AsyncClient
) -> None:
    answer = await hub.post(replaced, json=[event()], headers=bearer(entra.token(aud=OTHER_CLIENT, **forged)))

    assert (answer.status_code, answer.text) == (401, f"{code}\n")


async def test_token_of_the_application_before_is_dropped_a_day_later(
    entra: Entra, replaced: str, hub: httpx.AsyncClient
) -> None:
    entra.clock.advance(hours=25)

    answer = await hub.post(replaced, json=[event()], headers=bearer(entra.token(aud=OTHER_CLIENT)))

    assert (answer.status_code, answer.text) == (401, "wrong_audience\n")


async def test_token_in_a_mismatch_is_told_by_its_ids(
    entra: Entra, hub: httpx.AsyncClient, sms: str, caplog: pytest.LogCaptureFixture
) -> None:
    await hub.post(sms, json=[event()], headers=bearer(entra.token(aud=OTHER_CLIENT)))
    await hub.post(sms, json=[event()], headers=bearer(entra.token(aud="a text\nwith a line of its own")))

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
        unsigned(entra, "none"),
        "x.y.z",
    ]

    answers = [await hub.post(sms, json=[event()], headers=bearer(token)) for token in hopeless]

    assert [answer.status_code for answer in answers] == [401] * 6
    assert entra.requests == []


async def test_verified_token_is_asked_again_when_the_connection_wants_more(
    entra: Entra, hub: httpx.AsyncClient, sms: str, sql: asyncpg.Connection
) -> None:
    token = entra.token()
    first = await hub.post(sms, json=[event()], headers=bearer(token))

    await sql.execute("update connection_connection set require_role = true")
    entra.clock.advance(seconds=3)
    second = await hub.post(sms, json=[event()], headers=bearer(token))

    assert (first.status_code, second.status_code, second.text) == (200, 401, "role_missing\n")

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from api.scene import Program
from centrala.api import actions
from centrala.api.models import ApiToken, Scope, digest
from centrala.errors import Refused
from centrala.organization.models import AuditEntry, Role, User

UNAUTHORIZED = {"error": {"code": "unauthorized", "message": "The bearer token is missing or unknown."}}


def test_token_is_kept_as_a_hash_only(agent: User) -> None:
    kept, token = actions.issue(owner=agent, name="shop", scopes=[Scope.NUMBERS_READ], actor=agent, days=30)

    kept.refresh_from_db()
    assert token.startswith("centrala_")
    assert kept.hash == digest(token)
    assert (kept.name, kept.owner, kept.scopes, kept.last_used_at) == ("shop", agent, ["numbers:read"], None)
    assert timedelta(days=29) < kept.expires_at - now() <= timedelta(days=30)
    assert token not in str(AuditEntry.objects.values_list())


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nobody",
        "Basic YWRhbTphZGFt",
        "Bearer \u00e9\u00ff",
        "Bearer " + "a" * 9_999,
    ],
)
def test_missing_or_unknown_token_is_refused(header: str | None, db: None) -> None:
    answer = Client().get("/api/v1/conversations", headers={} if header is None else {"Authorization": header})

    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_revoked_token_is_refused(agent: User) -> None:
    kept, token = actions.issue(owner=agent, name="shop", scopes=[Scope.CONVERSATIONS_READ], actor=agent)
    program = Program(token)
    before = program.get("/conversations")

    actions.revoke(token=kept, actor=agent)

    assert before.status_code == 200
    assert refused(program) == "This token was taken back. Use another one."
    assert list(AuditEntry.objects.filter(target="shop").values_list("act", "target")) == [
        ("revoke api token", "shop"),
        ("issue api token", "shop"),
    ]


def refused(program: Program) -> str:
    answer = program.get("/conversations")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    return str(answer.json()["error"]["message"])


def test_expired_token_is_refused_with_its_day(program: Program) -> None:
    ApiToken.objects.update(expires_at=datetime(2026, 5, 4, tzinfo=UTC))

    assert refused(program) == "This token expired on 2026-05-04. Use another one."


def test_token_of_somebody_who_left_is_refused(agent: User, program: Program) -> None:
    User.objects.update(is_active=False)

    assert refused(program) == "This token is refused while its owner's account is disabled."


def test_last_use_is_noted_once_a_minute(agent: User, program: Program) -> None:
    program.get("/conversations")
    first = ApiToken.objects.get().last_used_at
    program.get("/conversations")
    assert ApiToken.objects.get().last_used_at == first

    earlier = now() - timedelta(seconds=61)
    ApiToken.objects.update(last_used_at=earlier)
    program.get("/conversations")

    assert isinstance(first, datetime)
    assert ApiToken.objects.get().last_used_at > earlier


OPERATIONS = {
    "/conversations": Scope.CONVERSATIONS_READ,
    "/conversations/5c2f9a3e-1d0b-4a57-9c66-0f4b7e8d2a11": Scope.CONVERSATIONS_READ,
    "/conversations/5c2f9a3e-1d0b-4a57-9c66-0f4b7e8d2a11/messages": Scope.CONVERSATIONS_READ,
    "/recordings": Scope.RECORDINGS_READ,
    "/events": Scope.EVENTS_READ,
    "/connection": Scope.CONNECTION_READ,
    "/numbers": Scope.NUMBERS_READ,
    "/orders": Scope.NUMBERS_ORDER,
    "/orders/5c2f9a3e-1d0b-4a57-9c66-0f4b7e8d2a11": Scope.NUMBERS_ORDER,
    "/agents": Scope.AGENTS_READ,
    "/offers": Scope.AGENTS_READ,
    "/templates": Scope.CAMPAIGNS_READ,
    "/campaigns": Scope.CAMPAIGNS_READ,
    "/campaigns/1": Scope.CAMPAIGNS_READ,
}


@pytest.mark.parametrize(("path", "scope"), OPERATIONS.items())
def test_token_without_the_scope_is_told_which(path: str, scope: Scope, adam: User) -> None:
    others = [one for one in Scope if one != scope]
    program = Program(actions.issue(owner=adam, name="shop", scopes=others, actor=adam)[1])

    answer = program.get(path)

    message = f"This token lacks the scope {scope.value}. Use one that was made with it."
    assert (answer.status_code, answer.json()) == (403, {"error": {"code": "forbidden", "message": message}})
    assert answer["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{scope.value}"'


@pytest.mark.parametrize("path", ["/events", "/connection"])
def test_token_of_somebody_who_is_no_administrator_any_more_reads_less(
    path: str, adam: User, administrator: Program
) -> None:
    before = administrator.get(path)
    User.objects.update(role=Role.AGENT)

    answer = administrator.get(path)

    message = f"Only an administrator's token may use the scope {OPERATIONS[path].value}."
    assert before.status_code == 200
    assert (answer.status_code, answer.json()) == (403, {"error": {"code": "forbidden", "message": message}})


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"name": " "}, "name", "This field cannot be blank."),
        ({"name": "a" * 101}, "name", "Ensure this value has at most 100 characters (it has 101)."),
        ({"scopes": []}, "scopes", "Choose at least one thing that the token may do."),
        ({"days": 0}, "days", "A token lasts 1 to 3650 days."),
        ({"scopes": [Scope.EVENTS_READ]}, None, "Only an administrator's token may have: events:read."),
    ],
)
def test_token_that_makes_no_sense_is_refused(
    asked: dict[str, Any], field: str | None, words: str, agent: User
) -> None:
    with pytest.raises(Refused) as refused:
        actions.issue(**{"owner": agent, "name": "shop", "scopes": [Scope.NUMBERS_READ], "actor": agent} | asked)

    assert (refused.value.field, refused.value.message) == (field, words)
    assert ApiToken.objects.count() == 0


def test_tokens_that_were_over_long_ago_are_forgotten(agent: User) -> None:
    for name in ("in force", "expired", "long expired", "long revoked"):
        actions.issue(owner=agent, name=name, scopes=[Scope.NUMBERS_READ], actor=agent)
    long_ago = now() - timedelta(days=91)
    ApiToken.objects.filter(name="expired").update(expires_at=now())
    ApiToken.objects.filter(name="long expired").update(expires_at=long_ago)
    ApiToken.objects.filter(name="long revoked").update(revoked_at=long_ago)

    assert actions.forget() == 2

    assert set(ApiToken.objects.values_list("name", flat=True)) == {"in force", "expired"}

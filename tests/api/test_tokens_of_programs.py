from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from api.scene import Program, program_of
from centrala.api import actions
from centrala.api.models import ApiToken, digest
from centrala.organization.models import AuditEntry, Role, User

UNAUTHORIZED = {
    "error": {"code": "unauthorized", "message": "The bearer token is missing, unknown, expired or taken back."}
}


def test_token_is_kept_as_a_hash_only(agent: User) -> None:
    kept, token = actions.issue(owner=agent, name="shop", may_write=True, days=30)

    kept.refresh_from_db()
    assert token.startswith("centrala_")
    assert kept.hash == digest(token)
    assert (kept.name, kept.owner, kept.may_write, kept.last_used_at) == ("shop", agent, True, None)
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
    kept, token = actions.issue(owner=agent, name="shop", may_write=True)
    program = Program(token)
    before = program.get("/conversations")

    actions.revoke(token=kept)

    assert (before.status_code, program.get("/conversations").status_code) == (200, 401)
    assert list(AuditEntry.objects.filter(target="shop").values_list("act", "target")) == [
        ("revoke api token", "shop"),
        ("issue api token", "shop"),
    ]


def test_expired_token_is_refused(agent: User, program: Program) -> None:
    ApiToken.objects.update(expires_at=now())

    assert program.get("/conversations").json() == UNAUTHORIZED


def test_token_of_somebody_who_left_is_refused(agent: User, program: Program) -> None:
    User.objects.update(is_active=False)

    assert program.get("/conversations").json() == UNAUTHORIZED


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


@pytest.mark.parametrize("path", ["/events", "/connection"])
@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, ""])
def test_administrators_lists_are_refused_to_others(path: str, role: str, agent: User) -> None:
    User.objects.update(role=role)
    agent.refresh_from_db()

    answer = program_of(agent).get(path)

    assert (answer.status_code, answer.json()) == (
        403,
        {"error": {"code": "forbidden", "message": "Only the token of an administrator reads this."}},
    )

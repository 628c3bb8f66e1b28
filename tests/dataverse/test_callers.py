"""Who may call the Web API: application users with a genuine token, and administrators who are signed in."""

import logging
from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from centrala.connection.models import Connection
from centrala.dataverse import actions, callers
from centrala.dataverse.models import ApplicationRole, ApplicationUser
from centrala.errors import Refused
from centrala.organization.models import AuditEntry, User
from dataverse.scene import ENTRIES, NUMBERS, SETTINGS, Reader, error
from hooks.attacks import exchanged, hmac_signed, unsigned
from hooks.scene import CLIENT, OTHER_CLIENT, OTHER_TENANT, TENANT, Entra

HUB = "https://localhost:8443"
MEMBER = (403, "0x80072560", "The user is not a member of the organization.")


@pytest.fixture
def application(db: None) -> ApplicationUser:
    return actions.register(
        application_id=UUID(CLIENT), name="Nightly export", role=ApplicationRole.ADMINISTRATOR, actor=None
    )


def bearing(token: str) -> Reader:
    return Reader(Client(), {"Authorization": f"Bearer {token}"})


def program(entra: Entra, **claims: object) -> Reader:
    return bearing(entra.token(**({"aud": HUB, "appid": CLIENT} | claims)))  # type: ignore[arg-type]  # claims of any kind


@pytest.mark.parametrize("audience", [HUB, f"{HUB}/", HUB.upper()])
def test_registered_application_reads(
    entra: Entra, application: ApplicationUser, connection: Connection, audience: str
) -> None:
    reader = program(entra, aud=audience)

    assert len(reader.value(ENTRIES)) == 2
    assert reader.get("WhoAmI").json()["UserId"] == str(application.id)
    application.refresh_from_db()
    assert application.last_used_at == callers.now()


def test_token_of_version_2_names_the_registration_that_stands_for_the_hub(
    entra: Entra, application: ApplicationUser, connection: Connection, settings: Settings
) -> None:
    token = entra.token(version=2, aud=OTHER_CLIENT, azp=CLIENT)
    assert error(bearing(token).get(ENTRIES))[::2] == (401, "Token validation failed: wrong_audience.")

    settings.DATAVERSE_APP_ID = OTHER_CLIENT

    assert len(bearing(token).value(ENTRIES)) == 2


def test_nobody_is_told_where_a_token_is_to_be_had_and_for_what(entra: Entra) -> None:
    for path in ("", ENTRIES, "nothing", f"{ENTRIES}(x)", "EntityDefinitions", "$metadata"):
        answer = Reader(Client(), {}).get(path)

        assert error(answer) == (401, "0x80072560", "Token validation failed: no_token.")
        assert answer["WWW-Authenticate"] == (
            f'Bearer authorization_uri="{entra.authority}/{TENANT}/oauth2/authorize", resource_id="{HUB}/"'
        )


def test_nobody_learns_anything_by_writing_either(entra: Entra) -> None:
    answer = Client(enforce_csrf_checks=True).post("/api/data/v9.2/nothing", {})

    assert error(answer)[0] == 401


FORGERIES: dict[str, tuple[Callable[[Entra], str], str]] = {
    "no algorithm": (lambda entra: unsigned("none")(entra).token, "wrong_algorithm"),
    "HS256 with the public key": (lambda entra: hmac_signed(entra).token, "wrong_algorithm"),
    "other claims": (lambda entra: exchanged(aud=HUB, appid=CLIENT)(entra).token, "bad_signature"),
    "other key": (lambda entra: entra.token(aud=HUB, appid=CLIENT, signer="key-9"), "bad_signature"),
    "no key": (lambda entra: entra.token(aud=HUB, appid=CLIENT, kid=None), "no_key_id"),
    "other audience": (lambda entra: entra.token(aud="https://management.azure.com", appid=CLIENT), "wrong_audience"),
    "audience that begins alike": (
        lambda entra: entra.token(aud=f"{HUB}.evil.example", appid=CLIENT),
        "wrong_audience",
    ),
    "audience below": (lambda entra: entra.token(aud=f"{HUB}/x", appid=CLIENT), "wrong_audience"),
    "no audience": (lambda entra: entra.token(aud=None, appid=CLIENT), "wrong_audience"),
    "webhook's audience": (lambda entra: entra.token(aud=CLIENT, appid=CLIENT), "wrong_audience"),
    "other tenant": (lambda entra: entra.token(aud=HUB, appid=CLIENT, tid=OTHER_TENANT), "wrong_tenant"),
    "other issuer": (
        lambda entra: entra.token(aud=HUB, appid=CLIENT, iss=entra.issuer(1, OTHER_TENANT)),
        "wrong_issuer",
    ),
    "no application": (lambda entra: entra.token(aud=HUB, appid=None), "wrong_application"),
    "two applications": (lambda entra: entra.token(aud=HUB, appid=CLIENT, azp=OTHER_CLIENT), "wrong_application"),
    "expired": (lambda entra: entra.token(aud=HUB, appid=CLIENT, exp=entra.clock().timestamp() - 301), "expired"),
    "not yet valid": (
        lambda entra: entra.token(aud=HUB, appid=CLIENT, nbf=entra.clock().timestamp() + 301),
        "not_yet_valid",
    ),
    "no expiry": (lambda entra: entra.token(aud=HUB, appid=CLIENT, exp=None), "no_expiry"),
    "no token": (lambda entra: "open-sesame", "malformed_token"),
    "1 MB": (lambda entra: "a" * 1_000_000, "token_too_long"),
    "two": (lambda entra: f"{entra.token()}, {entra.token()}", "malformed_token"),
}


def test_forged_token_opens_nothing(
    entra: Entra, application: ApplicationUser, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        told = {name: error(bearing(make(entra)).get(ENTRIES)) for name, (make, _word) in FORGERIES.items()}

    assert told == {
        name: (401, "0x80072560", f"Token validation failed: {word}.") for name, (_make, word) in FORGERIES.items()
    }
    assert "eyJ" not in caplog.text


def test_other_schemes_are_no_token(entra: Entra, application: ApplicationUser) -> None:
    for value in ("", "Basic YWRhbTphZGFt", "Bearer", f"Token {entra.token(aud=HUB, appid=CLIENT)}"):
        answer = Client().get(f"/api/data/v9.2/{ENTRIES}", headers={"Authorization": value})

        assert error(answer)[::2] == (401, "Token validation failed: no_token.")


@pytest.mark.parametrize("path", [ENTRIES, "nothing", f"{ENTRIES}(x)", "WhoAmI"])
def test_any_other_application_of_the_tenant_is_no_member(
    entra: Entra, application: ApplicationUser, connection: Connection, path: str
) -> None:
    assert error(program(entra, appid=OTHER_CLIENT).get(path)) == MEMBER
    assert error(program(entra, appid="not-an-id").get(path)) == MEMBER


def test_token_on_behalf_of_a_person_is_no_application(
    entra: Entra, application: ApplicationUser, connection: Connection
) -> None:
    assert error(program(entra, scp="user_impersonation").get(ENTRIES)) == MEMBER


def test_disabled_application_is_refused_from_the_next_request_on(
    entra: Entra, application: ApplicationUser, connection: Connection
) -> None:
    reader = program(entra)
    assert len(reader.value(ENTRIES)) == 2
    actions.register(
        application_id=UUID(CLIENT), name="x", role=ApplicationRole.ADMINISTRATOR, enabled=False, actor=None
    )

    disabled = error(reader.get(ENTRIES))
    actions.remove(user=ApplicationUser.objects.get(), actor=None)

    assert disabled[:2] == (403, "0x80040225")
    assert error(reader.get(ENTRIES)) == MEMBER


def test_role_says_what_is_read(entra: Entra, application: ApplicationUser, connection: Connection) -> None:
    actions.register(application_id=UUID(CLIENT), name="Dialler", role=ApplicationRole.AGENT, actor=None)
    reader = program(entra)

    assert len(reader.value(NUMBERS)) == 4
    for path in (ENTRIES, SETTINGS, f"{SETTINGS}({connection.id})", f"{SETTINGS}(x)", f"{ENTRIES}/$count"):
        table = "entry" if path.startswith(ENTRIES) else ""
        assert error(reader.get(path)) == (
            403,
            "0x80040220",
            f"Principal user (Id={application.id}, name=Dialler) is missing prvReadmsdyn_occommunicationprovidersetting"
            f"{table} privilege on entity 'msdyn_occommunicationprovidersetting{table}'.",
        )
    expanded = reader.get(NUMBERS, {"$expand": "msdyn_occommunicationprovidersettingid"})
    assert error(expanded)[:2] == (403, "0x80040220")


def test_keys_that_cannot_be_had_are_our_trouble(entra: Entra, application: ApplicationUser) -> None:
    entra.broken = True

    answer = program(entra).get(ENTRIES)

    assert error(answer) == (
        503,
        "0x80072560",
        "Whether the token is good cannot be told now: keys_unavailable. Try again.",
    )
    assert answer["Retry-After"] == "10"


def test_keys_are_fetched_once_for_many_requests(entra: Entra, application: ApplicationUser) -> None:
    for number in range(5):
        program(entra, oid=str(number)).get("WhoAmI")

    assert entra.fetches == 1


def test_signed_in_administrator_reads_and_nobody_else(
    reader: Reader, beata: User, connection: Connection, entra: Entra
) -> None:
    supervisor = Client()
    supervisor.force_login(beata)

    assert len(reader.value(ENTRIES)) == 2
    for path in (ENTRIES, "nothing", "EntityDefinitions"):
        assert error(supervisor.get(f"/api/data/v9.2/{path}")) == MEMBER


def test_session_is_no_way_around_a_token(reader: Reader, connection: Connection, entra: Entra) -> None:
    forged = Reader(reader.client, {"Authorization": "Bearer open-sesame"})

    assert error(forged.get(ENTRIES))[0] == 401


def test_registering_twice_changes_the_one_and_the_log_tells_before_and_after(adam: User) -> None:
    for role in (ApplicationRole.AGENT, ApplicationRole.AGENT, ApplicationRole.ADMINISTRATOR):
        actions.register(application_id=UUID(CLIENT), name=" Export ", role=role, actor=adam)
    actions.remove(user=ApplicationUser.objects.get(), actor=adam)

    told = AuditEntry.objects.order_by("at").values_list("act", "actor_name", "target", "before", "after")
    whole = {"name": "Export", "role": "administrator", "enabled": True}
    assert list(told) == [
        ("add application user", "adam", CLIENT, {}, whole | {"role": "agent"}),
        ("change application user", "adam", CLIENT, {"role": "agent"}, {"role": "administrator"}),
        ("remove application user", "adam", CLIENT, whole, {}),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"application_id": UUID(int=0)}, "application_id"),
    ],
)
def test_application_user_that_makes_no_sense_is_refused(db: None, changes: dict[str, object], field: str) -> None:
    values: dict[str, object] = {"application_id": UUID(CLIENT), "name": "Export", "role": ApplicationRole.AGENT}

    with pytest.raises(Refused) as refusal:
        actions.register(actor=None, **values | changes)  # type: ignore[arg-type]  # what the cases change

    assert refusal.value.field == field
    assert not ApplicationUser.objects.exists()

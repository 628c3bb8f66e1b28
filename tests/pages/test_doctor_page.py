"""Operations > Doctor, as an administrator sees it."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.connection.models import Connection, Entry, EntryKey, Service, Sight, Sighting
from centrala.doctor import running
from centrala.doctor.token_doctor import advice
from centrala.installation import Installation
from centrala.organization.models import AuditEntry
from pages.reading import read

PAGE, RESULT, PROTECT = "/center/doctor/", "/center/doctor/result/", "/center/doctor/protect/"
OURS, THEIRS = "e3a4c7d2-8b6f-4c19-a5d0-1f2e3d4c5b6a", "0a9b8c7d-6e5f-4a3b-9c2d-1e0f9a8b7c6d"
NOWHERE = "https://localhost:1"
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_cloud(settings: Settings) -> None:
    settings.CLOUD = Cloud(authority=NOWHERE, resource_manager=NOWHERE, graph=NOWHERE)
    settings.PUBLIC_URL = NOWHERE


@pytest.fixture
def installed(tmp_path: Path, settings: Settings) -> Path:
    settings.INSTALLATION = Installation(tmp_path)
    return tmp_path


def refused(connection: Connection, word: str, *claims: dict[str, object]) -> None:
    Entry.objects.create(connection=connection, key=EntryKey.APP_ID, value=OURS)
    endpoint = connection.endpoints.get(service=Service.SMS)
    for kind in (Sight.REFUSAL, Sight.TOKEN_REFUSAL):
        Sighting.objects.create(
            endpoint=endpoint, kind=kind, at=AT, word=word, subscription="SMS-IN", claims=list(claims)
        )


def claim(name: str, expected: str, seen: str, *, differs: bool) -> dict[str, object]:
    return {"name": name, "expected": expected, "seen": seen, "differs": differs}


def test_page_comes_at_once_and_fetches_what_is_found(administrator: Client) -> None:
    page = read(administrator.get(PAGE))

    assert page.one("section", id="doctor").attributes["hx-get"] == RESULT
    assert page.one("h1").text() == "Doctor"


def test_page_waits_longer_than_all_rules_may_take_and_can_say_that_nothing_came(administrator: Client) -> None:
    section = read(administrator.get(PAGE)).one("section", id="doctor")

    assert json.loads(section.attributes["hx-request"] or "")["timeout"] > running.SECONDS * 1000
    failure = section.one("div", id="no-answer")
    assert "hidden" in failure.attributes
    assert "The hub did not answer" in failure.text()
    assert failure.one("a").attributes["href"] == PAGE


def test_findings_stand_by_gravity_each_with_cause_and_fix(administrator: Client) -> None:
    page = read(administrator.get(RESULT))

    assert [heading.text().split(" (")[0] for heading in page.one(id="doctor").all("h2")] == [
        "Does not work",
        "Not checked",
        "In order",
    ]
    finding = page.one("li", id="rule-connected")
    assert finding.text().startswith("A resource is connected Error No Communication Services resource is connected.")
    assert finding.one("code").text() == "centrala provision"
    assert finding.one("a").attributes["href"] == "/center/phone-numbers/"


def test_what_needs_azure_is_not_checked_without_a_sign_in_and_leads_there(
    administrator: Client, connection: Connection
) -> None:
    finding = read(administrator.get(RESULT)).one("li", id="rule-event-types")

    assert "Not checked" in finding.text()
    assert "The hub is not signed in to Azure." in finding.text()
    assert finding.one("a").attributes["href"] == "/center/azure/?next=/center/doctor/"


def test_part_alone_is_answered_to_htmx(administrator: Client) -> None:
    part = administrator.get(RESULT, headers={"HX-Request": "true"})

    assert part.status_code == 200
    assert read(part).all("h1") == []


def test_page_is_polish_for_whoever_reads_polish(administrator: Client) -> None:
    page = read(administrator.get(RESULT, headers={"Accept-Language": "pl"}))

    assert page.one("h1").text() == "Diagnostyka"
    assert "Nie połączono żadnego zasobu usług Communication Services." in page.text()


def test_refused_token_is_explained_claim_by_claim(administrator: Client, connection: Connection) -> None:
    refused(
        connection,
        "wrong_audience",
        claim("alg", "RS256", "RS256", differs=False),
        claim("aud", f"{OURS} | api://{OURS}", THEIRS, differs=True),
    )

    table = read(administrator.get(PAGE)).one("table")

    rows = [[cell.text() for cell in [*row.all("th"), *row.all("td")]] for row in table.one("tbody").all("tr")]
    assert rows == [
        ["Algorithm of the signature alg", "RS256", "RS256", "Fits"],
        ["Application that the token is for aud", f"{OURS} | api://{OURS}", THEIRS, "Differs"],
    ]


def test_refused_token_comes_with_one_sentence_of_advice(administrator: Client, connection: Connection) -> None:
    refused(connection, "wrong_audience", claim("aud", f"{OURS} | api://{OURS}", f"api://{THEIRS}", differs=True))

    said = read(administrator.get(PAGE)).one("div", class_="danger").text()

    assert said == (
        f"The event subscription “SMS-IN” uses the application {THEIRS}; the connected one is {OURS}. Fix: enter the "
        "connected id in the event subscription, or connect with the other one."
    )


def test_token_for_the_application_before_has_advice_of_its_own(connection: Connection) -> None:
    refused(connection, "former_application")
    Sighting.objects.update(detail=f"claim=aud expected={OURS} seen={THEIRS}")

    said = advice(Sighting.objects.get(kind=Sight.REFUSAL))

    assert said == (
        f"The event subscription “SMS-IN” still uses the application {THEIRS}, which {OURS} has replaced. Texts and "
        "recordings come again for up to a day, calls do not. Fix: enter the connected id in the event subscription, "
        "or run centrala provision."
    )


def test_delivery_without_a_token_says_what_to_tick(administrator: Client, connection: Connection) -> None:
    refused(connection, "no_token")

    page = read(administrator.get(PAGE))

    assert "tick Use AAD authentication" in page.one("div", class_="danger").text()
    assert "There was no token that could be read." in page.text()


def test_refusal_before_the_last_good_delivery_is_over(administrator: Client, connection: Connection) -> None:
    refused(connection, "no_token")
    endpoint = connection.endpoints.get(service=Service.SMS)
    Sighting.objects.create(endpoint=endpoint, kind=Sight.HANDSHAKE, at=AT.replace(hour=13))

    assert read(administrator.get(PAGE)).all("section", aria_labelledby="token-doctor") == []


def test_what_a_claim_holds_is_text_and_no_markup(administrator: Client, connection: Connection) -> None:
    refused(connection, "wrong_audience", claim("aud", OURS, "<script>alert(1)</script>", differs=True))

    assert b"<script>alert" not in administrator.get(PAGE).content


def test_files_with_keys_are_protected_by_a_button(administrator: Client, installed: Path) -> None:
    (installed / "keys").write_text("a key")
    (installed / "keys").chmod(0o644)
    form = read(administrator.get(RESULT)).one("li", id="rule-secret-files").one("form")

    administrator.post(form.attributes["action"] or "")

    assert (installed / "keys").stat().st_mode & 0o777 == 0o600
    assert AuditEntry.objects.get(act="protect files").target == str(installed / "keys")
    assert "In order" in read(administrator.get(RESULT)).one("li", id="rule-secret-files").text()


@pytest.fixture
def open_keys(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of keys that others may read, in a folder with a space in its name."""
    file = installed / "the keys" / "keys"
    file.parent.mkdir()
    file.write_text("a key")
    file.chmod(0o640)
    monkeypatch.setenv("CENTRALA_KEYS", str(file))
    return file


def test_command_for_a_file_can_be_pasted(administrator: Client, open_keys: Path) -> None:
    command = read(administrator.get(RESULT)).one("li", id="rule-secret-files").one("code").text()

    assert command == f"chmod 600 '{open_keys}'"


def test_file_of_another_account_is_left_alone_and_told(
    administrator: Client, open_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: open_keys.stat().st_uid + 1)

    told = read(administrator.get(RESULT)).one("li", id="rule-secret-files")
    page = read(administrator.post(PROTECT, follow=True))

    assert told.all("form") == told.all("code") == []
    assert f"Not the hub's account, or not its alone: {open_keys}. As root," in told.text()
    assert page.one(role="status").text().startswith("No file was changed:")
    assert open_keys.stat().st_mode & 0o777 == 0o640


def test_file_that_the_system_keeps_as_it_is_is_told(
    administrator: Client, open_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)

    page = read(administrator.post(PROTECT, follow=True))

    assert page.one(role="status").text().startswith("No file was changed:")
    assert not AuditEntry.objects.filter(act="protect files").exists()


@pytest.mark.parametrize("who", ["agent", "supervisor", "outsider"])
def test_nobody_but_administrators_sees_it(who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)

    answers = [client.get(PAGE), client.get(RESULT), client.post(PROTECT)]

    assert {answer.status_code for answer in answers} <= {403, 404}

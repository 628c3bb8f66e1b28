"""Dead letters from a folder: what becomes an event, what does not, and what the page and the command say."""

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from centrala.cli import main
from centrala.connection import dead_letters
from centrala.connection.dead_letters import read_back
from centrala.connection.letters import ReadBack
from centrala.connection.models import Endpoint, Service
from centrala.errors import Refused
from centrala.inbox.models import Event, State
from centrala.organization import actions as organization
from centrala.organization.models import AuditEntry, Role
from hub import RESOURCE, connected, text
from pages.conftest import signed_in
from pages.reading import read

pytestmark = pytest.mark.django_db


def letter(**changes: object) -> dict[str, object]:
    facts = {"deadLetterReason": "MaxDeliveryAttemptsExceeded", "deliveryAttempts": 30, "topic": RESOURCE}
    return text("Where is my parcel?") | facts | changes


def buried(folder: Path, content: object, name: str = "letters/TO-HUB/2026/11/7/9/a.json") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_letters_join_the_inbox_as_failed_with_their_reason(tmp_path: Path) -> None:
    connected()
    call = letter(eventType="Microsoft.Communication.IncomingCall", topic=RESOURCE.lower())
    buried(tmp_path, [letter(), call])
    buried(tmp_path, [letter(deadLetterReason="")], "elsewhere.json")

    found = read_back(folder=tmp_path, actor=None)

    assert found == ReadBack(new=3)
    assert set(Event.objects.values_list("state", "subscription")) == {(State.FAILED, "TO-HUB"), (State.FAILED, "")}
    assert {event.explanation for event in Event.objects.all()} == {
        "Event Grid could not deliver it: MaxDeliveryAttemptsExceeded.",
        "Event Grid could not deliver it: unknown.",
    }
    endpoints = {endpoint.pk: endpoint.service for endpoint in Endpoint.objects.all()}
    came_to = {event.type.rpartition(".")[2]: endpoints[event.endpoint] for event in Event.objects.all()}
    assert came_to == {"SMSReceived": Service.SMS, "IncomingCall": Service.INCOMING_CALL}
    assert AuditEntry.objects.get(act="read dead letters").after == {"events": 3}


def test_letter_that_is_here_already_is_left_as_it_is(tmp_path: Path) -> None:
    connected()
    one = letter()
    buried(tmp_path, [one, one])
    read_back(folder=tmp_path, actor=None)
    Event.objects.update(state=State.PROCESSED)

    found = read_back(folder=tmp_path, actor=None)

    assert found == ReadBack(known=2)
    assert Event.objects.get().state == State.PROCESSED
    assert AuditEntry.objects.filter(act="read dead letters").count() == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"{}",
        b"[" * 100_000,
        b'["text"]',
        b"[1]",
        b'[{"id": "a"}]',
        b'[{"id": "a", "topic": "t", "eventType": "x"}]',
        b"[\xff]",
        b"[null]",
    ],
    ids=["empty", "no json", "object", "deep", "text", "number", "no topic", "no reason", "no utf-8", "null"],
)
def test_file_that_holds_no_letters_is_counted_and_the_others_are_read(content: bytes, tmp_path: Path) -> None:
    connected()
    buried(tmp_path, content, "bad.json")
    buried(tmp_path, [letter()])

    assert read_back(folder=tmp_path, actor=None) == ReadBack(new=1, unreadable=1)


def test_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connected()
    monkeypatch.setattr(dead_letters, "LARGEST", 10)
    buried(tmp_path, [letter()])

    assert read_back(folder=tmp_path, actor=None) == ReadBack(unreadable=1)


def test_letter_of_another_resource_or_without_an_id_is_left_out(tmp_path: Path) -> None:
    connected()
    buried(tmp_path, [letter(topic=f"{RESOURCE}-of-others"), letter(id="")])

    assert read_back(folder=tmp_path, actor=None) == ReadBack(foreign=2)
    assert not Event.objects.exists()


def test_odd_values_are_kept_as_far_as_they_can_be(tmp_path: Path) -> None:
    connected()
    buried(tmp_path, [letter(id="a\0" + "b" * 5_000, subject="\0", eventTime="yesterday", deadLetterReason="<b>\n%s")])

    assert read_back(folder=tmp_path, actor=None) == ReadBack(new=1)
    event = Event.objects.get()
    assert (event.subject, event.event_time) == ("\ufffd", None)
    assert event.error == "Event Grid could not deliver it: bs."


def test_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="The folder of dead letters cannot be read"):
        read_back(folder=tmp_path / "nowhere", actor=None)


@pytest.fixture
def administrator() -> Client:
    return signed_in(organization.add_user(username="adam", password="parasol i kot", role=Role.ADMINISTRATOR))


def test_page_offers_to_read_them_where_a_folder_is_set(
    administrator: Client, settings: Settings, tmp_path: Path
) -> None:
    connected()
    buried(tmp_path, [letter(), letter(topic="of others")])
    settings.DEAD_LETTERS = None
    without = read(administrator.get("/center/events/"))
    refused = administrator.post(ADDRESS)
    settings.DEAD_LETTERS = tmp_path

    offered = read(administrator.get("/center/events/"))
    administrator.post(ADDRESS)
    page = read(administrator.get("/center/events/?state=failed")).text()

    assert ("Read dead letters" in without.text(), refused.status_code) == (False, 404)
    assert without.one("a", href=f"{ADDRESS}container/").text() == "Name a container"
    assert str(tmp_path) in offered.one("form", action=ADDRESS).text()
    assert "1 dead letter was read back. Of a resource that was never connected here: 1." in page
    assert "Event Grid could not deliver it: MaxDeliveryAttemptsExceeded." in page


def test_only_administrators_read_them(settings: Settings, tmp_path: Path) -> None:
    settings.DEAD_LETTERS = tmp_path
    ala = signed_in(organization.add_user(username="ala", password="parasol i kot", role=Role.AGENT))

    assert ala.post(ADDRESS).status_code == 404


def test_folder_that_is_gone_is_said_on_the_page(administrator: Client, settings: Settings, tmp_path: Path) -> None:
    settings.DEAD_LETTERS = tmp_path / "nowhere"

    administrator.post(ADDRESS)

    assert "The folder of dead letters cannot be read" in read(administrator.get("/center/events/")).text()


@pytest.mark.django_db(transaction=True)
def test_command_reads_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connected()
    buried(tmp_path, [letter()])

    assert main(["dead-letters", str(tmp_path)]) == 0
    buried(tmp_path, b"", "bad.json")
    assert main(["dead-letters", str(tmp_path)]) == 1
    assert main(["dead-letters"]) == 1

    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "1 new, listed as failed: centrala events --state failed. 0 were here already.",
        "0 new, listed as failed: centrala events --state failed. 1 were here already.",
        "1 files hold no dead letters that can be read.",
    ]
    assert (
        told.err.splitlines()[-1]
        == "centrala: Nothing is named. Fix: centrala dead-letters FOLDER or --container URL, or set dead_letters."
    )


ADDRESS = "/center/events/dead-letters/"

"""Dead letters from a container of the local cloud: named, read once, forgotten; by page and by command."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.blob import generate_account_sas, generate_container_sas

from centrala.azure import blobs
from centrala.azure.cloud import Cloud
from centrala.cli import main
from centrala.connection import letter_box, letters
from centrala.connection.letter_box import forget_container, name_container, named, read_container
from centrala.connection.letters import ReadBack
from centrala.connection.models import Connection, DeadLetterContainer, ReadLetter
from centrala.conversations.models import Message
from centrala.errors import Refused
from centrala.inbox.actions import delete, replay
from centrala.inbox.models import Event, State
from centrala.organization import actions as organization
from centrala.organization.models import AuditEntry, Role
from hub import RESOURCE, connected, drained, text
from localazure_tests.receiver import status
from localazure_tests.storage import ACCOUNT
from localazure_tests.waiting import attempted, deliveries_until
from pages.conftest import signed_in
from pages.reading import read

ADDRESS = "/center/events/dead-letters/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def box(storage, settings):
    settings.CLOUD, settings.DEAD_LETTERS = Cloud(ca_bundle=storage.azure.ca_bundle), None
    with storage.client() as client:
        yield client.create_container("letters")


@pytest.fixture
def container(storage, box):
    connected()
    return name_container(url=f"{storage.url}/letters", secret=storage.connection_string, actor=None)


def letter(**changes):
    facts = {"deadLetterReason": "MaxDeliveryAttemptsExceeded", "deliveryAttempts": 30, "topic": RESOURCE}
    return text("Where is my parcel?") | facts | changes


def bury(box, *letters, name="TO-HUB/2026/11/7/9/a.json"):
    return box.upload_blob(name, json.dumps(letters).encode())


def test_event_that_was_given_up_comes_by_the_container_and_becomes_a_conversation(
    azure, storage, container, box, webhooks, receiver, write, advance
):
    hook = receiver()
    hook.answer = status(400)
    properties = {"resourceId": storage.id, "blobContainerName": "letters"}
    grave = {"deadLetterDestination": {"endpointType": "StorageBlob", "properties": properties}}
    webhooks.put("To-Hub", hook.url, more=grave).result()
    message_id = write("Where is my parcel?")
    attempted(azure)
    advance(301)
    deliveries_until(azure, lambda found: found[0]["state"] == "dead_lettered")
    Connection.objects.update(resource_id=azure.acs.resource_id.upper())

    found = read_container(container, actor=None)

    event = Event.objects.get()
    assert (found, event.event_id, event.subscription) == (ReadBack(new=1), message_id, "TO-HUB")
    assert AuditEntry.objects.get(act="read dead letters").after == {"events": 1}
    replay(events=[event.pk], actor=None)
    drained()
    assert Message.objects.get().text == "Where is my parcel?"


def test_deleted_event_does_not_come_back_from_a_container_that_is_read_again(container, box):
    bury(box, letter(), letter())
    read_container(container, actor=None)
    delete(events=list(Event.objects.values_list("pk", flat=True)), actor=None)
    bury(box, letter(), name="TO-HUB/2026/11/7/10/b.json")

    again = read_container(container, actor=None)

    assert (again, Event.objects.count()) == (ReadBack(new=1, before=1), 1)


def test_event_that_is_here_already_is_left_as_it_is(container, box):
    one = letter()
    bury(box, one)
    read_container(container, actor=None)
    Event.objects.update(state=State.PROCESSED)
    bury(box, one, name="elsewhere")

    assert read_container(container, actor=None) == ReadBack(known=1, before=1)
    assert Event.objects.get().state == State.PROCESSED


def test_blob_that_holds_no_letters_is_told_each_time_and_left(container, box, monkeypatch, caplog):
    monkeypatch.setattr(letter_box, "LARGEST", 2_000)
    box.upload_blob("a", b"not json")
    box.upload_blob("b", b"[" + b" " * 2_000 + b"]")
    bury(box, letter())

    first, again = read_container(container, actor=None), read_container(container, actor=None)

    assert (first, again) == (ReadBack(new=1, unreadable=2), ReadBack(before=1, unreadable=2))
    assert caplog.messages.count("the blob a holds no dead letters that can be read") == 1
    assert len(list(box.list_blobs())) == 3


def test_letters_of_a_resource_that_is_connected_later_are_taken_then(container, box):
    stranger = f"{RESOURCE}-of-others"
    kept = letter()
    bury(box, kept, letter(topic=stranger))
    first = read_container(container, actor=None)
    delete(events=list(Event.objects.values_list("pk", flat=True)), actor=None)
    Connection.objects.update(disconnected_at=datetime.now(UTC))
    other = Connection.objects.create(
        resource_name="other", resource_id=stranger, encrypted_connection_string="", connected_at=datetime.now(UTC)
    )
    other.endpoints.create(service="sms")

    later = read_container(container, actor=None)

    assert (first, later.new) == (ReadBack(new=1, foreign=1), 1)
    assert Event.objects.exclude(event_id=kept["id"]).count() == 1


def test_reading_that_is_cut_short_goes_on_where_it_stopped(container, box, monkeypatch):
    monkeypatch.setattr(blobs, "PAGE", 2)
    monkeypatch.setattr(letter_box, "now", Ticking(datetime.now(UTC)))
    for number in range(5):
        bury(box, letter(), name=f"letter {number}")
    readings = []

    while not readings or readings[-1].more:
        readings.append(read_container(named(), actor=None, within=timedelta(seconds=8)))

    assert len(readings) > 1
    assert sum(one.new for one in readings) == Event.objects.count() == 5
    assert sum(one.before for one in readings) < 5  # the first page is not gone through again
    assert (named().marker, named().read_at is not None) == ("", True)


class Ticking:
    """A clock that is a second further on at each look."""

    def __init__(self, at):
        self.at = at

    def __call__(self):
        self.at += timedelta(seconds=1)
        return self.at


def test_marker_that_the_service_does_not_know_begins_anew(container, box):
    bury(box, letter())
    DeadLetterContainer.objects.update(marker="ż")

    assert read_container(named(), actor=None) == ReadBack(new=1)


def refusal(action):
    with pytest.raises(Refused) as refused:
        action()
    return refused.value


def test_any_of_the_three_secrets_opens_it_and_none_is_kept_readable(storage, box):
    soon = datetime.now(UTC) + timedelta(hours=1)
    sas = generate_container_sas(ACCOUNT, "letters", storage.key, permission="rl", expiry=soon)
    whole = f"BlobEndpoint={storage.url};SharedAccessSignature={sas}"
    bury(box, letter())
    url = f"{storage.url}/letters/"

    for address, secret in ((url, sas), (url, "?" + sas), (url, storage.key), (url, whole), (f"{url}?{sas}", "")):
        one = name_container(url=address, secret=secret, actor=None)
        assert one.url == url.rstrip("/")
        assert secret[-40:-4] not in one.encrypted_secret or not secret
        assert "sig=" not in str(AuditEntry.objects.filter(act="name dead-letter container").values())
        ReadLetter.objects.all().delete()
        assert read_container(one, actor=None).foreign == 1
    assert "sig=" not in repr(blobs.Secret.parse(sas))


def test_refusals_name_the_cause_and_the_field(storage, box, monkeypatch):
    url, now_ = f"{storage.url}/letters", datetime.now(UTC)
    old = generate_container_sas(ACCOUNT, "letters", storage.key, permission="rl", expiry=now_ - timedelta(hours=1))
    narrow = generate_account_sas(ACCOUNT, storage.key, "o", "r", now_ + timedelta(hours=1))
    wrong = storage.key[::-1].lstrip("=") + "=="

    def told(address, secret):
        refused = refusal(lambda: name_container(url=address, secret=secret, actor=None))
        return refused.field, refused.message

    for address, secret, field, words in (
        (url, wrong, "secret", "does not accept the key or signature"),
        (url, old, "secret", "has expired"),
        (url, narrow, "secret", "with the permissions Read and List"),
        (f"{storage.url}/nothing", storage.key, "url", "has no container nothing"),
        ("https://localhost:1/contoso/letters", storage.key, "url", "could not be reached"),
        ("https://files.contoso.example/letters", storage.key, "url", "does not say which storage account"),
        (url, "secret", "secret", "neither a connection string"),
        ("http://contoso.blob.core.windows.net/letters", storage.key, "url", "no container's address"),
        ("https://contoso.blob.core.windows.net/", storage.key, "url", "no container's address"),
        ("https://contoso.blob.core.windows.net:x/letters", storage.key, "url", "no container's address"),
        ("letters", storage.key, "url", "no container's address"),
    ):
        assert told(address, secret)[0] == field, (address, told(address, secret))
        assert words in told(address, secret)[1]
    off = {"properties": {"allowSharedKeyAccess": False}}
    storage.management.storage_accounts.update(storage.azure.resource_group, ACCOUNT, off)
    assert "Allow storage account key access" in told(url, storage.key)[1]
    assert named() is None


def test_clock_that_is_wrong_is_named(storage, box, monkeypatch):
    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=1)

    monkeypatch.setattr(blobs, "datetime", Tomorrow)

    refused = refusal(lambda: name_container(url=f"{storage.url}/letters", secret="a" * 86 + "==", actor=None))

    assert "the clock of this machine is wrong" in refused.message


def test_key_made_anew_is_told_when_it_is_read(azure, storage, container):
    storage.management.storage_accounts.regenerate_key(azure.resource_group, ACCOUNT, {"keyName": "key1"})

    assert "does not accept the key" in refusal(lambda: read_container(container, actor=None)).message


def test_forgotten_container_is_not_read_and_its_blobs_stay_remembered(storage, container, box):
    bury(box, letter())
    read_container(container, actor=None)

    forget_container(actor=None)

    assert named() is None
    again = name_container(url=f"{storage.url}/letters", secret=storage.key, actor=None)
    assert read_container(again, actor=None) == ReadBack(before=1)
    assert letters.LARGEST > 1 << 20


def test_page_names_the_container_reads_it_and_forgets_it(storage, box):
    connected()
    bury(box, letter())
    adam = signed_in(organization.add_user(username="adam", password="parasol i kot", role=Role.ADMINISTRATOR))
    wrong = adam.post(f"{ADDRESS}container/", {"url": f"{storage.url}/nothing", "secret": storage.key})

    adam.post(f"{ADDRESS}container/", {"url": f"{storage.url}/letters", "secret": storage.key})
    offered = read(adam.get("/center/events/")).text()
    adam.post(ADDRESS)
    page = read(adam.get("/center/events/?state=failed")).text()
    form = adam.get(f"{ADDRESS}container/").content.decode()
    adam.post(f"{ADDRESS}container/forget/")

    assert (wrong.status_code, storage.key in wrong.content.decode() + form) == (422, False)
    assert "has no container nothing" in read(wrong).text()
    assert f"is read from {storage.url}/letters" in offered
    assert "1 dead letter was read back." in page
    assert (named(), adam.post(ADDRESS).status_code) == (None, 404)


def test_only_administrators_name_a_container(box):
    ala = signed_in(organization.add_user(username="ala", password="parasol i kot", role=Role.AGENT))

    assert {ala.get(f"{ADDRESS}container/").status_code, ala.post(f"{ADDRESS}container/forget/").status_code} == {404}


@pytest.mark.django_db(transaction=True)
def test_command_names_reads_and_forgets_it(storage, box, monkeypatch, capsys):
    connected()
    bury(box, letter())
    monkeypatch.setenv("DEAD_LETTERS_SECRET", storage.key)

    codes = [
        main(["dead-letters", "--container", f"{storage.url}/letters"]),
        main(["dead-letters"]),
        main(["dead-letters", "--forget-container"]),
        main(["dead-letters"]),
    ]

    told = capsys.readouterr()
    assert codes == [0, 0, 0, 1]
    assert told.out.splitlines() == [
        "1 new, listed as failed: centrala events --state failed. 0 were here already.",
        "0 new, listed as failed: centrala events --state failed. 0 were here already.",
        "1 blobs were read before.",
    ]
    assert "Nothing is named" in told.err

"""The cloud tells of files; each comes here once, whole, whatever is in the way."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from centrala.azure.errors import AzureError
from centrala.azure.recordings import ForeignHost, RecordingFiles
from centrala.connection.models import Connection
from centrala.inbox.models import Event, State
from centrala.recordings import fetching, keeping
from centrala.recordings.models import Chunk, ChunkState, Problem, Recording, RecordingState
from recordings.files import Files
from recordings.scene import SERVER_CALL, call, come, told, tone, wav

pytestmark = pytest.mark.django_db
SOUND = wav(tone(440, 3))


def fetched(document: str = "document-0") -> Chunk:
    fetching.fetch(document_id=document)
    return Chunk.objects.get(document_id=document)


def told_of(files: Files, connection: Connection, sound: bytes = SOUND, **locations: Any) -> None:
    call(connection)
    files.put("document-0", sound)
    come(told(files.locations("document-0") | locations))


def test_file_is_kept_with_its_checksum(files: Files, connection: Connection, kept: Path) -> None:
    told_of(files, connection)

    chunk = fetched()

    assert (chunk.state, chunk.problem, chunk.size) == (ChunkState.STORED, "", len(SOUND))
    assert chunk.sha256 == hashlib.sha256(SOUND).hexdigest()
    assert (kept / chunk.name).read_bytes() == SOUND
    assert {one[3] for one in files.asked} == {"localhost"}  # x-ms-host: the resource's, without a port


def test_event_that_comes_again_and_in_another_order_makes_no_second_file(files: Files, connection: Connection) -> None:
    call(connection)
    both = told(files.locations("document-0"), files.locations("document-1"))
    come(both, told(files.locations("document-0")))
    come(told(files.locations("document-0")), both | {"id": "again"})

    assert list(Chunk.objects.values_list("index", "document_id")) == [(0, "document-0"), (1, "document-1")]
    recording = Recording.objects.get()
    assert (recording.recording_id, recording.state) == ("recording-1", RecordingState.ENDED)
    jobs = ProcrastinateJob.objects.filter(task_name="recordings.fetch").values_list("args__document_id", flat=True)
    assert sorted(jobs) == ["document-0", "document-1"]


def test_recording_whose_start_was_not_answered_is_ours(files: Files, connection: Connection) -> None:
    ours = Recording.objects.create(call=call(connection), first_attempt_at=now())

    come(told(files.locations("document-0")))

    ours.refresh_from_db()
    assert (ours.recording_id, ours.state, ours.unmixed) == ("recording-1", RecordingState.ENDED, True)
    assert Recording.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"subject": "/recording/nothing"}, "names no recording"),
        ({"data": {}}, "no usable recordingChunks"),
        ({"data": {"recordingStorageInfo": {"recordingChunks": [{"index": 0}]}}}, "without a usable documentId"),
        ({"data": {"recordingStorageInfo": {"recordingChunks": [{"index": "x"}]}}}, "without a usable index"),
        ({"subject": "/recording/call/c/serverCallId/other/recordingId/r"}, "No call is known"),
    ],
)
def test_event_of_no_use_is_kept_with_its_reason(
    files: Files, connection: Connection, changes: dict[str, Any], reason: str
) -> None:
    call(connection)

    come(told(files.locations("document-0")) | changes)

    event = Event.objects.get()
    assert event.state == State.FAILED
    assert reason in event.error
    assert not Chunk.objects.exists()


@pytest.mark.parametrize(
    "location",
    [
        "https://localhost.example.org/v1/audio",
        "http://localhost/v1/audio",
        "https://storage.asm.skype.com@evil.example.org/x",
        "https://user@localhost/x",
        "https://169.254.169.254/latest",
        "https://[::1/x",
        "file:///etc/passwd",
    ],
)
def test_foreign_host_is_not_asked(files: Files, connection: Connection, location: str) -> None:
    told_of(files, connection, contentLocation=location, metadataLocation="")

    chunk = fetched()

    assert (chunk.state, chunk.problem) == (ChunkState.REFUSED, Problem.FOREIGN_HOST)
    assert files.asked == []


@pytest.mark.parametrize(
    "location",
    [
        "https://localhost\\.asm.skype.com/v1",
        "https://HOST\\.asm.skype.com/v1",
        "https://HOST\\@x.asm.skype.com/v1",
        "https://x.asm.skype.com\\@HOST/v1",
        "https:\\\\HOST/v1",
        "https://HOST/v1\\x",
        "https://HOST\t/v1",
        "https://HOST/v\n1",
        "https://HOST/v1\r\nx-more: 1",
        "\x01https://HOST/v1",
        "https://HOST/v1 x",
        "https://localhost%2easm.skype.com/v1",
        "https://localhost%5c.asm.skype.com/v1",
        "https://HOST%2easm.skype.com/v1",
        "https://HOST%5c.asm.skype.com/v1",
        "https://user@HOST/v1",
        "https://@HOST/v1",
        "https://:@HOST/v1",
        "https://HOST#.asm.skype.com/v1",
        "https://HOST?.asm.skype.com/v1#x",
        "https://a..asm.skype.com/v1",
        "https://.asm.skype.com/v1",
        "https://x\N{FULLWIDTH FULL STOP}asm.skype.com/v1",
        "http://HOST/v1",
        "ftp://HOST/v1",
        "https://HOST",
        "https://HOST/",
        "https://HOST/v1/objects",
        "https://HOST/v1/objects/",
        "https://HOST/v1/objects?x=/v1/objects/a",
        "https://HOST/phoneNumbers/%2B18335550101?api-version=2025-06-01",
        "https://HOST/v1/objects/../../phoneNumbers/%2B18335550101",
        "https://HOST/v1/objects/a/..",
        "https://HOST/v1/objects/a/../../../identities",
        "https://HOST/v1/objects/%2e%2e/%2E./sms",
        "https://HOST/v1/objects/.%2e/.%2E/sms",
        "https://HOST/v1/objects/a%2f..%2f..%2fsms",
        "https://HOST/v1/objects/..%5c..%5csms",
        "https://HOST/v1/objects//../../sms",
        "https://HOST/v1/objects/./../sms",
        "https://HOST/V1/objectsx/a",
        "https://HOST/sms?a=/v1/objects/b",
        "//HOST/v1",
        "",
    ],
)
def test_address_that_parsers_read_differently_is_not_asked(
    files: Files, connection: Connection, location: str
) -> None:
    cloud = replace(settings.CLOUD, recording_hosts=f"{files.host},.asm.skype.com")
    of = RecordingFiles(connection=connection.connection_string, cloud=cloud)
    location = location.replace("HOST", files.host)

    for act in (of.metadata, of.delete, lambda at: of.content(at).__enter__()):
        with pytest.raises(ForeignHost):
            act(location)

    assert files.asked == []


def test_what_is_asked_is_what_was_checked(files: Files, connection: Connection) -> None:
    files.files["/v1/objects/0-weu-d4.a%20~b/content/audio?c=d&e=%2F"] = b"{}"
    of = RecordingFiles(connection=connection.connection_string, cloud=settings.CLOUD)

    assert of.metadata(f"HTTPS://{files.host.upper()}/v1/objects/0-weu-d4.a%20~b/content/audio?c=d&e=%2F") == b"{}"


def test_metadata_on_a_foreign_host_does_not_cost_the_sound(files: Files, connection: Connection) -> None:
    told_of(files, connection, metadataLocation="https://evil.example.org/v1/acsmetadata")

    chunk = fetched()

    assert (chunk.state, chunk.problem, chunk.metadata) == (ChunkState.STORED, "", None)


@pytest.mark.parametrize(
    ("sound", "problem"),
    [
        (b"", Problem.EMPTY),
        (wav(tone(440, 0)), Problem.EMPTY),
        (b"<html>an error page of somebody</html>" * 10, Problem.NOT_WAV),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", Problem.NOT_WAV),
    ],
)
def test_what_is_no_sound_is_refused(files: Files, connection: Connection, sound: bytes, problem: Problem) -> None:
    told_of(files, connection, sound)

    chunk = fetched()

    assert (chunk.state, chunk.problem, chunk.name) == (ChunkState.REFUSED, problem, "")


def test_file_that_is_cut_off_in_the_cloud_is_kept_and_says_so(files: Files, connection: Connection) -> None:
    told_of(files, connection, wav(tone(440, 1), announced=96_000))

    chunk = fetched()

    assert (chunk.state, chunk.problem) == (ChunkState.STORED, Problem.TRUNCATED)


def test_file_larger_than_any_of_the_clouds_is_refused(
    files: Files, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_of(files, connection)
    monkeypatch.setattr(fetching, "LARGEST", len(SOUND) - 1)

    assert (fetched().state, Chunk.objects.get().problem) == (ChunkState.REFUSED, Problem.TOO_LARGE)


@pytest.mark.parametrize("ranges", [True, False])
def test_download_that_is_cut_goes_on_where_it_was(
    files: Files, connection: Connection, kept: Path, ranges: bool
) -> None:
    told_of(files, connection)
    files.cut_at, files.ranges = 50_000, ranges
    with pytest.raises(AzureError) as cut:
        fetched()

    chunk = fetched()

    assert not cut.value.permanent
    assert (kept / chunk.name).read_bytes() == SOUND
    begun = [asked[2] for asked in files.asked if asked[1].endswith("audio")]
    assert begun[0] == ""
    assert int(begun[1].removeprefix("bytes=").rstrip("-")) >= 16_384


class Killed(BaseException):
    """What kill -9 leaves: nothing behind the line is done."""


@pytest.mark.parametrize("step", ["metadata", "content", "digest", "keep", "kept", "settle"])
def test_killed_at_any_step_it_is_whole_the_second_time(
    step: str, files: Files, connection: Connection, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_of(files, connection)
    die_at(step, monkeypatch)
    with pytest.raises(Killed):
        fetched()
    monkeypatch.undo()

    chunk = fetched()

    assert (chunk.state, chunk.sha256) == (ChunkState.STORED, hashlib.sha256(SOUND).hexdigest())
    assert (kept / chunk.name).read_bytes() == SOUND
    assert [path.name for path in kept.rglob("*.wav")] == ["document-0.wav"]


def die_at(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_arguments: object, **_named: object) -> None:
        raise Killed

    def killed_later(path: Path, **named: str) -> None:
        half = kept_half(path)
        keeping.storage().save(named["name"], half)
        raise Killed

    places: dict[str, tuple[str, Any]] = {
        "metadata": ("_metadata", killed),
        "content": ("_take", killed),
        "digest": ("digest", killed),
        "keep": ("keep", killed),
        "kept": ("keep", killed_later),
        "settle": ("_settle", killed),
    }
    monkeypatch.setattr(fetching, *places[step])


def kept_half(path: Path) -> Any:
    from django.core.files.base import ContentFile

    return ContentFile(path.read_bytes()[:1000])


def test_storage_that_gives_back_something_else_is_noticed(
    files: Files, connection: Connection, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_of(files, connection)
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "_stored", lambda *_arguments: "0" * 64)
        with pytest.raises(keeping.ReadsDifferently):
            fetched()

    flagged = Chunk.objects.get()
    assert (flagged.state, flagged.problem) == (ChunkState.WAITING, Problem.CHANGED)
    assert list(kept.rglob("*.wav")) == []
    assert (fetched().state, Chunk.objects.get().problem) == (ChunkState.STORED, "")


@pytest.mark.parametrize(
    ("hours", "status", "state"),
    [(25, 404, ChunkState.GONE), (25, 503, ChunkState.REFUSED), (1, 400, ChunkState.REFUSED)],
)
def test_what_the_cloud_gives_no_more_is_given_up(
    files: Files, connection: Connection, hours: int, status: int, state: ChunkState
) -> None:
    told_of(files, connection)
    Chunk.objects.update(told_at=now() - timedelta(hours=hours))
    files.statuses["/v1/objects/document-0/content/audio"] = status

    assert fetched().state == state


@pytest.mark.parametrize("status", [401, 404, 429, 503])
def test_within_its_day_a_file_is_asked_for_again(files: Files, connection: Connection, status: int) -> None:
    told_of(files, connection)
    files.statuses["/v1/objects/document-0/content/audio"] = status
    with pytest.raises(AzureError):
        fetched()
    files.statuses.clear()

    assert fetched().state == ChunkState.STORED


def test_redirect_leads_nowhere(files: Files, connection: Connection) -> None:
    told_of(files, connection)
    files.statuses["/v1/objects/document-0/content/audio"] = 302

    assert (fetched().state, Chunk.objects.get().problem) == (ChunkState.REFUSED, Problem.REFUSED)


@pytest.mark.parametrize("wanted", [True, False])
def test_cloud_deletes_its_file_only_where_it_shall(
    files: Files, connection: Connection, settings: Settings, wanted: bool
) -> None:
    settings.DELETE_RECORDINGS_FROM_CLOUD = wanted
    told_of(files, connection)

    chunk = fetched()

    assert [asked[1] for asked in files.asked if asked[0] == "DELETE"] == ["/v1/objects/document-0"] * wanted
    assert (chunk.deleted_from_cloud_at is not None) == wanted


def test_unknown_call_may_be_known_when_the_event_is_replayed(files: Files, connection: Connection) -> None:
    come(told(files.locations("document-0"), server_call=SERVER_CALL))
    call(connection)
    Event.objects.update(state=State.RECEIVED)

    come()

    assert Chunk.objects.count() == 1

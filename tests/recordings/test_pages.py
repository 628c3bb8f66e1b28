"""Who may listen to what, how a browser asks for the sound, and what the page says of it."""

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.http import StreamingHttpResponse
from django.test import Client
from django.utils.timezone import now

from centrala.calls.models import Call, CallState, Recorded
from centrala.connection.models import Connection
from centrala.conversations.models import Conversation, ConversationState
from centrala.organization import actions as organization
from centrala.organization.models import AuditEntry, Role, User
from centrala.recordings import ranges
from centrala.recordings.keeping import storage
from centrala.recordings.models import Chunk, Joined, Problem, Recording
from centrala.routing.models import Instead, Overflowed
from hub import ala
from recordings.scene import call, recorded_workstream, tone, wav

pytestmark = pytest.mark.django_db
SOUND = wav(tone(440, 20), tone(880, 20))


def person(name: str, role: str) -> User:
    return organization.add_user(username=name, password="parasol i kot", role=Role(role))


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def listened(connection: Connection) -> Joined:
    """Ala's, that can be listened to."""
    one = call(connection, agent=ala(), workstream=recorded_workstream(), recorded=Recorded.YES)
    name = storage().save("joined.wav", ContentFile(SOUND))
    made: dict[str, Any] = {"left": "cloud", "right": "hub", "name": name, "size": len(SOUND), "sha256": "0" * 64}
    peaks = [[50, 0, 50], [0, 50, 50]]
    return Joined.objects.create(call=one, began_at=now(), milliseconds=20_000, peaks=peaks, **made)


def sound_of(joined: Joined) -> str:
    return f"/recordings/sound/{joined.call_id}.wav"


def part_of(joined: Joined) -> str:
    return f"/recordings/{joined.call.conversation_id}/"


def part(client: Client, joined: Joined) -> str:
    return client.get(part_of(joined)).content.decode()


def status(user: User, joined: Joined) -> list[int]:
    client = browser(user)
    addresses = [sound_of(joined), f"/recordings/sound/{joined.call_id}/peaks"]
    return [client.get(address, headers={"Range": "bytes=0-9"}).status_code for address in addresses]


def test_who_may_listen(listened: Joined) -> None:
    ala = User.objects.get(username="ala")
    beata, adam = person("beata", "supervisor"), person("adam", "administrator")
    celina = User.objects.create(username="celina")
    other = person("ala2", "agent")

    assert [status(one, listened) for one in (ala, beata, adam)] == [[206, 200]] * 3
    assert [status(one, listened) for one in (other, celina)] == [[404, 404]] * 2
    assert "recording-player" in part(browser(ala), listened)
    assert "recording-player" not in part(browser(other), listened)
    assert browser(celina).get(part_of(listened)).status_code == 404


def test_supervisor_of_other_queues_hears_nothing(listened: Joined) -> None:
    from centrala.workstreams.models import Queue, QueueKind

    beata = person("beata", "supervisor")
    Queue.objects.create(name="Returns", kind=QueueKind.VOICE).members.add(beata)

    assert status(beata, listened) == [404, 404]


def test_voicemail_that_waits_says_who_may_listen(connection: Connection) -> None:
    one = call(connection, ended=False, workstream=recorded_workstream(), recorded=Recorded.YES)
    Call.objects.filter(pk=one.pk).update(state=CallState.ENDED, ended_at=now())
    Overflowed.objects.create(conversation=one.conversation, at=now(), instead=Instead.VOICEMAIL, settled_at=now())

    page = browser(ala()).get(f"/recordings/{one.conversation_id}/").content.decode()

    assert "Whoever takes it may listen." in page
    assert "your own calls" not in page


def test_voicemail_in_which_nobody_spoke_is_called_none_where_the_call_was_recorded_anyway(listened: Joined) -> None:
    talk = listened.call.conversation
    assert talk is not None
    Overflowed.objects.create(conversation=talk, at=now(), instead=Instead.VOICEMAIL)
    Call.objects.filter(pk=listened.call_id).update(ending="voicemail")
    Conversation.objects.filter(pk=talk.pk).update(state="closed", closing_reason="no_voicemail")
    client = browser(User.objects.get(username="ala"))

    page, whole = part(client, listened), client.get(f"/desk/{talk.pk}/").content.decode()

    assert '<h2 id="recording-title">Recording</h2>' in page
    assert "Nobody spoke after the tone." in page
    assert "The voicemail was complete" not in whole
    assert "The customer left no voicemail" in whole


def test_agent_hears_a_call_when_it_is_closed_and_not_before(listened: Joined) -> None:
    ala = User.objects.get(username="ala")
    talk = listened.call.conversation
    assert talk is not None
    talk.state, talk.closed_at = ConversationState.CLOSED, now()
    type(talk).objects.filter(pk=talk.pk).update(agent=None)

    assert status(ala, listened) == [404, 404]


def test_agent_who_handed_the_call_over_is_told_whose_it_is_now(listened: Joined) -> None:
    beata = person("beata", "supervisor")
    Conversation.objects.filter(call=listened.call).update(agent=beata)

    page = part(browser(User.objects.get(username="ala")), listened)

    assert "The call belongs to beata now: its agent and supervisors may listen to it." in page
    assert "once they are closed" not in page


def test_player_says_how_long_the_recording_is_and_its_speeds_in_the_readers_language(listened: Joined) -> None:
    client = browser(User.objects.get(username="ala"))
    assert "</span> / 0:20</span>" in part(client, listened)

    client.post("/language", {"language": "pl"})
    page = part(client, listened)

    assert '<option value="0.75">0,75×</option><option value="1" selected>1×</option>' in page
    assert '<option value="1.25">1,25×</option>' in page


@pytest.mark.parametrize(
    ("asked", "told", "first", "length"),
    [
        ("bytes=0-9", f"bytes 0-9/{len(SOUND)}", 0, 10),
        ("bytes=100-", f"bytes 100-{100 + (1 << 20) - 1}/{len(SOUND)}", 100, 1 << 20),
        ("bytes=-4", f"bytes {len(SOUND) - 4}-{len(SOUND) - 1}/{len(SOUND)}", len(SOUND) - 4, 4),
        (f"bytes={len(SOUND) - 2}-9999999", f"bytes {len(SOUND) - 2}-{len(SOUND) - 1}/{len(SOUND)}", len(SOUND) - 2, 2),
    ],
)
def test_browser_asks_for_a_piece(listened: Joined, asked: str, told: str, first: int, length: int) -> None:
    answer = browser(User.objects.get(username="ala")).get(sound_of(listened), headers={"Range": asked})

    assert (answer.status_code, answer["Content-Range"]) == (206, told)
    assert answer.content == SOUND[first : first + length]
    assert (answer["Content-Type"], answer["Accept-Ranges"]) == ("audio/wav", "bytes")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith('inline; filename="')


@pytest.mark.parametrize("asked", [f"bytes={len(SOUND)}-", "bytes=9-2", "bytes=-0"])
def test_piece_that_is_not_there_is_refused(listened: Joined, asked: str) -> None:
    answer = browser(User.objects.get(username="ala")).get(sound_of(listened), headers={"Range": asked})

    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(SOUND)}")


@pytest.mark.parametrize("asked", ["", "bytes=0-1,5-6", "lines=1-2", "bytes=-", "bytes=x"])
async def test_whole_file_comes_where_no_piece_is_asked_for(asked: str) -> None:
    name = await sync_to_async(storage().save)("joined.wav", ContentFile(SOUND))

    answer = ranges.answer(name, size=len(SOUND), asked=asked, as_name="call.wav")

    assert isinstance(answer, StreamingHttpResponse)
    assert (answer.status_code, answer["Content-Length"]) == (200, str(len(SOUND)))
    assert b"".join([piece async for piece in answer]) == SOUND


def test_listening_stands_in_the_audit_log_once_for_all_its_pieces(listened: Joined) -> None:
    client = browser(User.objects.get(username="ala"))
    for first in (0, 10, 20):
        client.get(sound_of(listened), headers={"Range": f"bytes={first}-"})

    entry = AuditEntry.objects.get(act="listen to recording")
    assert (entry.actor_name, entry.target) == ("ala", str(listened.call_id))


def test_whoever_begins_once_more_listens_once_more(listened: Joined, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser(User.objects.get(username="ala"))
    client.get(sound_of(listened), headers={"Range": "bytes=0-"})
    client.get(sound_of(listened), headers={"Range": "bytes=0-"})  # as some browsers do
    monkeypatch.setattr("centrala.recordings.access.now", lambda: now() + timedelta(minutes=2))

    client.get(sound_of(listened), headers={"Range": "bytes=20-"})
    skipped = AuditEntry.objects.filter(act="listen to recording").count()
    client.get(sound_of(listened), headers={"Range": "bytes=0-"})

    assert (skipped, AuditEntry.objects.filter(act="listen to recording").count()) == (1, 2)


def waiting(joined: Joined, *, hours: float, **values: Any) -> Chunk:
    recording = Recording.objects.create(call=joined.call, recording_id="r", told_at=now())
    at = now() - timedelta(hours=hours)
    return Chunk.objects.create(recording=recording, document_id="d", index=0, told_at=at, **values)


@pytest.mark.parametrize(("hours", "alarming"), [(1, False), (13, True)])
def test_page_counts_the_clouds_hours_down(listened: Joined, hours: float, alarming: bool) -> None:
    waiting(listened, hours=hours)

    shown = part(browser(User.objects.get(username="ala")), listened)

    assert "A file waits to be fetched" in shown
    assert f"{24 - hours - 1:.0f}\xa0hours" in shown
    assert ('class="bar danger"' in shown) == alarming


def test_page_says_why_a_file_is_not_kept_and_whose_a_channel_is(listened: Joined) -> None:
    waiting(listened, hours=1, state="refused", problem=Problem.FOREIGN_HOST, detail="evil.example.org")

    shown = part(browser(User.objects.get(username="ala")), listened)

    assert str(Problem.FOREIGN_HOST.label) in shown
    assert "evil.example.org" in shown
    assert "recorded by Azure" in shown
    assert "recorded by the hub" in shown


def test_same_reason_of_many_files_is_told_once_with_what_to_do(listened: Joined) -> None:
    first = waiting(listened, hours=1, state="refused", problem=Problem.FOREIGN_HOST, detail="evil.example.org")
    for number in (1, 2):
        first.pk, first.document_id, first.index = None, f"foreign-{number}", number
        first.save()

    shown = part(browser(User.objects.get(username="ala")), listened)

    assert shown.count(str(Problem.FOREIGN_HOST.label)) == 1
    assert "3 files of the recording have not come whole, or at all." in shown
    assert "Fix: an administrator looks among the events for who sent this one." in shown


def test_page_says_that_the_clouds_never_came(listened: Joined) -> None:
    Recording.objects.create(call=listened.call, recording_id="r", missing_since=now())

    assert "Azure has not told of its recording" in part(browser(User.objects.get(username="ala")), listened)


def talking(connection: Connection) -> Call:
    return call(connection, agent=ala(), ended=False, workstream=recorded_workstream(), recorded=Recorded.YES)


def test_agent_pauses_by_a_button_and_nobody_else_does(connection: Connection) -> None:
    one = talking(connection)
    address = f"/recordings/{one.conversation_id}/pause"

    assert (
        "Pause the recording"
        in browser(User.objects.get(username="ala")).get(address.removesuffix("pause")).content.decode()
    )
    assert browser(person("beata", "supervisor")).post(address).status_code == 404
    answer = browser(User.objects.get(username="ala")).post(address, headers={"HX-Request": "true"})

    assert "Go on recording" in answer.content.decode()
    one.refresh_from_db()
    assert one.recorded == Recorded.PAUSED


@pytest.mark.parametrize("act", ["stop", "x"])
def test_there_is_no_other_act(connection: Connection, act: str) -> None:
    one = talking(connection)

    assert browser(User.objects.get(username="ala")).post(f"/recordings/{one.conversation_id}/{act}").status_code == 404

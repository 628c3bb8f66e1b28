"""Who reads what, as a page, as a file, in the search and as a program; and how it goes with its call."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from centrala.calls.models import Call, Recorded, Transcript
from centrala.calls.queries import unwritten
from centrala.conversations.models import Conversation, Spoken
from centrala.conversations.search import excerpts, search
from centrala.customers.dossier import export
from centrala.customers.erasing import erase
from centrala.doctor.rules.work import calls_written_down
from centrala.organization import actions as organization
from centrala.organization.models import AuditEntry, Role, User
from centrala.recordings.models import Joined
from centrala.recordings.removing import forget_old
from centrala.transcripts.access import conversations_read_by
from hub import ala
from hub import connected as resource
from transcripts.scene import say, written, written_workstream

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(db: None) -> Call:
    """Ala's, over and closed."""
    connection = resource()
    at = now() - timedelta(minutes=5)
    made = written(connection, agent=ala(), ended=True, began=at)
    say(made, "Dzień dobry, zażółć <gęślą> jaźń", at=61, came=at + timedelta(seconds=62))
    return made


def person(name: str, role: str) -> User:
    return organization.add_user(username=name, password="parasol i kot", role=Role(role))


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def lines(user: User, call: Call) -> str:
    return browser(user).get(f"/transcripts/{call.conversation_id}/lines").content.decode()


def the_agent() -> User:
    return User.objects.get(username="ala")


def test_who_may_read(one: Call) -> None:
    beata, adam, other = person("beata", "supervisor"), person("adam", "administrator"), person("ala2", "agent")
    celina = User.objects.create(username="celina")
    address = f"/transcripts/{one.conversation_id}"

    read = ["gęślą" in lines(user, one) for user in (the_agent(), beata, adam, other)]
    files = [browser(user).get(f"{address}.txt").status_code for user in (the_agent(), beata, adam, other, celina)]

    assert read == [True, True, True, False]
    assert files == [200, 200, 200, 404, 404]
    assert [browser(celina).get(f"{address}{end}").status_code for end in ("/", "/lines")] == [404, 404]
    assert "your own calls" in browser(other).get(f"{address}/").content.decode()


def test_supervisor_of_other_queues_reads_nothing_and_finds_nothing(one: Call) -> None:
    from centrala.workstreams.models import Queue, QueueKind

    beata = person("beata", "supervisor")
    Queue.objects.create(name="Returns", kind=QueueKind.VOICE).members.add(beata)

    assert lines(beata, one).strip() == ""
    assert found(beata, "zazolc") == []


def test_reading_stands_in_the_audit_log_once_and_not_while_the_call_goes_on(one: Call) -> None:
    for _ in range(3):
        lines(the_agent(), one)

    entry = AuditEntry.objects.get(act="read transcript")
    assert (entry.actor_name, entry.target) == ("ala", str(one.pk))


def test_files_have_time_speaker_and_words(one: Call) -> None:
    client = browser(the_agent())

    text = client.get(f"/transcripts/{one.conversation_id}.txt")
    captions = client.get(f"/transcripts/{one.conversation_id}.vtt")

    assert text.content.decode() == "[1:01] Customer: Dzień dobry, zażółć <gęślą> jaźń\n"
    assert captions.content.decode() == (
        "WEBVTT\n\n00:01:01.000 --> 00:01:02.000\n<v Customer>Dzień dobry, zażółć &lt;gęślą&gt; jaźń\n"
    )
    assert (text["Content-Type"], captions["Content-Type"]) == ("text/plain; charset=utf-8", "text/vtt; charset=utf-8")
    assert text["Content-Disposition"].startswith('attachment; filename="')
    assert client.get(f"/transcripts/{one.conversation_id}.exe").status_code == 404


def test_lines_are_placed_in_the_recording_whatever_pauses_it_had(one: Call) -> None:
    began = Spoken.objects.get().said_at - timedelta(seconds=7)
    made = {"left": "cloud", "right": "hub", "name": "x", "size": 1, "sha256": "0" * 64, "peaks": [[], []]}
    Joined.objects.create(call=one, began_at=began, milliseconds=20_000, **made)

    assert 'data-at="7.00"' in lines(the_agent(), one)
    assert "Play from here" in lines(the_agent(), one)


def found(user: User, text: str) -> list[str]:
    read = conversations_read_by(user)
    rows = list(search(Conversation.objects.all(), text, read=read))
    return ["".join(piece.text for piece in pieces) for pieces in excerpts(rows, text, read=read).values()]


def test_search_finds_what_was_said_without_its_accents_for_those_who_may_read_it(one: Call) -> None:
    assert found(the_agent(), "zazolc gesl") == ["Dzień dobry, zażółć <gęślą> jaźń"]
    assert found(the_agent(), "zazolc umbrella") == []
    assert found(person("ala2", "agent"), "zazolc") == []
    page = browser(the_agent()).get("/desk/", {"search": "zazolc"}).content.decode()
    assert "<mark>zażółć</mark>" in page


def test_page_says_whose_words_are_missing_and_why(one: Call) -> None:
    address = f"/transcripts/{one.conversation_id}/"
    assert "Only the customer's words" in browser(the_agent()).get(address).content.decode()

    Transcript.objects.create(call=one, state="refused", error="No Cognitive Service")

    shown = browser(the_agent()).get(address).content.decode()
    assert "Azure does not write this call down" in shown
    assert "No Cognitive Service" in shown


def test_doctor_counts_the_calls_that_were_not_written_down(one: Call) -> None:
    class Told:
        class hub:  # noqa: N801 # as the context has it
            unwritten = 2

    assert unwritten(now()) == 0
    Transcript.objects.create(call=one, state="refused", error="No")

    assert (unwritten(now()), unwritten(now() + timedelta(days=8))) == (1, 0)
    assert "2 calls of the last 7 days" in calls_written_down(Told())  # type: ignore[arg-type]


def test_agent_pauses_by_a_button_and_nobody_else_does(db: None) -> None:
    call = written(resource(), agent=ala())
    address = f"/transcripts/{call.conversation_id}/pause"

    assert browser(person("beata", "supervisor")).post(address).status_code == 404
    answer = browser(the_agent()).post(address, headers={"HX-Request": "true"})

    assert "Go on writing down" in answer.content.decode()
    call.refresh_from_db()
    assert call.transcribed == Recorded.PAUSED
    assert browser(the_agent()).post(address.replace("pause", "erase")).status_code == 404


def test_transcript_is_exported_and_erased_with_its_customer(one: Call) -> None:
    assert one.conversation is not None
    contact = one.conversation.contact

    [told] = export(contact=contact, actor=None)["calls"]
    assert [(line["speaker"], line["text"]) for line in told["transcript"]] == [
        ("customer", "Dzień dobry, zażółć <gęślą> jaźń")
    ]
    erase(contact=contact, actor=None)

    assert not Spoken.objects.exists()


@pytest.mark.parametrize(("days", "held", "kept"), [(10, "", 0), (10, "a dispute", 1), (None, "", 1)])
def test_transcript_goes_when_recordings_do_and_stays_under_a_legal_hold(
    db: None, days: int | None, held: str, kept: int
) -> None:
    at = now() - timedelta(days=11)
    connection = resource()
    workstream = written_workstream(keep_recordings_days=days)
    call = written(connection, ended=True, began=at, workstream=workstream)
    say(call, "hello", at=1, came=at)
    Transcript.objects.create(call=call)
    assert call.conversation is not None
    type(call.conversation.contact).objects.update(held=held)

    forget_old()

    assert Spoken.objects.count() == kept

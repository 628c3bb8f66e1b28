"""What is said is kept once, in its order and at its time, and not at all where it shall not be."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.azure.calls import Calls
from centrala.azure.errors import AzureError
from centrala.calls import taping, transcript
from centrala.calls.actions import answered, connected, ended, heard
from centrala.calls.models import Call, CallEnd, CallState, Recorded, Transcript, TranscriptState
from centrala.calls.transcript import Stream
from centrala.connection.models import Connection
from centrala.conversations.models import Speaker, Spoken
from centrala.workstreams.models import Transcribed
from hub import CUSTOMER, OURS, ala
from hub import connected as resource
from transcripts.scene import WHO, read, say, written, written_workstream

pytestmark = pytest.mark.django_db
AT = now()
LATER = timedelta(seconds=1)


@pytest.fixture
def connection(db: None) -> Connection:
    return resource()


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_lines_stand_in_the_order_in_which_they_were_said(connection: Connection, order: tuple[int, ...]) -> None:
    one, stream = written(connection), Stream("s")

    for came, index in enumerate(order):
        say(one, f"line {index}", at=index * 2, came=AT + timedelta(seconds=10 + came), stream=stream)

    assert read(one) == ["line 0", "line 1", "line 2"]


def test_what_is_told_twice_is_kept_once_also_by_another_socket(connection: Connection) -> None:
    one = written(connection)
    again = Stream("s")

    for stream in (Stream("s"), again, again):
        say(one, "hello", at=1, came=AT, stream=stream)
    say(one, "and on", at=3, came=AT + 2 * LATER, stream=again)

    assert read(one) == ["hello", "and on"]


def test_same_moment_of_somebody_else_or_of_another_transcription_is_another_line(connection: Connection) -> None:
    one = written(connection)

    say(one, "hello", at=1, came=AT)
    say(one, "hello", at=1, came=AT, who="4:+14255550199")
    say(one, "hello", at=1, came=AT, stream=Stream("t"))

    assert read(one) == ["hello"] * 3


def test_word_that_came_late_is_placed_by_the_one_that_came_soonest(connection: Connection) -> None:
    one, stream = written(connection), Stream("s")

    say(one, "slow", at=0, came=AT + timedelta(seconds=6), stream=stream)  # its end was at most 5 s before
    say(one, "quick", at=9, came=AT + timedelta(seconds=10.2), stream=stream)

    rows = Spoken.objects.order_by("said_at")
    places = [(row.text, round((row.said_at - AT).total_seconds(), 2)) for row in rows]
    assert places == [("slow", 0.2), ("quick", 9.2)]


@pytest.mark.parametrize("wish", [Recorded.NO, Recorded.PAUSED, Recorded.HELD])
def test_nothing_is_kept_that_comes_while_it_pauses(connection: Connection, wish: Recorded) -> None:
    one = written(connection, transcribed=wish)

    assert not say(one, "my card's number", at=1, came=AT)
    assert (read(one), transcript.begun(one.pk)) == ([], False)


def test_what_was_said_in_a_pause_is_not_kept_when_its_word_comes_after_it(connection: Connection) -> None:
    one, stream = written(connection, agent=ala()), Stream("s")
    for act in ("pause", "resume"):
        assert one.conversation is not None
        assert taping.told(act, conversation=one.conversation)
    resumed = Transcript.objects.get().resumed_at
    assert resumed is not None

    say(one, "my card's number", at=1, came=resumed + timedelta(seconds=1.4), stream=stream)  # begun 0.4 s after it
    say(one, "that was all", at=3, came=resumed + timedelta(seconds=3.4), stream=stream)

    assert read(one) == ["that was all"]


def test_last_words_that_come_after_the_end_are_kept_and_no_socket_is_taken_then(connection: Connection) -> None:
    one = written(connection)
    ended(one.pk, CallEnd.CUSTOMER)

    assert say(one, "goodbye", at=1, came=AT)
    assert (read(one), transcript.begun(one.pk)) == (["goodbye"], False)


def test_words_of_a_call_that_was_erased_are_dropped(connection: Connection) -> None:
    one = written(connection)
    Call.objects.filter(pk=one.pk).delete()

    assert not say(one, "hello", at=1, came=AT)
    assert not Spoken.objects.exists()


@pytest.mark.parametrize(
    ("customer", "who", "speaker"),
    [
        (CUSTOMER, WHO, Speaker.CUSTOMER),
        (CUSTOMER, "8:acs:1234_5678", Speaker.AGENT),
        (CUSTOMER, "4:+14255550199", Speaker.OTHER),
        (CUSTOMER, "", Speaker.OTHER),
        ("anonymous", "4:anonymous", Speaker.CUSTOMER),
        (CUSTOMER, "4:anonymous", Speaker.OTHER),
    ],
)
def test_who_speaks_is_known_by_the_services_id(customer: str, who: str, speaker: Speaker) -> None:
    assert transcript.speaker(Call(customer=customer), who) == speaker


@pytest.mark.parametrize(
    ("how", "endpoint", "wanted"),
    [
        (Transcribed.AUTOMATIC, "https://ai.example.org", Recorded.YES),
        (Transcribed.AUTOMATIC, "", Recorded.NO),
        (Transcribed.BY_AGENT, "https://ai.example.org", Recorded.NO),
        (Transcribed.NEVER, "https://ai.example.org", Recorded.NO),
    ],
)
def test_call_that_connects_is_written_down_where_its_workstream_says_so(
    connection: Connection, how: Transcribed, endpoint: str, wanted: Recorded
) -> None:
    written_workstream(transcription=how, ai_endpoint=endpoint)
    ringing = Call.objects.create(
        connection=connection, customer=CUSTOMER, number=OURS, correlation_id="1", state="answering", rang_at=AT
    )

    one = connected(ringing.pk)

    assert one.transcribed == wanted
    assert ProcrastinateJob.objects.filter(task_name="calls.transcribe").count() == (wanted == Recorded.YES)


@pytest.mark.parametrize(("how", "asked"), [(Transcribed.BY_AGENT, True), (Transcribed.NEVER, False)])
def test_azure_is_asked_for_it_with_the_answer_where_it_may_be_wanted_later(
    connection: Connection, how: Transcribed, asked: bool
) -> None:
    written_workstream(transcription=how, language="pl")

    found = transcript.listening(Call(connection=connection, customer=CUSTOMER, number=OURS), "wss://hub/x")

    assert (found is not None) == asked
    assert found is None or (found.locale, found.ai) == ("pl-PL", "https://ai.example.org")


def test_agent_begins_pauses_and_goes_on_with_recording_and_words_as_one(connection: Connection) -> None:
    stream = written_workstream(transcription=Transcribed.BY_AGENT, recording="automatic")
    one = written(connection, agent=ala(), workstream=stream, transcribed=Recorded.NO, recorded=Recorded.YES)
    talk = one.conversation
    assert talk is not None

    found = []
    for act in ("transcribe", "pause", "resume"):
        taping.told(act, conversation=talk)
        one.refresh_from_db()
        found.append((one.recorded, one.transcribed))

    assert found == [("yes", "yes"), ("paused", "paused"), ("yes", "yes")]


def test_nothing_is_written_down_that_is_not_recorded_on_purpose(connection: Connection) -> None:
    stream = written_workstream(transcription=Transcribed.BY_AGENT, recording="automatic")
    one = written(connection, agent=ala(), workstream=stream, transcribed=Recorded.NO, recorded=Recorded.PAUSED)
    assert one.conversation is not None

    taping.told("transcribe", conversation=one.conversation)

    one.refresh_from_db()
    assert one.transcribed == Recorded.PAUSED


def test_hold_pauses_it_where_nothing_is_recorded(connection: Connection) -> None:
    one = written(connection, agent=ala())
    found = []
    for on in (True, False):
        taping.held(one.pk, on=on)
        one.refresh_from_db()
        found.append((one.recorded, one.transcribed))

    assert found == [("no", "held"), ("no", "yes")]


class Azure:
    """Microsoft's client answers so; what it was asked is kept."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *refusals: AzureError | None) -> None:
        self.asked: list[str] = []
        self._refusals = list(refusals)
        for name in ("start_transcription", "stop_transcription"):
            monkeypatch.setattr(Calls, name, lambda _client, _id, name=name: self._answer(name))

    def _answer(self, name: str) -> None:
        self.asked.append(name.split("_")[0])
        if self._refusals and (refusal := self._refusals.pop(0)):
            raise refusal


def test_azure_is_told_once_what_is_wanted(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    azure, one = Azure(monkeypatch), written(connection)

    for wish in (Recorded.YES, Recorded.YES, Recorded.PAUSED, Recorded.PAUSED, Recorded.YES):
        Call.objects.filter(pk=one.pk).update(transcribed=wish)
        transcript.follow(call_id=one.pk)

    assert azure.asked == ["start", "stop", "start"]


def test_refusal_for_want_of_an_ai_resource_is_said_at_once_and_for_good(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    azure, one = Azure(monkeypatch, AzureError("No Cognitive Service", permanent=True, status=405)), written(connection)

    for _ in range(2):
        transcript.follow(call_id=one.pk)

    found = Transcript.objects.get()
    assert (azure.asked, found.state, found.error) == (["start"], TranscriptState.REFUSED, "No Cognitive Service")


def test_other_refusals_are_tried_again_and_in_the_end_believed(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [AzureError("already", permanent=True, status=400)] * 9
    azure, one = Azure(monkeypatch, *refusals), written(connection)

    for _ in range(9):
        transcript.follow(call_id=one.pk)

    jobs = ProcrastinateJob.objects.filter(task_name="calls.transcribe")
    assert (len(azure.asked), jobs.count()) == (transcript.MOST_TRIES, transcript.MOST_TRIES - 1)
    assert all(job.scheduled_at is not None and job.scheduled_at > AT for job in jobs)


def failed(one: Call, id_: str, *, at: object = None) -> None:
    data = {"callConnectionId": "connection-1", "resultInformation": {"message": "The stream broke."}}
    heard(one, id_=id_, type_="TranscriptionFailed", at=at or now(), data=data)  # type: ignore[arg-type]


def test_broken_socket_is_asked_for_again_and_what_was_told_of_it_before_it_came_is_no_news(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    azure, one = Azure(monkeypatch), written(connection)
    before = now() - LATER
    transcript.begun(one.pk)

    failed(one, "late", at=before)
    assert not ProcrastinateJob.objects.exists()
    failed(one, "1")
    failed(one, "1")

    assert ProcrastinateJob.objects.get().task_name == "calls.transcribe"
    assert Transcript.objects.get().error == "The stream broke."
    transcript.follow(call_id=one.pk)
    transcript.begun(one.pk)
    found = Transcript.objects.get()
    assert (azure.asked, found.state, found.tries, found.error) == (["start"], TranscriptState.RUNNING, 0, "")


def test_end_of_the_call_is_no_trouble(connection: Connection) -> None:
    one = written(connection)
    ended(one.pk, CallEnd.CUSTOMER)
    one.refresh_from_db()

    failed(one, "1")

    assert (one.state, Transcript.objects.get().error) == (CallState.ENDED, "")


def test_wish_that_came_before_the_call_had_a_name_is_followed_then(connection: Connection) -> None:
    from centrala.azure.calls import Answered

    one = written(connection, call_connection_id="")

    answered(one.pk, Answered(connection_id="late", server_call_id="server"))

    assert [job.task_name for job in ProcrastinateJob.objects.all()] == ["calls.transcribe"]

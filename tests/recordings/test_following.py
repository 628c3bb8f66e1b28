"""The cloud's recording follows what is wanted of the call, once each, whatever is repeated."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.azure.calls import Answered, Calls
from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.calls import taping
from centrala.calls.actions import answered, connected, heard
from centrala.calls.exchange import Exchange
from centrala.calls.models import Call, CallState
from centrala.calls.models import Recorded as Wish
from centrala.calls.threads import in_thread
from centrala.connection.models import Connection
from centrala.conversations.models import Conversation
from centrala.organization.models import User
from centrala.recordings.actions import follow
from centrala.recordings.models import Recording, RecordingState, Trouble
from centrala.workstreams.models import Recorded
from hub import CUSTOMER, OURS, ala
from recordings.files import Files
from recordings.scene import call, recorded_workstream

pytestmark = pytest.mark.django_db


def under_way(connection: Connection, *, recorded: Wish = Wish.YES) -> Call:
    return call(connection, agent=ala(), ended=False, workstream=recorded_workstream(), recorded=recorded)


def followed(one: Call) -> list[str]:
    follow(call_id=one.pk)
    return list(Recording.objects.values_list("state", flat=True))


def wish(one: Call) -> str:
    one.refresh_from_db()
    return one.recorded


@pytest.mark.parametrize(
    ("recording", "wanted"),
    [(Recorded.AUTOMATIC, Wish.YES), (Recorded.BY_AGENT, Wish.NO), (Recorded.NEVER, Wish.NO)],
)
def test_call_that_connects_is_recorded_where_its_workstream_says_so(
    connection: Connection, recording: Recorded, wanted: Wish
) -> None:
    recorded_workstream(recording=recording)
    ringing = Call.objects.create(
        connection=connection,
        customer=CUSTOMER,
        number=OURS,
        correlation_id="1",
        state=CallState.ANSWERING,
        rang_at=now(),
    )

    connected(ringing.pk)

    assert wish(ringing) == wanted


def test_recording_begins_once_with_the_customers_channel_first(files: Files, at_host: Connection) -> None:
    one = under_way(at_host)

    assert [followed(one), followed(one)] == [[RecordingState.RUNNING]] * 2

    assert files.told == ["start"]
    body = files.bodies[0]
    assert body["callConnectionId"] == "connection-1"
    assert (body["recordingChannelType"], body["recordingFormatType"]) == ("unmixed", "wav")
    assert CUSTOMER in str(body["audioChannelParticipantOrdering"])
    assert Recording.objects.get().recording_id in files.begun.values()


def test_killed_before_the_answer_was_kept_it_asks_with_the_same_id(
    files: Files, at_host: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, real = under_way(at_host), Calls.start_recording

    def killed(*given: object, **named: object) -> None:
        real(*given, **named)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Calls, "start_recording", killed)
        with pytest.raises(KeyboardInterrupt):
            followed(one)

    assert followed(one) == [RecordingState.RUNNING]
    assert files.told == ["start", "start"]
    assert len(files.begun) == 1
    assert files.bodies[0]["first"] == files.bodies[1]["first"]


def test_agent_pauses_and_goes_on(files: Files, at_host: Connection) -> None:
    one = under_way(at_host)
    followed(one)
    talk = Conversation.objects.get()

    assert taping.told("pause", conversation=talk)
    assert not taping.told("pause", conversation=talk)
    assert followed(one) == [RecordingState.PAUSED]
    assert taping.told("resume", conversation=talk)
    assert followed(one) == [RecordingState.RUNNING]

    assert files.told == ["start", "pause", "resume"]


def test_call_that_is_handed_to_a_number_outside_is_recorded_no_further(files: Files, at_host: Connection) -> None:
    one = under_way(at_host)
    followed(one)

    taping.handed_on(one.pk)
    taping.held(one.pk, on=False)

    assert (followed(one), wish(one), files.told) == ([RecordingState.PAUSED], Wish.NO, ["start", "pause"])


def test_agent_begins_where_nobody_else_does(files: Files, at_host: Connection) -> None:
    one = under_way(at_host, recorded=Wish.NO)
    assert followed(one) == []

    assert taping.told("start", conversation=Conversation.objects.get())

    assert followed(one) == [RecordingState.RUNNING]


def test_hold_pauses_and_does_not_undo_the_agents_own_pause(connection: Connection) -> None:
    one = under_way(connection)
    states = []
    for on in (True, False):
        taping.held(one.pk, on=on)
        states.append(wish(one))
    taping.told("pause", conversation=Conversation.objects.get())
    for on in (True, False):
        taping.held(one.pk, on=on)
        states.append(wish(one))

    assert states == [Wish.HELD, Wish.YES, Wish.PAUSED, Wish.PAUSED]


def test_what_was_paused_before_it_began_begins_paused(files: Files, at_host: Connection) -> None:
    one = under_way(at_host, recorded=Wish.PAUSED)

    assert followed(one) == [RecordingState.PAUSED]
    assert files.bodies[0]["pauseOnStart"] is True


@pytest.mark.parametrize(("status", "later"), [(400, False), (503, True)])
def test_what_azure_refuses_is_said_or_tried_again(files: Files, at_host: Connection, status: int, later: bool) -> None:
    one = under_way(at_host)
    files.statuses["start"] = status
    if later:
        with pytest.raises(AzureError):
            followed(one)
        files.statuses.clear()
        assert followed(one) == [RecordingState.RUNNING]
    else:
        assert followed(one) == [RecordingState.REFUSED]
        assert Recording.objects.get().error == "Recording is not possible."


@pytest.mark.parametrize("paused", ["by its agent", "on hold"])
def test_recording_that_cannot_be_paused_is_stopped(files: Files, at_host: Connection, paused: str) -> None:
    one = under_way(at_host)
    followed(one)
    files.statuses["pause"] = 400
    if paused == "on hold":
        taping.held(one.pk, on=True)
    else:
        taping.told("pause", conversation=Conversation.objects.get())

    assert [followed(one), followed(one)] == [[RecordingState.ENDED]] * 2

    assert files.told == ["start", "stop"]
    found = Recording.objects.get()
    assert (found.trouble, found.error) == (Trouble.STOPPED, "Recording is not possible.")
    assert wish(one) == Wish.NO  # of the agent nothing is written either
    page = said_to_ala(one)
    assert "The recording could not be paused; so it was stopped." in page
    assert "Recording is not possible." in page
    assert "Not recorded" in page
    assert "<button" not in page


@pytest.mark.parametrize(("status", "later"), [(400, False), (503, True)])
def test_recording_that_cannot_be_stopped_either_is_not_called_paused(
    files: Files, at_host: Connection, status: int, later: bool
) -> None:
    one = under_way(at_host)
    followed(one)
    files.statuses |= {"pause": 400, "stop": status}
    taping.told("pause", conversation=Conversation.objects.get())
    if later:
        with pytest.raises(AzureError):
            followed(one)
    else:
        assert followed(one) == [RecordingState.RUNNING]

    page = said_to_ala(one)
    assert "The recording could not be paused, and Azure went on recording." in page
    assert "Running" in page
    assert "Paused" not in page
    del files.statuses["stop"]
    assert followed(one) == [RecordingState.ENDED]
    assert Recording.objects.get().trouble == Trouble.STOPPED


def said_to_ala(one: Call) -> str:
    client = Client()
    client.force_login(User.objects.get(username="ala"))
    return client.get(f"/recordings/{one.conversation_id}/").content.decode()


def test_recording_that_does_not_go_on_is_not_stopped(files: Files, at_host: Connection) -> None:
    one = under_way(at_host, recorded=Wish.PAUSED)
    followed(one)
    files.statuses["resume"] = 400
    taping.told("resume", conversation=Conversation.objects.get())

    assert followed(one) == [RecordingState.PAUSED]
    assert Recording.objects.get().trouble == Trouble.NOT_RESUMED
    assert files.told == ["start"]


def test_call_that_is_over_is_not_asked_about(files: Files, at_host: Connection) -> None:
    one = under_way(at_host)
    Call.objects.update(state=CallState.ENDED)

    assert followed(one) == []
    assert files.told == []


def test_connection_that_is_known_late_is_followed_then(connection: Connection) -> None:
    one = under_way(connection)

    answered(one.pk, Answered(connection_id="late", server_call_id="server"))

    assert ProcrastinateJob.objects.get(task_name="recordings.follow").args == {"call_id": str(one.pk)}


def test_connection_that_only_an_event_names_is_followed_then(connection: Connection) -> None:
    one = call(connection, ended=False, recorded=Wish.YES, call_connection_id="")

    for id_ in ("1", "2"):
        heard(one, id_=id_, type_="ParticipantsUpdated", at=now(), data={"callConnectionId": "late"})

    assert ProcrastinateJob.objects.get(task_name="recordings.follow").args == {"call_id": str(one.pk)}


@pytest.mark.django_db(transaction=True)
async def test_node_pauses_while_its_customer_is_on_hold(connection: Connection, tmp_path: Path) -> None:
    one = await in_thread(under_way, connection)
    exchange = Exchange(dsn="", cloud=Cloud(), address="https://hub.example.org", folder=tmp_path)
    live, found = exchange.live(one.pk), []
    await exchange.refresh(live)  # now it is known whose the call is

    for held in (True, False):
        live.held = held
        await exchange.refresh(live)
        found.append(await in_thread(wish, one))

    assert found == [Wish.HELD, Wish.YES]

"""What the hub tells whoever measures it, and that nobody else is told."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.utils.timezone import now
from pytest_django import Settings

from app.watching import ask, measured
from centrala.calls.exchange import Exchange
from centrala.calls.outlet import MOST_WAITING, Outlet
from centrala.conversations import actions
from centrala.conversations.models import Conversation, Message, MessageState
from centrala.inbox.models import Event, Tally
from centrala.inbox.tallies import BOUNDS, Counted, sum_up
from centrala.installation import Installation
from centrala.recordings.models import Chunk, Recording
from centrala.settings import INSTALLATION
from hub import arrive, connected, drained, event, text
from recordings.scene import call

pytestmark = pytest.mark.django_db(transaction=True)


def metrics() -> httpx.Response:
    return ask("/metrics", ("Authorization", f"Bearer {settings.METRICS_TOKEN}"))


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Bearer wrong")],
        [("Authorization", "Bearer ")],
        [("Authorization", "Bearer ąę".encode().decode("latin-1"))],
        [("Authorization", f"Basic {settings.METRICS_TOKEN}")],
        [("Authorization", settings.METRICS_TOKEN)],
        [("Authorization", f"Bearer {settings.METRICS_TOKEN}")] * 2,
        [("Cookie", f"sessionid={settings.METRICS_TOKEN}")],
    ],
    ids=["none", "wrong", "empty", "not ascii", "basic", "bare", "twice", "cookie"],
)
def test_without_its_token_nothing_is_told(headers: list[tuple[str, str]]) -> None:
    answer = ask("/metrics", *headers)

    assert (answer.status_code, answer.text) == (401, "unauthorized\n")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_token_is_made_once_where_none_is_set() -> None:
    assert INSTALLATION.metrics_token == (INSTALLATION.data / "metrics.token").read_text() == settings.METRICS_TOKEN
    assert (INSTALLATION.data / "metrics.token").stat().st_mode & 0o777 == 0o600


def test_where_no_token_could_be_made_nobody_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.METRICS_TOKEN = Installation(tmp_path / "file" / "data").metrics_token

    assert settings.METRICS_TOKEN == ""
    assert ask("/metrics", ("Authorization", "Bearer ")).status_code == 401


def test_inbox_tells_how_many_wait_and_how_long() -> None:
    connected()
    arrive(text("Where is my parcel?"))
    arrive(text("Hello?"))
    Event.objects.update(received_at=now() - timedelta(minutes=5))

    told = measured(metrics())

    assert told["centrala_inbox_waiting"] == 2
    assert 300 <= told["centrala_inbox_oldest_seconds"] < 330


def test_drain_counts_what_became_of_each_event() -> None:
    connected()
    arrive(text("Where is my parcel?"))
    arrive(text("Hello?"))
    arrive(text("?") | {"data": {}})
    arrive(text("?"), type_="Of.Others")

    drained()

    told = measured(metrics())
    outcomes = {name: value for name, value in told.items() if "drained" in name}
    assert outcomes == {
        "centrala_events_drained_total processed": 2,
        "centrala_events_drained_total failed": 1,
        "centrala_events_drained_total unknown": 1,
    }
    assert (told["centrala_inbox_waiting"], told["centrala_inbox_oldest_seconds"]) == (0, 0)


def test_messages_are_counted_by_state_and_deliveries_timed() -> None:
    connected()
    arrive(text("Where is my parcel?"))
    drained()
    message = actions.reply(conversation=Conversation.objects.get(), author=None, text="Tomorrow.")
    attempted = now() - timedelta(seconds=4)
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING, first_attempt_at=attempted)
    Message.objects.filter(pk=message.pk).update(sent_at=now())  # no other state: not counted again
    at = (attempted + timedelta(seconds=4)).isoformat()
    arrive(event("sms_delivery_report_received", tag=str(message.pk), deliveryStatus="Delivered", receivedTimestamp=at))

    drained()

    told = measured(metrics())
    states = {name.split()[1]: value for name, value in told.items() if name.startswith("centrala_messages_total")}
    assert states == {"queued": 1, "sending": 1, "delivered": 1}
    within = [told[f"centrala_delivery_seconds_bucket {bound}".replace(" inf", " +Inf")] for bound in BOUNDS]
    assert within == [0, 0, 0, 1, 1, 1, 1, 1, 1, 1]
    assert (told["centrala_delivery_seconds_count"], told["centrala_delivery_seconds_sum"]) == (1, 4)


def test_job_that_fails_for_good_is_counted() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, priority, args, status)"
            " values ('sms', 'conversations.send_message', 0, '{}', 'doing')"
        )
        cursor.execute("update procrastinate_jobs set status = 'failed' where status = 'doing'")

    assert measured(metrics())["centrala_jobs_failed_total conversations.send_message"] == 1


def test_sound_that_an_end_of_a_call_did_not_take_is_counted(tmp_path: Path) -> None:
    async def send(_packet: bytes | str) -> None:
        raise AssertionError

    async def lose() -> None:
        exchange = Exchange(dsn="", cloud=settings.CLOUD, address="https://here.example.org", folder=tmp_path)
        slow, quick = Outlet(send), Outlet(send)
        for _ in range(MOST_WAITING + 3):
            slow.put(b"")
        exchange.count_lost(slow, "browser")
        exchange.count_lost(quick, "service")
        await asyncio.gather(*exchange._tasks)

    asyncio.run(lose())

    assert measured(metrics())["centrala_sound_lost_frames_total browser"] == 3


def test_sums_stay_when_their_rows_are_summed_up() -> None:
    Tally.objects.bulk_create([Tally(name=Counted.RECEIVED, label="sms", amount=amount) for amount in (1, 2, 3)])
    Tally.objects.create(name=Counted.REFUSED, label="expired", amount=5)

    sum_up()

    assert Tally.objects.count() == 2
    told = measured(metrics())
    assert told["centrala_events_received_total sms"] == 6
    assert told["centrala_webhook_refusals_total expired"] == 5


def test_database_that_is_away_is_said_so() -> None:
    answer = ask(
        "/metrics", ("Authorization", f"Bearer {settings.METRICS_TOKEN}"), address="postgresql://localhost:1/x"
    )

    assert (answer.status_code, answer.text) == (503, "the database does not answer\n")


def test_recordings_that_wait_are_counted_and_their_time_in_the_cloud_runs_down() -> None:
    recording = Recording.objects.create(call=call(connected()), recording_id="r", told_at=now())
    told_at = now() - timedelta(hours=20)
    Chunk.objects.create(recording=recording, document_id="d", index=0, told_at=told_at)

    told = measured(metrics())

    assert told["centrala_recordings_waiting"] == 1
    assert 4 * 3600 - 60 < told["centrala_recordings_leave_seconds"] <= 4 * 3600
    Chunk.objects.all().delete()
    assert "centrala_recordings_leave_seconds" not in measured(metrics())

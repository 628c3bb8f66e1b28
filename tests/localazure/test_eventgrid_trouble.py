"""What goes wrong with deliveries: on order, or because the endpoint does."""

import json
import resource
import stat
from datetime import UTC, datetime, timedelta

import pytest

from localazure.certificates import write_private
from localazure_tests.receiver import status
from localazure_tests.waiting import attempted, deliveries, deliveries_until
from localazure_tests.webhooks import SMS_RECEIVED

STORAGE = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/dead"
GRAVE = {
    "deadLetterDestination": {
        "endpointType": "StorageBlob",
        "properties": {"resourceId": STORAGE, "blobContainerName": "letters"},
    }
}


def order(azure, action, **more):
    body = {"operation": "eventgrid.delivery", "action": action, **more}
    azure.control.post("/_local/faults", json=body).raise_for_status()


def graves(azure):
    return list((azure.data / "dead-letters").rglob("*.json"))


@pytest.fixture
def dug(azure):
    """No dead letters of an earlier test."""
    for blob in graves(azure):
        blob.unlink()


def test_duplicates_and_reordering_on_purpose(azure, webhooks, receiver, write):
    hook, other = receiver(), receiver()
    webhooks.put("to-hub", hook.url).result()
    webhooks.put("other", other.url).result()
    order(azure, "duplicate", subscription="to-hub")
    twice = write()
    doubled = [hook.next().events[0]["id"] for _ in range(2)]

    order(azure, "reorder", subscription="to-hub", times=3)
    sent = [write(str(number)) for number in range(3)]

    assert doubled == [twice, twice]
    assert [hook.next().events[0]["id"] for _ in sent] == sent[::-1]
    assert sorted(other.next().events[0]["id"] for _ in range(4)) == sorted([twice, *sent])


def test_ordered_delay_follows_the_clock(azure, webhooks, receiver, write, advance):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()
    order(azure, "delay", delay_seconds=3600)

    late, at_once = write(), write()

    assert hook.next().events[0]["id"] == at_once
    advance(3601)
    assert hook.next().events[0]["id"] == late


def test_ordered_loss_leaves_no_trace_at_the_endpoint(azure, webhooks, receiver, write):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()
    order(azure, "drop", subscription="TO-HUB")

    write()
    kept = write()

    assert hook.next().events[0]["id"] == kept
    found = deliveries_until(azure, lambda found: found[1]["attempts"])
    assert sorted((one["state"], one["reason"]) for one in found) == [("delivered", ""), ("dropped", "DroppedOnOrder")]


def test_ordered_answer_stands_for_the_endpoints_own(azure, webhooks, receiver, write, advance):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()
    order(azure, "answer", status=503)
    write()
    found = attempted(azure)

    advance(30)

    assert found["attempts"][0]["outcome"] == "Busy"
    assert hook.next().headers["aeg-delivery-count"] == "1"


@pytest.mark.parametrize("body", [{}, {"action": "explode"}, {"action": "drop", "subscription": "nobody"}])
def test_order_that_makes_no_sense_is_refused(azure, body):
    answer = azure.control.post("/_local/faults", json={"operation": "eventgrid.delivery"} | body)

    assert answer.status_code == 400


def test_orders_are_taken_back(azure, webhooks, receiver, write):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()
    order(azure, "drop", times=100)
    azure.control.delete("/_local/faults").raise_for_status()

    write()

    assert hook.next().types == [SMS_RECEIVED]


def test_dead_letter_lies_in_the_folder_five_minutes_later(azure, webhooks, receiver, write, advance, dug):
    hook = receiver()
    hook.answer = status(400)
    webhooks.put("To-Hub", hook.url, more=GRAVE).result()
    message_id = write()
    attempted(azure)
    advance(299)
    early = graves(azure)

    advance(2)
    [found] = deliveries_until(azure, lambda found: found[0]["state"] == "dead_lettered")

    [blob] = graves(azure)
    [event] = json.loads(blob.read_text())
    now = datetime.now(UTC) + timedelta(seconds=301)
    assert early == []
    assert stat.S_IMODE(blob.stat().st_mode) == 0o600
    assert found["dead_letter"] == str(blob.relative_to(azure.data / "dead-letters"))
    assert found["dead_letter"].startswith(f"letters/TO-HUB/{now.year}/{now.month}/{now.day}/")
    assert event["id"] == message_id
    assert event["eventType"] == SMS_RECEIVED
    assert event["deadLetterReason"] == "UndeliverableDueToHttpBadRequest"
    assert (event["deliveryAttempts"], event["lastDeliveryOutcome"]) == (1, "BadRequest")
    assert event["publishTime"] <= event["lastDeliveryAttemptTime"]


def test_file_that_cannot_be_written_whole_is_not_there(tmp_path):
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, kept[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_private(tmp_path / "letter.json", b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("retry", "wait", "reason"),
    [
        ({"maxDeliveryAttempts": 1}, 0, "MaxDeliveryAttemptsExceeded"),
        ({"eventTimeToLiveInMinutes": 1}, 61, "TimeToLiveExceeded"),
    ],
)
def test_dead_letter_says_which_limit_was_reached(azure, webhooks, receiver, write, advance, dug, retry, wait, reason):
    hook = receiver()
    hook.answer = status(500)
    webhooks.put("to-hub", hook.url, retry=retry, more=GRAVE).result()
    write()
    attempted(azure)
    advance(wait)
    deliveries_until(azure, lambda found: found[0]["next_try"] is None)

    advance(301)
    deliveries_until(azure, lambda found: found[0]["state"] == "dead_lettered")

    [event] = json.loads(graves(azure)[0].read_text())
    assert event["deadLetterReason"] == reason


def test_dead_letters_are_dropped_when_their_storage_is_away_for_four_hours(
    azure, webhooks, receiver, write, advance, dug
):
    hook = receiver()
    hook.answer = status(400)
    grave = {"resourceId": STORAGE, "blobContainerName": "blocked"}
    (azure.data / "dead-letters").mkdir(exist_ok=True)
    (azure.data / "dead-letters/blocked").write_text("a file where the folder should be")
    webhooks.put(
        "to-hub", hook.url, more={"deadLetterDestination": {"endpointType": "StorageBlob", "properties": grave}}
    ).result()
    write()
    attempted(azure)

    for _ in range(3):
        advance(301)
    waiting = deliveries(azure)[0]["state"]
    advance(4 * 3600)

    assert waiting == "pending"
    assert deliveries_until(azure, lambda found: found[0]["state"] != "pending")[0]["state"] == "dropped"


def on_probation(azure, webhooks, write, hook):
    """Ten failures in a row, each of which alone means five minutes' wait."""
    hook.answer = status(404)
    webhooks.put("to-hub", hook.url).result()
    for number in range(10):
        write(str(number))
        hook.next()
    deliveries_until(azure, lambda found: all(one["attempts"] for one in found))


@pytest.mark.long
def test_endpoint_that_keeps_failing_is_put_on_probation(azure, webhooks, receiver, write, advance):
    hook = receiver()
    on_probation(azure, webhooks, write, hook)

    fresh = write("new")
    advance(299)
    early = hook.notifications.empty()
    hook.answer = status(200)
    advance(2)

    assert early
    assert fresh in {hook.next().events[0]["id"] for _ in range(11)}


def test_probation_is_the_endpoints_and_not_that_of_the_next_one(azure, webhooks, receiver, write):
    on_probation(azure, webhooks, write, receiver())
    healthy = receiver()

    webhooks.put("to-hub", healthy.url).result()
    fresh = write("new")

    assert healthy.next().events[0]["id"] == fresh


def test_subscription_made_anew_is_on_no_probation(azure, webhooks, receiver, write):
    hook = receiver()
    on_probation(azure, webhooks, write, hook)
    webhooks.delete("to-hub").result()
    hook.answer = status(200)

    webhooks.put("to-hub", hook.url).result()
    fresh = write("new")

    assert hook.next().events[0]["id"] == fresh


def test_removed_subscription_says_goodbye(azure, webhooks, receiver):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()
    id_ = webhooks.get("to-hub").id

    webhooks.delete("to-hub").result()

    received = hook.farewells.get(timeout=10)
    assert received.events[0]["eventType"] == "Microsoft.EventGrid.SubscriptionDeletedEvent"
    assert received.events[0]["data"] == {"eventSubscriptionId": id_}
    assert received.headers["aeg-event-type"] == "SubscriptionDeletion"


def test_subscription_ends_at_its_time(azure, webhooks, receiver, write, advance):
    hook = receiver()
    at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    webhooks.put("to-hub", hook.url, more={"expirationTimeUtc": at}).result()
    write()
    hook.next()

    advance(3601)

    assert hook.farewells.get(timeout=10).kind == "SubscriptionDeletion"
    assert webhooks.list() == []

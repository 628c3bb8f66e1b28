"""The movable clock: moved, scaled, standing still, across a restart."""

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from localazure.certificates import Authority
from localazure.clock import LATEST, Clock
from localazure.records.time import ClockOffset
from localazure_tests.cloud import Cloud
from localazure_tests.receiver import Receiver, status
from localazure_tests.waiting import until

CLOCK = "/_local/clock"


def clock(control, **asked):
    answer = control.post(CLOCK, json=asked) if asked else control.get(CLOCK)
    return answer.raise_for_status().json()


def told(clock):
    return datetime.fromisoformat(clock["now"])


def test_clock_is_told_with_its_offset_and_its_pace(azure):
    clock(azure.control, advance_seconds=90)

    found = clock(azure.control)

    assert (found["offset_seconds"], found["scale"]) == (90, 1)
    assert abs(told(found) - datetime.now(UTC) - timedelta(seconds=90)) < timedelta(seconds=5)


@pytest.mark.long
def test_scaled_clock_passes_a_minute_in_a_second(azure):
    began = time.monotonic()
    before = told(clock(azure.control, scale=60))
    while told(clock(azure.control)) - before < timedelta(minutes=1):
        assert time.monotonic() - began < 10

    assert time.monotonic() - began > 0.9
    assert clock(azure.control)["scale"] == 60


def test_clock_that_stands_still_moves_when_it_is_moved_alone(azure):
    stopped = told(clock(azure.control, scale=0))
    waited = told(clock(azure.control))
    moved = told(clock(azure.control, advance_seconds=10))

    assert (waited - stopped, moved - stopped) == (timedelta(), timedelta(seconds=10))


def test_clock_keeps_its_time_when_the_pace_changes(azure):
    fast = told(clock(azure.control, scale=3600, advance_seconds=3600))
    real = told(clock(azure.control, scale=1))

    assert timedelta() <= real - fast < timedelta(hours=10)
    assert clock(azure.control)["offset_seconds"] >= 3600


@pytest.mark.long
def test_wait_that_began_slow_ends_fast(azure, acs):
    """Ten hours, and nobody moves the clock: its pace alone."""
    azure.control.post("/_local/faults", json={"operation": "numbers.operation", "delay_seconds": 36_000})
    begun = acs.request("DELETE", "/phoneNumbers/%2B18335550101?api-version=2025-06-01").headers["operation-location"]
    slow = acs.request("GET", begun).json()["status"]

    clock(azure.control, scale=86_400)

    until(lambda: acs.request("GET", begun).json()["status"] == "succeeded")
    assert slow == "running"


def test_retries_at_an_hour_a_second_keep_their_order_and_their_waits(azure, webhooks, receiver, write):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()
    hook.answer = status(503)
    clock(azure.control, scale=3600)

    first, second = write("one"), write("two", number=1)
    received = [hook.next() for _ in range(10)]

    for message in (first, second):
        counts = [one.headers["aeg-delivery-count"] for one in received if one.events[0]["id"] == message]
        assert counts == [str(number) for number in range(len(counts))]
    assert len(received) == 10
    for one in azure.control.get("/_local/deliveries").json()["items"]:
        times = [datetime.fromisoformat(attempt["at"]) for attempt in one["attempts"]]
        gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
        assert all(gap >= least for gap, least in zip(gaps, [30, 30, 60, 300, 600, 1800], strict=False)), gaps


def test_endpoint_has_its_thirty_real_seconds_at_any_pace(azure, webhooks, receiver, write):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()
    answered = threading.Event()
    hook.answer = lambda received: (answered.wait(10), (200, {}))[1]
    before = told(clock(azure.control, scale=86_400))

    write("slow")
    hook.next()
    until(lambda: told(clock(azure.control)) - before > timedelta(hours=6))
    answered.set()

    until(lambda: azure.control.get("/_local/deliveries").json()["items"][0]["state"] != "pending")
    [delivery] = azure.control.get("/_local/deliveries").json()["items"]
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["Delivered"]


@pytest.mark.long
def test_scaled_clock_goes_on_after_a_kill(tmp_path):
    cloud = Cloud(tmp_path)
    with Receiver(*Authority(cloud.data).issue(tmp_path / "hook")) as hook:
        token = cloud.token()
        path = cloud.subscribe(hook.url, token)
        until(lambda: cloud.arm("GET", path, token).json()["properties"]["provisioningState"] == "Succeeded")
        clock(cloud.control, advance_seconds=3600)
        clock(cloud.control, scale=0)
        hook.answer = status(503)
        cloud.write("before the kill")
        hook.next()
        until(lambda: cloud.control.get("/_local/deliveries").json()["items"][0]["attempts"])
        hook.answer = status(200)
        before = told(clock(cloud.control, scale=3600))

        cloud.kill()
        cloud.start()

        assert hook.next().headers["aeg-delivery-count"] == "1"
        after = clock(cloud.control)
    assert cloud.stop() == 0
    assert (told(after) > before, after["scale"]) == (True, 3600)
    assert after["offset_seconds"] > 3600


def test_reset_returns_to_real_time(azure):
    clock(azure.control, scale=3600, advance_seconds=86_400)

    azure.control.post("/_local/reset", json={}).raise_for_status()

    found = clock(azure.control)
    assert (found["offset_seconds"], found["scale"]) == (0, 1)


@pytest.mark.parametrize(
    "asked",
    [{"scale": -1}, {"scale": 86_401}, {"scale": "fast"}, {"advance_seconds": -1}, {"advance_seconds": 1e300}, {},
     {"scale": 60, "speed": 1}],
)  # fmt: skip
def test_wrong_pace_is_refused_and_changes_nothing(azure, asked):
    refused = azure.control.post(CLOCK, json=asked)

    assert refused.status_code == 400
    assert refused.json()["error"]["message"]
    assert clock(azure.control)["scale"] == 1


def test_clock_stops_before_the_last_date_there_is():
    far = Clock(ClockOffset(9e11, 86_400, datetime.now(UTC)))

    assert far.now() == LATEST
    assert far.after(366 * 86_400) > LATEST


def test_clock_does_not_run_backwards_when_the_machine_is_put_back(monkeypatch):
    moving = Clock()
    before = moving.now()
    monkeypatch.setattr("localazure.clock.real_time", lambda: before - timedelta(hours=1))

    assert moving.now() == before

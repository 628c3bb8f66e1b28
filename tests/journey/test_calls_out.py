"""An agent calls a customer: what came of it is told apart, and nobody is called twice, whatever dies."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from journey.dialling import ala, allow, calls_to, dial, finish, order, told
from journey.test_incoming_calls import calls
from journey.test_incoming_calls import told as cloud_told
from journey.test_overflow import office as admin
from running_demo import Demo, running_demo, until

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own, whose processes may die."""
    with running_demo(tmp_path_factory.mktemp("outbound")) as running:
        allow(running)
        yield running


def state(demo: Demo, number: str) -> str:
    try:
        return str(told(demo, number)["state"])
    except httpx.TransportError:
        return "nobody there"


@pytest.mark.parametrize(
    ("number", "when_called", "ending"),
    [
        ("+14255550141", "busy", "busy"),
        ("+14255550142", "decline", "declined"),
        ("+14255550143", "unreachable", "no_answer"),
    ],
)
def test_what_came_of_a_call_is_told_apart(office: Demo, number: str, when_called: str, ending: str) -> None:
    order(office, number, when_called=when_called, after_seconds=0.5)

    with ala(office) as browser:
        talk = dial(browser, number)
        until(lambda: state(office, number) == "ended", 30)
        finish(browser, talk)

    assert told(office, number)["ending"] == ending
    assert len(calls_to(office, number)) == 1


def test_customer_answers_and_hangs_up(office: Demo) -> None:
    number = "+14255550144"
    order(office, number, when_called="answer", after_seconds=0.5, script=[{"wait": 2}, {"hang_up": True}])

    with ala(office) as browser:
        talk = dial(browser, number)
        until(lambda: state(office, number) == "connected", 30)
        until(lambda: state(office, number) == "ended", 30)
        finish(browser, talk)

    call = told(office, number)
    assert (call["direction"], call["ending"]) == ("outbound", "customer")
    assert call["connected_at"] is not None


def test_agent_hangs_up_while_it_rings(office: Demo) -> None:
    number = "+14255550145"

    with ala(office) as browser:
        talk = dial(browser, number)
        until(lambda: bool(calls_to(office, number)), 30)
        finish(browser, talk)

    until(lambda: state(office, number) == "ended", 30)
    assert told(office, number)["ending"] == "given_up"
    until(lambda: [one["state"] for one in calls_to(office, number)] == ["ended"], 15)


def test_web_process_that_dies_while_it_rings_calls_nobody_twice(office: Demo) -> None:
    number = "+14255550146"
    with ala(office) as browser:
        talk = dial(browser, number)
        until(lambda: bool(calls_to(office, number)), 30)

        office.kill("web")

        until(lambda: bool(_answered(office, number)), 60)
        until(lambda: state(office, number) == "connected", 90)
        assert len(calls_to(office, number)) == 1
        finish(browser, talk)
    until(lambda: state(office, number) == "ended", 60)


def test_web_process_that_dies_as_it_dials_calls_nobody_twice(office: Demo) -> None:
    """The cloud calls the customer, and nobody hears that it does."""
    number = "+14255550147"
    with office.control() as control:
        fault = {"operation": "POST /calling/callConnections", "times": 1, "done": True, "hang": True}
        control.post("/_local/faults", json=fault).raise_for_status()
    with ala(office) as browser:
        talk = dial(browser, number)
        until(lambda: bool(calls_to(office, number)), 30)

        office.kill("web")

        until(lambda: bool(_answered(office, number)), 60)
        until(lambda: state(office, number) == "connected", 90)
        assert len(calls_to(office, number)) == 1
        finish(browser, talk)
    until(lambda: state(office, number) == "ended", 60)


def _answered(demo: Demo, number: str) -> list[dict[str, Any]]:
    """Somebody picks it up."""
    [call] = calls_to(demo, number)
    if not re.search("ringing", str(call["parties"])):
        return [call]
    with demo.control() as control:
        control.post(f"/_local/calls/{call['id']}/pick-up", json={})
    return []


def test_blocked_caller_is_rejected_before_it_is_a_conversation(office: Demo) -> None:
    customer = "+14255550149"
    with admin(office) as one:
        one.post("/center/blocked-numbers/", {"number": customer})

    call = calls(office, customer)

    until(lambda: cloud_told(office, call)["state"] == "ended", 30)
    until(lambda: told(office, customer)["ending"] == "blocked", 30)
    assert told(office, customer)["conversation"] is None
    assert cloud_told(office, call)["connections"] == []

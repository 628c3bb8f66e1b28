"""kill -9 while a number outside is consulted: nobody is called twice, everybody hears each other again, all ends."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from centrala.postgres import Cluster
from journey.dialling import ala, allow, calls_to, dial, order, post, told
from journey.test_desk_calls import CUSTOMER, is_tone, tone
from running_demo import Demo, running_demo, until

pytestmark = pytest.mark.long
EXPERT = 1500  # hertz of what is said outside


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own, whose processes may die."""
    with running_demo(tmp_path_factory.mktemp("outside")) as running:
        allow(running)
        yield running


def answers(demo: Demo, number: str, hertz: int, *, after_seconds: float = 0.5) -> None:
    said = base64.b64encode(tone(hertz, seconds=60, rate=16_000)).decode()
    order(demo, number, when_called="answer", after_seconds=after_seconds, script=[{"play": said}])


def go_on(demo: Demo, number: str, hertz: int) -> None:
    """Says it for a minute more."""
    said = base64.b64encode(tone(hertz, seconds=60, rate=16_000)).decode()
    with demo.control() as control:
        path = f"/_local/calls/{calls_to(demo, number)[-1]['id']}/steps"
        control.post(path, json={"script": [{"play": said}]}).raise_for_status()


def hears(demo: Demo, number: str, hertz: int) -> bool:
    with demo.control() as control:
        path = f"/_local/calls/{calls_to(demo, number)[-1]['id']}/heard"
        windows: list[dict[str, Any]] = control.get(path, params={"party": f"4:{number}"}).json()["windows"]
    return sum(is_tone(one, hertz) for one in windows[-10:]) >= 5


def states(demo: Demo, number: str) -> list[str]:
    return [str(one["state"]) for one in calls_to(demo, number)]


def page(browser: httpx.Client, talk: str) -> str:
    try:
        return browser.get(talk).text
    except httpx.TransportError:
        return "nobody there"


def state(demo: Demo, number: str) -> str:
    try:
        return str(told(demo, number)["state"])
    except httpx.TransportError:
        return "nobody there"


def in_a_call(demo: Demo, browser: httpx.Client, customer: str) -> str:
    """The path of the conversation. Whatever she had is over."""
    answers(demo, customer, CUSTOMER)
    talk = dial(browser, customer)
    until(lambda: state(demo, customer) == "connected", 30)
    return talk


def consult(browser: httpx.Client, talk: str, number: str) -> None:
    assert post(browser, f"{talk}consult", number=number).status_code == 302


def act(browser: httpx.Client, talk: str, what: str) -> None:
    """The button of the number outside."""
    path = page(browser, talk).partition("/desk/enquiries/")[2].partition("/")[0]
    assert post(browser, f"/desk/enquiries/{path}/{what}", page="/desk/dial").status_code == 302


def leave(demo: Demo, browser: httpx.Client, talk: str, customer: str) -> None:
    with demo.control() as control:
        control.delete(f"/_local/calls/{calls_to(demo, customer)[-1]['id']}")
    until(lambda: state(demo, customer) == "ended", 60)
    post(browser, f"{talk}close", page="/desk/dial")


def test_web_process_that_dies_as_it_calls_calls_nobody_twice(fragile: Demo) -> None:
    """The cloud calls the number, and nobody hears that it does."""
    customer, expert = "+14255550171", "+14255550172"
    answers(fragile, expert, EXPERT, after_seconds=1)
    with ala(fragile) as browser:
        talk = in_a_call(fragile, browser, customer)
        with fragile.control() as control:
            fault = {"operation": "POST /calling/callConnections", "times": 1, "done": True, "hang": True}
            control.post("/_local/faults", json=fault).raise_for_status()
        consult(browser, talk, expert)
        until(lambda: bool(calls_to(fragile, expert)), 30)

        fragile.kill("web")

        until(lambda: "is in the call. On hold" in page(browser, talk), 90)
        assert len(calls_to(fragile, expert)) == 1
        act(browser, talk, "end")
        until(lambda: states(fragile, expert) == ["ended"], 30)
        leave(fragile, browser, talk, customer)


def test_customer_and_number_hear_each_other_again_when_the_web_process_was_killed(fragile: Demo) -> None:
    customer, expert = "+14255550173", "+14255550174"
    answers(fragile, expert, EXPERT)
    with ala(fragile) as browser:
        talk = in_a_call(fragile, browser, customer)
        consult(browser, talk, expert)
        until(lambda: "is in the call. On hold" in page(browser, talk), 30)
        act(browser, talk, "hand-over")
        until(lambda: hears(fragile, customer, EXPERT), 30)

        fragile.kill("web")
        until(lambda: page(browser, "/desk/dial") != "nobody there", 60)
        go_on(fragile, customer, CUSTOMER)
        go_on(fragile, expert, EXPERT)

        until(lambda: hears(fragile, customer, EXPERT), 90)
        until(lambda: hears(fragile, expert, CUSTOMER), 60)
        assert (states(fragile, customer), states(fragile, expert)) == (["connected"], ["connected"])
        with fragile.control() as control:
            control.delete(f"/_local/calls/{calls_to(fragile, expert)[0]['id']}")
        until(lambda: state(fragile, customer) == "ended", 60)
        assert told(fragile, customer)["ending"] == "transferred"
        until(lambda: states(fragile, customer) == ["ended"], 30)
        post(browser, f"{talk}close", page="/desk/dial")


def test_only_the_service_itself_is_believed(fragile: Demo) -> None:
    """Who knows the address and has no token, or a made-up one, tells nothing and hears nothing."""
    customer, expert = "+14255550179", "+14255550180"
    answers(fragile, expert, EXPERT)
    with ala(fragile) as browser:
        talk = in_a_call(fragile, browser, customer)
        consult(browser, talk, expert)
        until(lambda: "is in the call. On hold" in page(browser, talk), 30)
        with psycopg.connect(Cluster.at(fragile.data).dsn()) as database:
            row = database.execute('select secret from calls_enquiry where "to" = %s', [expert]).fetchone()
        assert row is not None
        told = [{"id": "1", "type": "Microsoft.Communication.CallDisconnected", "data": {}}]
        socket = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        }

        for headers in ({}, {"Authorization": "Bearer made.up.token"}):
            events = browser.post(f"/calls/outside/{row[0]}/events", json=told, headers=headers)
            media = browser.get(f"/calls/outside/{row[0]}/media", headers=headers | socket)
            assert (events.status_code, media.status_code) == (401, 403)
        assert browser.post("/calls/outside/nobody/events", json=told).status_code == 404

        assert "is in the call. On hold" in page(browser, talk)
        act(browser, talk, "end")
        leave(fragile, browser, talk, customer)


@pytest.mark.parametrize("process", ["web", "worker"])
def test_number_is_hung_up_although_a_process_is_killed_as_the_customer_leaves(fragile: Demo, process: str) -> None:
    customer, expert = ("+14255550175", "+14255550176") if process == "web" else ("+14255550177", "+14255550178")
    answers(fragile, expert, EXPERT)
    with ala(fragile) as browser:
        talk = in_a_call(fragile, browser, customer)
        consult(browser, talk, expert)
        until(lambda: "is in the call. On hold" in page(browser, talk), 30)

        fragile.kill(process)
        leave(fragile, browser, talk, customer)

        until(lambda: states(fragile, expert) == ["ended"], 90)

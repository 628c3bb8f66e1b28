"""Whatever is killed with -9, no event is lost and no text is sent twice."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest
from azure.communication.phonenumbers import PhoneNumbersClient

from centrala.postgres import Cluster
from running_demo import Demo, clean_environment, running_demo, until

pytestmark = pytest.mark.long
SOON = {"CENTRALA_STALLED_AFTER": "3"}  # a killed worker's job is found after seconds instead of half a minute


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("mortal"), **SOON) as running:
        yield running


def write(demo: Demo, sender: str, words: str) -> None:
    body = {"from": sender, "to": demo.acs["phone_numbers"][0], "text": words}
    with demo.control() as control:
        control.post("/_local/sms", json=body).raise_for_status()


def move_the_clock(demo: Demo, seconds: int) -> None:
    with demo.control() as control:
        control.post("/_local/clock", json={"advance_seconds": seconds}).raise_for_status()


def thread(demo: Demo, sender: str) -> list[dict[str, str]]:
    try:
        with demo.api() as api:
            found = api.get("/api/v1/conversations", params={"customer": sender}).raise_for_status().json()["items"]
            if not found:
                return []
            answer = api.get(f"/api/v1/conversations/{found[0]['id']}/messages").raise_for_status()
            return list(answer.json()["items"])
    except httpx.HTTPError:
        return []  # what was killed is coming back


@pytest.mark.parametrize(
    ("victim", "sender"), [("web", "+14255550161"), ("worker", "+14255550162"), ("postgres", "+14255550163")]
)
def test_kill_between_two_events_loses_none(mortal: Demo, victim: str, sender: str) -> None:
    write(mortal, sender, "before")
    until(lambda: len(thread(mortal, sender)) == 1)

    mortal.kill(victim)
    write(mortal, sender, "during")
    until(lambda: mortal.processes(victim))
    write(mortal, sender, "after")

    def all_there() -> bool:
        move_the_clock(mortal, 30)  # Event Grid's own retries, without waiting for them
        return {item["text"] for item in thread(mortal, sender)} == {"before", "during", "after"}

    until(all_there, 60)
    assert len(thread(mortal, sender)) == 3


def test_worker_killed_between_send_and_answer_sends_once(mortal: Demo) -> None:
    sender = "+15005560140"  # one whose carrier never reports: nothing but the second answer can settle the message
    write(mortal, sender, "question")
    until(lambda: len(thread(mortal, sender)) == 1)
    with mortal.control() as control:
        control.post("/_local/faults", json={"operation": "sms.send", "hang": True}).raise_for_status()
    with mortal.api() as api:
        found = api.get("/api/v1/conversations", params={"customer": sender}).json()["items"][0]
        answer = api.post(f"/api/v1/conversations/{found['id']}/messages", json={"text": "answer"})
        message = answer.raise_for_status().json()["id"]
    until(lambda: on_the_phone(mortal, sender) == ["answer"])
    assert thread(mortal, sender)[-1]["state"] == "sending"

    mortal.kill("worker")

    until(lambda: thread(mortal, sender)[-1]["state"] == "sent", 60)
    assert on_the_phone(mortal, sender) == ["answer"]
    with mortal.control() as control:
        counts = control.get("/_local/sms/counts", params={"repeatability_id": message}).raise_for_status().json()
    assert counts["items"] == [{"repeatability_id": message, "to": sender, "count": 1}]


def on_the_phone(demo: Demo, number: str) -> list[str]:
    with demo.control() as control:
        items = control.get("/_local/inbox", params={"number": number}).json()["items"]
    return [item["text"] for item in items if item["to"] == number]


RECIPIENTS = [f"+486001002{one:02}" for one in range(40)]


@contextmanager
def as_beata(demo: Demo) -> Iterator[httpx.Client]:
    """The supervisor's browser; every form carries its token."""
    with httpx.Client(base_url=demo.hub["url"], trust_env=False, timeout=30, follow_redirects=True) as browser:
        form = {name: demo.hub["supervisor"][name] for name in ("username", "password")}
        post(browser, "/sign-in", **form)
        yield browser


def post(browser: httpx.Client, path: str, *, file: bytes = b"", **fields: str) -> httpx.Response:
    form = path if path in {"/sign-in", "/center/campaigns/new/"} else f"{path.rsplit('/', 2)[0]}/"
    page = browser.get(form).raise_for_status().text
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    files = {"file": ("c.csv", file)} if file else None
    return browser.post(path, data=fields | {"csrfmiddlewaretoken": token}, files=files).raise_for_status()


def test_campaign_whose_worker_is_killed_reaches_everybody_once(mortal: Demo) -> None:
    rows = "\n".join(["number", *RECIPIENTS]).encode()
    with as_beata(mortal) as browser:
        told = {"name": "News", "number": sender(browser), "text": "Hello {number}"}
        drafted = post(browser, "/center/campaigns/new/", file=rows, **told)
        post(browser, f"{drafted.url.path}start/")

    for reached in (3, 15):
        until(lambda least=reached: sum(map(bool, reached_by(mortal))) >= least, 60)  # type: ignore[misc]
        mortal.kill("worker")
        until(lambda: mortal.processes("worker"))

    until(lambda: all(reached_by(mortal)), 90)
    assert reached_by(mortal) == [[f"Hello {number}"] for number in RECIPIENTS]


def reached_by(demo: Demo) -> list[list[str]]:
    return [on_the_phone(demo, number) for number in RECIPIENTS]


def sender(browser: httpx.Client) -> str:
    """The key of the first number that the form offers."""
    page = browser.get("/center/campaigns/new/").raise_for_status().text
    return page.partition('<select name="number"')[2].partition('<option value="')[2].partition('"')[0]


def test_purchase_whose_processes_are_killed_buys_once(mortal: Demo) -> None:
    """The command that ordered and the worker that has its job, both while Azure is selling."""
    before = numbers(mortal)
    with mortal.control() as control:
        slow = {"operation": "numbers.operation", "delay_seconds": 3, "times": 4}
        control.post("/_local/faults", json=slow).raise_for_status()
    words = ["numbers", "buy", "US", "--area-code", "844", "--receives-calls", "--yes"]
    command = subprocess.Popen(
        [sys.executable, "-m", "centrala.cli", *words, "--data", str(mortal.data)],
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: order(mortal)[:2] == ("under_way", True), 60)

    command.kill()
    command.wait()
    mortal.kill("worker")

    until(lambda: order(mortal)[0] == "done", 90)
    assert numbers(mortal) - before == {order(mortal)[2]}
    answer = mortal.command("numbers", "--json")
    assert {json.loads(line)["number"] for line in answer.stdout.splitlines()} == numbers(mortal)


def numbers(demo: Demo) -> set[str]:
    """What Azure says that the resource owns."""
    client = PhoneNumbersClient.from_connection_string(
        demo.acs["connection_string"], connection_verify=demo.azure["ca_bundle"]
    )
    return {one.phone_number for one in client.list_purchased_phone_numbers()}


def order(demo: Demo) -> tuple[str, bool, str]:
    """The newest one: its state, whether Azure was asked to sell, and its number."""
    with psycopg.connect(Cluster.at(demo.data).dsn()) as database:
        found = database.execute(
            "select state, attempted_at is not null, number from ordering_order order by created_at desc limit 1"
        ).fetchone()
    return found or ("", False, "")

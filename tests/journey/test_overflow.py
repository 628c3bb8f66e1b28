"""What callers hear whom overflow sends elsewhere."""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from journey.test_desk_calls import tone
from journey.test_incoming_calls import calls, heard, state, told
from pages.reading import read
from pages.test_queues_page import posted
from running_demo import Demo, until

pytestmark = pytest.mark.long
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Office:
    """The admin center, as a browser of the administrator sends its forms."""

    def __init__(self, browser: httpx.Client) -> None:
        self._browser = browser

    def post(self, path: str, form: dict[str, Any]) -> httpx.Response:
        token = TOKEN.search(self._browser.get(path).text)
        assert token is not None
        sent = self._browser.post(path, data={"csrfmiddlewaretoken": token[1], **form})
        assert sent.status_code == 302, sent.text
        return sent

    def queue(self, name: str) -> str:
        """The path of its page."""
        found = re.search(rf'href="(/center/queues/\d+/)">{name}<', self._browser.get("/center/queues/").text)
        assert found is not None
        return found[1]

    def form(self, path: str) -> dict[str, Any]:
        """What a browser would send of the form as it stands."""
        return posted(read(self._browser.get(path)))

    def voice(self) -> str:
        found = re.search(r'href="(/center/workstreams/\d+/)">Voice<', self._browser.get("/center/workstreams/").text)
        assert found is not None
        return found[1]


@contextmanager
def office(demo: Demo) -> Iterator[Office]:
    with httpx.Client(base_url=demo.hub["url"], trust_env=False, timeout=30) as browser:
        one, who = Office(browser), demo.hub["admin"]
        one.post("/sign-in", {"username": who["username"], "password": who["password"]})
        yield one


@pytest.fixture
def voice_queue(demo: Demo) -> Iterator[tuple[Office, str]]:
    """The overflow of the default queue of calls, empty again afterwards."""
    with office(demo) as one:
        path = f"{one.queue('Default voice queue')}overflow/"
        yield one, path
        one.post(path, {"too_many-place": "1", "long_wait-place": "1"})


def test_caller_who_finds_too_many_waiting_hears_why_and_the_call_ends(
    demo: Demo, voice_queue: tuple[Office, str]
) -> None:
    admin, path = voice_queue
    admin.post(f"{admin.voice()}messages/", {"overflow": "All our agents are busy."})
    form = {"too_many-remedy": "end", "too_many-threshold": "1", "too_many-place": "1", "long_wait-place": "1"}
    admin.post(path, form)
    first = calls(demo, "+14255550261")
    until(lambda: state(demo, "+14255550261") == "open", 15)

    second = calls(demo, "+14255550262")

    until(lambda: told(demo, second)["state"] == "ended", 30)
    assert state(demo, "+14255550262") == "closed"
    spoken = sum(window["level"] > -40 for window in heard(demo, second))
    assert 8 < spoken < 80  # the sentence, and no music after it
    assert told(demo, first)["state"] == "connected"
    with demo.control() as control:
        control.delete(f"/_local/calls/{first}").raise_for_status()


def one_waits(demo: Demo, customer: str) -> str:
    first = calls(demo, customer)
    until(lambda: state(demo, customer) == "open", 15)
    return first


def hang_up(demo: Demo, call: str) -> None:
    with demo.control() as control:
        control.delete(f"/_local/calls/{call}").raise_for_status()


def tones(demo: Demo, call: str, hertz: int) -> int:
    """Tenths of a second in which the caller heard it."""
    return sum(abs((window["hertz"] or 0) - hertz) < 10 for window in heard(demo, call))


def when_many_wait(remedy: str) -> dict[str, str]:
    return {"too_many-remedy": remedy, "too_many-threshold": "1", "too_many-place": "1", "long_wait-place": "1"}


def voicemails(demo: Demo) -> list[dict[str, Any]]:
    with demo.api() as api:
        items = api.get("/api/v1/recordings").json()["items"]
    return [one for one in items if (one["left"], one["right"]) == ("hub", "none")]


def test_voicemail_is_prompted_recorded_until_the_hash_key_and_waits_in_the_queue(
    demo: Demo, voice_queue: tuple[Office, str]
) -> None:
    admin, path = voice_queue
    admin.post(path, when_many_wait("voicemail"))
    first, customer = one_waits(demo, "+14255550263"), "+14255550264"
    said = [{"wait": 8}, {"say": "Please call me back about the broken lamp."}, {"wait": 1}, {"press": "#"}]

    call = calls(demo, customer, script=said)

    until(lambda: told(demo, call)["state"] == "ended", 40)
    assert 4 <= tones(demo, call, 1000) <= 6  # the tone, once
    until(lambda: voicemails(demo), 20)
    assert state(demo, customer) == "open"
    assert 2_000 < voicemails(demo)[0]["milliseconds"] < 15_000
    hang_up(demo, first)


def test_caller_who_says_nothing_after_the_tone_leaves_no_voicemail(
    demo: Demo, voice_queue: tuple[Office, str]
) -> None:
    admin, path = voice_queue
    admin.post(path, when_many_wait("voicemail"))
    first, customer = one_waits(demo, "+14255550265"), "+14255550266"
    before = len(voicemails(demo))

    call = calls(demo, customer, script=[{"wait": 9}, {"hang_up": True}])

    until(lambda: told(demo, call)["state"] == "ended", 40)
    until(lambda: state(demo, customer) == "closed", 20)
    assert len(voicemails(demo)) == before
    hang_up(demo, first)


def test_call_back_is_offered_taken_by_a_key_and_keeps_its_place(demo: Demo, voice_queue: tuple[Office, str]) -> None:
    admin, path = voice_queue
    admin.post(path, when_many_wait("call_back"))
    first, customer = one_waits(demo, "+14255550267"), "+14255550268"

    call = calls(demo, customer, script=[{"wait": 36}, {"press": "1"}])

    until(lambda: told(demo, call)["state"] == "ended", 70)
    assert state(demo, customer) == "open"
    hang_up(demo, first)


def test_second_caller_hears_the_position_over_the_music(demo: Demo, voice_queue: tuple[Office, str]) -> None:
    admin, _path = voice_queue
    admin.post(f"{admin.voice()}messages/", {"position": "{Position}. {Position}. {Position}. {Position}."})
    page = admin.form(admin.voice())
    admin.post(admin.voice(), page | {"tells_position": "on"})
    first = one_waits(demo, "+14255550269")
    second = one_waits(demo, "+14255550270")

    until(lambda: len(heard(demo, second)) > 160, 60)

    levels = [window["level"] for window in heard(demo, second)]
    assert min(levels[20:90]) > -40  # music, which has no pauses
    assert sum(level < -40 for level in levels[100:160]) > 2  # between the words
    admin.post(admin.voice(), page)
    hang_up(demo, first)
    hang_up(demo, second)


def last_hidden(demo: Demo, known: set[str]) -> str:
    """How the call of somebody who hides the number ended that was not known before; "" as long as it goes on."""
    with demo.api() as api:
        items = api.get("/api/v1/calls", params={"customer": "anonymous"}).json()["items"]
    return next((one["ending"] or "" for one in items if one["id"] not in known), "")


@pytest.mark.parametrize(("hidden", "seconds"), [("rejected", 0), ("told", 2)])
def test_caller_who_hides_the_number_is_turned_away_as_the_workstream_says(
    demo: Demo, hidden: str, seconds: float
) -> None:
    with office(demo) as admin, demo.api() as api:
        known = {one["id"] for one in api.get("/api/v1/calls", params={"customer": "anonymous"}).json()["items"]}
        page = admin.form(admin.voice())
        admin.post(admin.voice(), page | {"hidden_callers": hidden})

        call = calls(demo, "anonymous")

        until(lambda: told(demo, call)["state"] == "ended", 30)
        until(lambda: last_hidden(demo, known) == "hidden", 30)
        spoken = sum(level > -40 for level in sound_to(demo, call)) / 10
        assert seconds <= spoken < seconds + 10
        admin.post(admin.voice(), page)


def of_the_cloud(demo: Demo) -> int:
    """Recordings that Azure made and the hub fetched."""
    with demo.api() as api:
        return sum(one["left"] == "cloud" for one in api.get("/api/v1/recordings").json()["items"])


def test_only_who_presses_one_is_recorded(demo: Demo) -> None:
    before = of_the_cloud(demo)
    with office(demo) as admin:
        page = admin.form(admin.voice())
        admin.post(admin.voice(), page | {"recording": "automatic", "consent": "key"})
        words = {"say": "My lamp is broken, and it has been broken for a week."}
        made = [
            calls(demo, customer, script=[{"wait": 12}, {"press": key}, {"wait": 2}, words, {"hang_up": True}])
            for customer, key in (("+14255550251", "2"), ("+14255550252", "1"))
        ]
        for call in made:
            until(lambda call=call: told(demo, call)["state"] == "ended", 60)
        admin.post(admin.voice(), page)

    until(lambda: of_the_cloud(demo) > before, 30)
    assert of_the_cloud(demo) == before + 1


ELSEWHERE_HERTZ, RINGS_FOR = 700, 4  # seconds
SOMEBODY = base64.b64encode(tone(ELSEWHERE_HERTZ, seconds=60, rate=16_000)).decode()


def answers_outside(demo: Demo, number: str, **what: Any) -> None:
    """Once it has rung for a while."""
    with demo.control() as control:
        order = {"number": number, "after_seconds": RINGS_FOR} | what
        control.post("/_local/telephones", json=order).raise_for_status()


def sound_to(demo: Demo, call: str) -> list[float]:
    """How loud it was in each tenth of a second that the caller heard."""
    return [window["level"] for window in heard(demo, call)]


@pytest.fixture
def transfers(voice_queue: tuple[Office, str]) -> Iterator[tuple[Office, str]]:
    """The workstream allows callers to be sent on to numbers in the United States."""
    admin, path = voice_queue
    page = admin.form(admin.voice())
    admin.post(admin.voice(), page | {"transfer_countries": "US"})
    yield admin, path
    admin.post(admin.voice(), page)


def test_caller_hears_music_until_the_number_outside_answers_and_then_whoever_is_there(
    demo: Demo, transfers: tuple[Office, str]
) -> None:
    admin, path = transfers
    first, customer, number = one_waits(demo, "+14255550271"), "+14255550272", "+14255550291"
    answers_outside(demo, number, when_called="answer", script=[{"play": SOMEBODY}])
    admin.post(path, when_many_wait("outside") | {"too_many-number": number})

    call = calls(demo, customer)

    until(lambda: tones(demo, call, ELSEWHERE_HERTZ) > 10, 60)
    until(lambda: state(demo, customer) == "closed", 20)
    assert told(demo, call)["state"] == "connected"  # with somebody else
    waited = [window["level"] for window in heard(demo, call)[10:40]]
    assert sum(level > -45 for level in waited) > 20
    with demo.api() as api:
        [ours] = api.get("/api/v1/calls", params={"customer": customer}).json()["items"]
    assert ours["ending"] == "transferred"
    hang_up(demo, call)
    hang_up(demo, first)


def test_caller_waits_on_where_nobody_answers_outside_and_it_rings_there_once(
    demo: Demo, transfers: tuple[Office, str]
) -> None:
    admin, path = transfers
    first, customer, number = one_waits(demo, "+14255550273"), "+14255550274", "+14255550292"
    answers_outside(demo, number, when_called="decline")
    once = when_many_wait("outside") | {"too_many-number": number}
    admin.post(path, once | {"waited-remedy": "outside", "waited-threshold": "1", "waited-number": number})

    call = calls(demo, customer)
    until(lambda: party(demo, call, number) == "gone", 60)
    declined = len(sound_to(demo, call))
    until(lambda: len(sound_to(demo, call)) > declined + 30, 30)

    assert (told(demo, call)["state"], state(demo, customer)) == ("connected", "open")
    assert sum(level > -45 for level in sound_to(demo, call)[declined:]) > 20  # the music goes on
    assert [one["raw_id"] for one in told(demo, call)["parties"]].count(f"4:{number}") == 1
    hang_up(demo, call)
    until(lambda: state(demo, customer) == "closed", 20)
    hang_up(demo, first)


def party(demo: Demo, call: str, number: str) -> str:
    """How it stands with whoever was called besides."""
    return next((one["state"] for one in told(demo, call)["parties"] if one["raw_id"] == f"4:{number}"), "")

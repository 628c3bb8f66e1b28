"""kill -9 of the web process with a call in hand: the caller hears the hub again, and a call always ends."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from centrala.postgres import Cluster
from journey.test_incoming_calls import calls, heard, state, told
from journey.test_overflow import answers_outside, office, one_waits, party, tones, voicemails, when_many_wait
from running_demo import Demo, running_demo, until

pytestmark = pytest.mark.long

MUSIC = -40  # decibels: what is louder is no silence


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own, whose processes may die."""
    with running_demo(tmp_path_factory.mktemp("fragile")) as running:
        yield running


def music(demo: Demo, call: str, *, since: int = 0) -> int:
    """In how many tenths of a second the caller has heard something, after so many."""
    return sum(window["level"] > MUSIC for window in heard(demo, call)[since:])


def found(demo: Demo, customer: str) -> str:
    """The state of the customer's conversation, as soon as there is somebody to ask."""
    try:
        return state(demo, customer)
    except httpx.TransportError:
        return "nobody there"


def so_far(demo: Demo, call: str) -> int:
    return len(heard(demo, call))


def hang_up(demo: Demo, call: str) -> None:
    with demo.control() as control:
        control.delete(f"/_local/calls/{call}")


def test_caller_who_waits_hears_music_again_when_the_web_process_was_killed(fragile: Demo) -> None:
    customer = "+14255550191"
    call = calls(fragile, customer)
    until(lambda: music(fragile, call) > 10, 60)

    fragile.kill("web")
    killed = so_far(fragile, call)

    until(lambda: music(fragile, call, since=killed + 5) > 10, 90)
    assert (state(fragile, customer), told(fragile, call)["state"]) == ("open", "connected")
    hang_up(fragile, call)
    until(lambda: found(fragile, customer) == "closed", 30)


def test_call_that_rings_while_the_web_process_is_dead_is_answered_or_missed_and_never_stays(fragile: Demo) -> None:
    customer = "+14255550192"
    fragile.kill("web")

    call = calls(fragile, customer)

    until(lambda: told(fragile, call)["state"] != "ringing", 60)
    hang_up(fragile, call)
    until(lambda: found(fragile, customer) in {"", "closed"}, 30)


def test_caller_who_hangs_up_while_the_web_process_is_dead_leaves_nothing_open(fragile: Demo) -> None:
    customer = "+14255550193"
    call = calls(fragile, customer)
    until(lambda: music(fragile, call) > 10, 60)

    fragile.kill("web")
    hang_up(fragile, call)

    until(lambda: found(fragile, customer) == "closed", 90)


def test_voicemail_that_was_being_left_is_kept_and_the_caller_is_not_kept_on_the_line(fragile: Demo) -> None:
    customer = "+14255550194"
    with office(fragile) as admin:
        path = f"{admin.queue('Default voice queue')}overflow/"
        admin.post(path, when_many_wait("voicemail"))
    first = one_waits(fragile, "+14255550195")
    words = "My lamp is broken, and it has been broken for a week. I have bought it in your shop on Monday. "
    call = calls(fragile, customer, script=[{"wait": 8}, {"say": words * 4}])
    until(lambda: tones(fragile, call, 1000) >= 4, 60)
    after = so_far(fragile, call)
    until(lambda: so_far(fragile, call) > after + 80, 30)

    fragile.kill("web")

    until(lambda: told(fragile, call)["state"] == "ended", 60)
    until(lambda: voicemails(fragile), 90)  # once a minute it is looked for what a process has left behind
    assert state(fragile, customer) == "open"
    assert voicemails(fragile)[0]["milliseconds"] > 3_000
    hang_up(fragile, first)


def test_voicemail_is_kept_once_although_the_worker_is_killed_as_it_is_taken_and_as_it_is_stored(fragile: Demo) -> None:
    """The web process dies, too: the file is left for the worker, which dies as soon as it has begun with it."""
    customer, before = "+14255550185", len(voicemails(fragile))
    with office(fragile) as admin:
        path = f"{admin.queue('Default voice queue')}overflow/"
        admin.post(path, when_many_wait("voicemail"))
    first = one_waits(fragile, "+14255550186")
    call = calls(fragile, customer, script=[{"wait": 8}, {"say": "My lamp is broken, and has been for a week. " * 8}])
    until(lambda: tones(fragile, call, 1000) >= 4, 60)
    after = so_far(fragile, call)
    fragile.kill("worker")
    until(lambda: so_far(fragile, call) > after + 60, 60)

    fragile.kill("web")
    hang_up(fragile, call)
    until(lambda: stored(fragile, customer), 120)
    fragile.kill("worker")

    until(lambda: len(voicemails(fragile)) > before, 120)
    until(lambda: not left_behind(fragile, customer), 120)
    until(lambda: found(fragile, customer) == "open", 90)
    assert len(voicemails(fragile)) == before + 1
    assert stored(fragile, customer) == 1
    assert voicemails(fragile)[0]["milliseconds"] > 3_000
    hang_up(fragile, first)


def stored(demo: Demo, customer: str) -> int:
    """Files of what this customer said that the hub knows."""
    statement = "select count(*) from recordings_leg as leg join calls_call as call on call.id = leg.call_id"
    with psycopg.connect(Cluster.at(demo.data).dsn()) as database:
        row = database.execute(f"{statement} where call.customer = %s", [customer]).fetchone()
    return row[0] if row else 0


def left_behind(demo: Demo, customer: str) -> list[Path]:
    """What this customer said that is not in the storage yet; whoever else is on the line may be speaking still."""
    with psycopg.connect(Cluster.at(demo.data).dsn()) as database:
        ids = [row[0] for row in database.execute("select id from calls_call where customer = %s", [customer])]
    return [file for id_ in ids for file in (demo.data / "calls" / "voicemail").glob(f"{id_}*")]


def test_caller_whom_overflow_sent_outside_gets_there_once_although_the_web_process_was_killed(
    fragile: Demo,
) -> None:
    customer, number = "+14255550196", "+14255550293"
    answers_outside(fragile, number, when_called="answer", after_seconds=30)
    with office(fragile) as admin:
        page = admin.form(admin.voice())
        admin.post(admin.voice(), page | {"transfer_countries": "US"})
        path = f"{admin.queue('Default voice queue')}overflow/"
        admin.post(path, when_many_wait("outside") | {"too_many-number": number})
    first = one_waits(fragile, "+14255550197")
    call = calls(fragile, customer)
    until(lambda: party(fragile, call, number) == "ringing", 60)

    fragile.kill("web")

    until(lambda: found(fragile, customer) == "closed", 120)
    assert [one["state"] for one in told(fragile, call)["parties"] if number in one["raw_id"]] == ["connected"]
    assert told(fragile, call)["state"] == "connected"  # with whoever is there
    hang_up(fragile, call)
    hang_up(fragile, first)

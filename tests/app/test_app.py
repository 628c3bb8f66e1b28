"""The one app in front: live streams that miss nothing, web sockets to nowhere, a stop that does not hang."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
import websockets.sync.client
from django.db import connection
from django.test import Client
from django.utils.timezone import now
from websockets.exceptions import InvalidStatus

from centrala import listening
from centrala.asgi import build
from centrala.conversations.live import announce
from centrala.database import dsn
from centrala.desk import stream as stream_module
from centrala.organization.models import Session, User
from centrala.routing.duty import duty
from centrala.routing.models import Agent
from centrala.server import Listen, Server, bind
from centrala.settings import database
from centrala.workstreams.models import Presence
from hub import ala
from running_demo import until

pytestmark = pytest.mark.django_db(transaction=True)

COOKIE = "sessionid"


@contextmanager
def running() -> Iterator[str]:
    """The hub's app on a free port, in a thread; answers its address."""
    app = build()
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=5)
    server = Server(config, before_stop=app.state.broadcast.end_streams)
    listening = bind(Listen(host="127.0.0.1", port=0))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        until_started(server)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive(), "a stop waits for open streams"


def until_started(server: Server) -> None:
    done = threading.Event()
    while not server.started:
        done.wait(0.01)


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    with running() as running_address:
        yield running_address


def signed_in(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"Cookie": f"{COOKIE}={client.cookies[COOKIE].value}"}


class Stream:
    """An open event stream; `next()` answers (event, id, data)."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self._lines = response.iter_lines()

    def next(self) -> tuple[str, str, dict[str, list[str]]]:
        fields: dict[str, str] = {}
        for line in self._lines:
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                return fields["event"], fields["id"], json.loads(fields["data"])
        raise AssertionError("the stream ended")


@contextmanager
def stream(address: str, user: User, *, last_id: str = "") -> Iterator[Stream]:
    headers = signed_in(user) | ({"Last-Event-ID": last_id} if last_id else {})
    with (
        httpx.Client(trust_env=False, timeout=10, verify=False) as client,
        client.stream("GET", f"{address}/desk/stream", headers=headers) as response,
    ):
        yield Stream(response)


def begun(opened: Stream) -> str:
    """Reads the greeting; what is announced from now on is heard."""
    event, id_, _data = opened.next()
    assert event in {"hello", "resync"}
    return id_


def test_change_reaches_an_open_stream_with_ids_only(address: str) -> None:
    conversation = uuid4()
    with stream(address, ala()) as opened:
        begun(opened)
        wait_for_listener(opened)

        announce([conversation])

        event, _id, data = opened.next()
        assert (event, data) == ("changed", {"conversations": [str(conversation)]})


def wait_for_listener(opened: Stream) -> None:
    """Returns when the process's listening connection is there and a first notice has come through it."""
    with connection.cursor() as cursor:
        listening = "select 1 from pg_stat_activity where query = 'LISTEN \"desk\"' and datname = current_database()"
        until(lambda: cursor.execute(listening) or cursor.fetchone())
    probe = UUID(int=0)
    announce([probe])
    while opened.next()[2] != {"conversations": [str(probe)]}:
        pass


def test_reconnect_with_the_last_id_gets_what_was_missed(address: str) -> None:
    user, missed = ala(), uuid4()
    with stream(address, user) as opened:
        begun(opened)
        wait_for_listener(opened)
        announce([uuid4()])
        last_id = opened.next()[1]

        announce([missed])
        opened.next()  # it came, so the process has it; the browser that reconnects has not

    with stream(address, user, last_id=last_id) as again:
        event, _id, data = again.next()

    assert (event, data) == ("changed", {"conversations": [str(missed)]})


def test_reconnect_after_too_long_is_told_to_fetch_everything(address: str) -> None:
    with stream(address, ala(), last_id="another-process-17") as opened:
        assert opened.next()[0] == "resync"


CUT = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'centrala desk' and datname = current_database()
"""


def test_desk_that_lost_the_database_for_a_moment_is_told_to_fetch_everything(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PROBE_SECONDS", 3600)  # not because it asked: because it was told
    with running() as address, stream(address, ala()) as opened:
        begun(opened)
        wait_for_listener(opened)

        with connection.cursor() as cursor:
            cursor.execute(CUT)

        assert opened.next()[0] == "resync"


def test_hundreds_of_ids_come_in_notices_that_postgresql_takes(address: str) -> None:
    ids = {str(uuid4()) for _ in range(400)}
    heard: set[str] = set()
    with stream(address, ala()) as opened:
        begun(opened)
        wait_for_listener(opened)

        announce([UUID(id_) for id_ in ids])

        while heard != ids:
            heard |= set(opened.next()[2]["conversations"])


@pytest.mark.parametrize("who", ["nobody", "celina", "signed-out", "new-password", "disabled"])
def test_stream_is_for_people_who_work_here(address: str, who: str) -> None:
    user = ala()
    headers = signed_in(user)
    if who == "nobody":
        headers = {}
    elif who == "celina":
        headers = signed_in(User.objects.create_user("celina", password="nie ma mnie tu"))
    elif who == "signed-out":
        Session.objects.all().delete()
    elif who == "new-password":
        user.set_password("całkiem inne")
        user.save()
    else:
        User.objects.update(is_active=False)

    answer = httpx.get(f"{address}/desk/stream", headers=headers, trust_env=False)

    assert (answer.status_code, answer.text) == (401, "Sign in first.")


def test_busy_stream_ends_with_the_session(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "PULSE_SECONDS", 0.2)
    with stream(address, ala()) as opened:
        begun(opened)
        wait_for_listener(opened)
        Session.objects.all().delete()

        with pytest.raises(AssertionError, match="the stream ended"):
            listen_while_busy(opened)


def listen_while_busy(opened: Stream) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        announce([uuid4()])
        opened.next()


@pytest.mark.parametrize("other", ['prefs={"a":1}', "@x=1", "a,b=1", "ścieżka=ą"])
def test_cookies_of_other_sites_do_not_matter(address: str, other: str) -> None:
    key = signed_in(ala())["Cookie"]
    cookies = f"{other}; {key}".encode()

    with (
        httpx.Client(trust_env=False, verify=False) as client,
        client.stream("GET", f"{address}/desk/stream", headers={b"Cookie": cookies}) as response,
    ):
        assert response.status_code == 200


def test_address_for_asyncpg_keeps_the_options_of_the_url(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://u:p%40ss@[::1]:5433/centrala?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    for name, value in database(url).items():
        monkeypatch.setitem(connection.settings_dict, name, value)

    assert dsn() == url


def test_web_socket_to_an_unknown_path_is_refused_without_a_fault(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = address.replace("http", "ws", 1) + "/nothing/here"

    with pytest.raises(InvalidStatus) as refusal:
        websockets.sync.client.connect(url, proxy=None)

    assert refusal.value.response.status_code == 403
    assert [record for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}] == []


@pytest.mark.parametrize(
    "path", ["centrala/centrala.css", "django_htmx/htmx-2.min.js", "ninja/swagger-ui.css"], ids=["ours", "htmx", "api"]
)
def test_static_file_is_served_once_and_then_asked_for(address: str, path: str) -> None:
    first = httpx.get(f"{address}/static/{path}", trust_env=False)

    again = httpx.get(f"{address}/static/{path}", headers={"If-None-Match": first.headers["etag"]}, trust_env=False)

    assert (first.status_code, again.status_code) == (200, 304)
    assert (first.headers["cache-control"], first.headers["content-encoding"]) == ("no-cache", "gzip")


def test_static_folders_are_not_left(address: str) -> None:
    answer = httpx.get(f"{address}/static/..%2Fsettings.py", trust_env=False)

    assert answer.status_code == 404


def test_process_says_that_it_answers(address: str) -> None:
    answer = httpx.get(f"{address}/healthz", trust_env=False)

    assert (answer.status_code, answer.text) == (200, "ok")


def test_stop_ends_open_streams() -> None:
    user = ala()
    with running() as address:
        held = stream(address, user)
        begun(held.__enter__())
    # leaving running() asserts that the server's thread has ended
    held.__exit__(None, None, None)


def test_body_that_is_too_long_is_refused_before_django_keeps_it(address: str) -> None:
    with socket.create_connection(urlsplit(address).netloc.split(":")) as plain:
        plain.sendall(
            b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 1_100_000
        )
        answer = plain.recv(1000)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_person_whose_file_is_too_large_is_told_so_on_a_page_with_a_way_back(address: str) -> None:
    form = f"{address}/center/sounds/upload/"
    came = f"{address}/center/workstreams/1/sounds/"
    told = {"Accept-Language": "pl", "Referer": came, "Content-Type": "multipart/form-data; boundary=x"}
    answer = httpx.post(form, content=bytes(21_000_000), headers=told, trust_env=False, timeout=30)

    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "text/html; charset=utf-8")
    assert "Plik jest za duży" in answer.text
    assert "20 MB" in answer.text
    assert f'href="{came}"' in answer.text
    elsewhere = httpx.post(f"{address}/sign-in", content=bytes(1_000_001), headers={"Referer": "https://example.org/"})
    assert (elsewhere.status_code, "1 MB" in elsewhere.text, "example.org" in elsewhere.text) == (413, True, False)


def test_program_whose_body_is_too_large_is_told_so_in_json(address: str) -> None:
    answer = httpx.post(f"{address}/api/v1/conversations", content=bytes(1_000_001), trust_env=False)

    assert answer.status_code == 413
    assert answer.json() == {
        "error": {
            "code": "request_entity_too_large",
            "message": "The body has more than 1 MB. Fix: send less at once.",
        }
    }


def test_cookie_with_a_nul_is_refused(address: str) -> None:
    answer = httpx.get(f"{address}/sign-in", headers={"Cookie": r'sessionid="\000"'}, trust_env=False)

    assert (answer.status_code, answer.text) == (400, "bad cookie\n")


def test_who_keeps_a_stream_is_on_duty(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "PULSE_SECONDS", 0.2)
    user = ala()
    assert duty(user).presence(now()) == Presence.OFFLINE

    with stream(address, user) as opened:
        begun(opened)
        first = Agent.objects.get(user=user).last_seen_at

        assert duty(user).presence(now()) == Presence.AVAILABLE
        until(lambda: Agent.objects.get(user=user).last_seen_at != first)


@pytest.mark.parametrize(
    ("method", "path", "reached"),
    [
        ("POST", "/hooks/unknown/sms", True),
        ("GET", "/hooks/unknown/sms", True),
        ("PUT", "/hooks/unknown/sms", False),
        ("POST", "/hooks/unknown%2Fsms/sms", False),
        ("POST", "/hooks/unknown/sms/more", False),
        ("POST", "/hooks/unknown/", False),
        ("POST", "/hooks//sms", False),
    ],
)
def test_only_a_webhooks_own_address_reaches_it(address: str, method: str, path: str, reached: bool) -> None:
    answer = httpx.request(method, f"{address}{path}", trust_env=False)

    assert (answer.status_code, answer.text == "unknown_endpoint\n") == (404, reached)

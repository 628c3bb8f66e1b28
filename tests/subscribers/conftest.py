"""A program that subscribes: a real HTTP server, which keeps what it is told and answers as it is told to."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest_django import Settings

from centrala.organization.models import Role, User
from centrala.subscribers import actions
from centrala.subscribers.models import Kind, Subscription
from subscribers.scene import Program, Told


@pytest.fixture
def program(settings: Settings) -> Iterator[Program]:
    settings.PRIVATE_WEBHOOKS = True

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told = Told(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            found.told.append(told)
            status, words = found.answers(told)
            self.send_response(status)
            if found.location:
                self.send_header("Location", found.location)
            self.send_header("Content-Length", str(len(words.encode())))
            self.end_headers()
            self.wfile.write(words.encode())

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Program(f"http://127.0.0.1:{server.server_port}/hub")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def adam(db: None) -> User:
    return User.objects.create(username="adam", role=Role.ADMINISTRATOR)


@pytest.fixture
def subscribe(program: Program, adam: User) -> Callable[..., tuple[Subscription, str]]:
    """Has the program told of these kinds; of all when none is named."""

    def subscribed(*kinds: Kind) -> tuple[Subscription, str]:
        return actions.register(name="shop", address=program.url, kinds=kinds or list(Kind), actor=adam)

    return subscribed

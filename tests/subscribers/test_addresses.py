"""Where nothing may be sent: into private networks, by whatever way an address leads there."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from pytest_django import Settings

from centrala.errors import Refused
from centrala.subscribers.addresses import check, is_public
from centrala.subscribers.posting import post

PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1"),
    *("64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_address_is_none_for_a_webhook(address: str) -> None:
    host = f"[{address}]" if ":" in address else address

    assert not is_public(ip_address(address))
    with pytest.raises(Refused) as refused:
        check(f"https://{host}/hub")
    assert refused.value.field == "address"


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_address_is_one(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("", "hub", "//example.org/", "ftp://example.org/", "https://", "https://:443/", "https://example.org:99999/"),
        *("https://adam:secret@example.org/", "https://example.org/#part", "https://[::1/", "https://exam ple.org/"),
        *("http://example.org/", "http://8.8.8.8/", "https://localhost/", "http://localhost/", "https://żółw.example/"),
    ],
)
def test_address_that_cannot_be_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        check(address)


def test_https_is_taken_and_http_for_this_machine_where_it_is_allowed(settings: Settings) -> None:
    assert check("https://example.org:8443/hub?key=1") == "https://example.org:8443/hub?key=1"
    settings.PRIVATE_WEBHOOKS = True
    assert check("http://localhost:8000/hub") == "http://localhost:8000/hub"
    assert check("https://10.0.0.7/hub") == "https://10.0.0.7/hub"
    with pytest.raises(Refused):
        check("http://10.0.0.7/hub")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]"])
def test_name_that_leads_into_a_private_network_is_sent_nothing(host: str) -> None:
    """As one does that was registered with a public address, and leads elsewhere since."""
    reached = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def handle(self) -> None:
            reached.set()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        answer = post(f"http://{host}:{server.server_port}/", body="{}", headers={})
        server.shutdown()
        thread.join()

    assert (answer.status, answer.problem) == (None, "private")
    assert not reached.is_set()


def test_certificate_of_nobody_is_not_trusted(settings: Settings) -> None:
    trustme = pytest.importorskip("trustme")
    settings.PRIVATE_WEBHOOKS = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with ThreadingHTTPServer(("localhost", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_words: None  # type: ignore[method-assign] # the handshake that we break off
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        answer = post(f"https://localhost:{server.server_port}/", body="{}", headers={})
        server.shutdown()
        thread.join()

    assert (answer.status, answer.problem) == (None, "certificate")

"""kill -9 of the web process in a call that is written down, and sockets that nobody asked for."""

import time
from collections.abc import Iterator
from ssl import create_default_context

import httpx
import pytest
import websockets.sync.client
from websockets.exceptions import InvalidStatus

from browser_fixtures import OpenPage
from journey.test_incoming_calls import callback
from journey.test_transcribed_call import calls, conversation, hang_up, link, said, says, write_down_every_call
from looking import administer
from running_demo import Demo, running_demo, until

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own, whose processes may die, in which an AI resource is linked."""
    with running_demo(tmp_path_factory.mktemp("fragile")) as running:
        link(running)
        yield running


def read(demo: Demo, talk: str) -> list[str]:
    """As soon as there is somebody to ask."""
    try:
        return [text for _speaker, text in said(demo, talk)]
    except httpx.HTTPError:
        return []


@pytest.mark.browser
async def test_killed_process_goes_on_writing_and_writes_nothing_twice(fragile: Demo, new_page: OpenPage) -> None:
    customer = "+14255550195"
    admin = await new_page()
    await administer(admin, fragile)
    await write_down_every_call(admin, fragile)
    await admin.goto("about:blank")  # it shall not mind that nobody answers
    call = calls(fragile, customer, "The first thing")
    talk = until(lambda: conversation(fragile, customer), 30)
    until(lambda: read(fragile, talk) == ["The first thing"], 60)

    fragile.kill("web")

    due = time.monotonic()

    def goes_on() -> bool:
        """Said once every two seconds: a line takes one, and more of them would only queue up."""
        nonlocal due
        if time.monotonic() >= due:
            says(fragile, call, "And the second")
            due = time.monotonic() + 2
        return "And the second" in read(fragile, talk)

    until(goes_on, 90)
    lines = read(fragile, talk)
    assert lines[0] == "The first thing"
    assert lines.count("The first thing") == 1


@pytest.mark.parametrize("authorization", [None, "Bearer none"])
def test_socket_nobody_asked_for_is_refused(fragile: Demo, authorization: str | None) -> None:
    call = calls(fragile, "+14255550196")
    address = callback(fragile, call).replace("https", "wss", 1).replace("/events", "/transcription")
    headers = {"Authorization": authorization} if authorization else {}
    trusted = create_default_context(cafile=fragile.azure["ca_bundle"])

    for url in (address, address.replace("/calls/", "/calls/x")):
        with pytest.raises(InvalidStatus) as refused:
            websockets.sync.client.connect(url, ssl=trusted, proxy=None, additional_headers=headers)
        assert refused.value.response.status_code == 403
    hang_up(fragile, call)

"""A call that is written down, through the local cloud: what the customer said, live on the desk, and afterwards in
step with the sound, as a file, in the search and for programs."""

import base64
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from centrala_sound.frames import RATE
from centrala_sound.speech import say
from centrala_sound.wav import written
from journey.test_recorded_call import post, sign_in
from localazure_tests.recogniser import needs_recogniser
from looking import LOOKS, administer, faults
from running_demo import Demo, until

pytestmark = [pytest.mark.browser, pytest.mark.long]
AI = "https://ai.example.org"
LISTEN = """async (address) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(address, {method: "POST", headers: {"X-CSRFToken": token}});
  const socket = new WebSocket((await answer.json()).address);
  window.heard = [];
  socket.onmessage = ({data}) => {
    const told = typeof data === "string" ? JSON.parse(data) : {};
    if (told.kind !== "words") return;
    window.heard.push([told.speaker, told.text, told.final]);
    const call = document.querySelector("call-transcript").dataset.conversation;
    document.dispatchEvent(new CustomEvent("call:words", {detail: {call, ...told}}));
  };
  await new Promise((done, failed) => { socket.onopen = done; socket.onerror = failed; });
}"""  # what the telephone on top of the desk does, which has no microphone here
LINES = ["My order has not come", "It is the red umbrella"]


def calls(demo: Demo, customer: str, *lines: str) -> str:
    """Says so a while after it was answered, and stays on the line."""
    script: list[dict[str, Any]] = [{"wait": 3}]
    for line in lines:
        script += [{"say": line}, {"wait": 0.5}]
    with demo.control() as control:
        body = {"from": customer, "to": demo.acs["phone_numbers"][0], "script": script}
        return str(control.post("/_local/calls", json=body).raise_for_status().json()["id"])


def says(demo: Demo, call: str, line: str) -> None:
    with demo.control() as control:
        control.post(f"/_local/calls/{call}/steps", json={"script": [{"wait": 1}, {"say": line}]}).raise_for_status()


def has_said_all(demo: Demo, call: str) -> bool:
    with demo.control() as control:
        parties = control.get(f"/_local/calls/{call}").json()["parties"]
    return not any(party["steps_left"] for party in parties)


def link(demo: Demo) -> None:
    with demo.control() as control:
        body = {"resource": demo.acs["resource_name"], "endpoint": AI}
        control.post("/_local/calls/ai", json=body).raise_for_status()


def hang_up(demo: Demo, call: str) -> None:
    with demo.control() as control:
        control.delete(f"/_local/calls/{call}")


def conversation(demo: Demo, customer: str) -> str:
    with demo.api() as api:
        items = api.get("/api/v1/conversations", params={"customer": customer}).json()["items"]
    return str(items[0]["id"]) if items else ""


def transcript(demo: Demo, talk: str) -> dict[str, Any]:
    with demo.api() as api:
        return dict(api.get(f"/api/v1/conversations/{talk}/transcript").raise_for_status().json())


def said(demo: Demo, talk: str) -> list[tuple[str, str]]:
    return [(line["speaker"], line["text"]) for line in transcript(demo, talk)["items"]]


async def write_down_every_call(page: Page, demo: Demo) -> None:
    await page.goto(f"{demo.hub['url']}/center/workstreams/")
    await page.get_by_role("link", name="Voice", exact=True).click()
    await page.locator("[name=transcription]").select_option("automatic")
    await page.locator("[name=ai_endpoint]").fill(AI)
    await page.locator("[name=recording]").select_option("automatic")
    await page.locator("main button[type=submit].primary").first.click()
    await page.wait_for_selector(".bar.ok")


async def test_what_the_customer_says_is_read_live_and_afterwards(
    demo: Demo, new_page: OpenPage, tmp_path: Path
) -> None:
    customer = "+14255550191"
    admin = await new_page()
    await administer(admin, demo)
    await write_down_every_call(admin, demo)
    await without_a_linked_resource(demo, admin)
    link(demo)

    call = calls(demo, customer, *LINES)
    talk = until(lambda: conversation(demo, customer), 20)
    await admin.goto(f"{demo.hub['url']}/desk/{talk}/")

    lines = admin.locator("#said li .words")
    await expect(lines).to_have_text(LINES, timeout=30_000)
    await expect(admin.locator("#said .who")).to_have_text(["Customer", "Customer"])
    await expect(admin.get_by_text("Only the customer's words")).to_be_visible()
    assert await faults(admin) == []
    assert said(demo, talk) == [("customer", line) for line in LINES]
    hang_up(demo, call)

    await expect(admin.locator("#said .seek")).to_have_count(2, timeout=60_000)
    await in_step(admin)
    answer = await admin.request.get(f"{demo.hub['url']}/transcripts/{talk}.vtt")
    assert (await answer.text()).startswith("WEBVTT\n\n00:00:0")
    assert "<v Customer>My order has not come" in await answer.text()
    await admin.goto(f"{demo.hub['url']}/desk/?search=umbrel")
    await expect(admin.locator("#list mark").first).to_have_text("umbrella")
    for language, scheme, width in LOOKS:
        look = await new_page(locale=language, color_scheme=scheme, viewport={"width": width, "height": 900})
        await administer(look, demo)
        await look.goto(f"{demo.hub['url']}/desk/{talk}/")
        await look.locator("#said .seek").first.wait_for()
        assert await faults(look) == []
        await look.screenshot(path=str(tmp_path / f"{language}-{scheme}.png"))


async def test_agent_reads_along_and_the_last_word_takes_the_place_of_the_first(demo: Demo, new_page: OpenPage) -> None:
    customer = "+14255550193"
    link(demo)
    admin, agent = await new_page(), await new_page(ignore_https_errors=True)
    await administer(admin, demo)
    await write_down_every_call(admin, demo)
    await sign_in(agent, demo, "agent")
    call = calls(demo, customer)
    talk = until(lambda: conversation(demo, customer), 20)
    await agent.goto(f"{demo.hub['url']}/desk/{talk}/")
    await post(agent, f"/desk/{talk}/pick")
    await agent.goto(f"{demo.hub['url']}/desk/{talk}/")
    await expect(agent.locator("#transcript .state")).to_have_text("Being written down", timeout=20_000)
    await agent.evaluate(LISTEN, f"/desk/{talk}/talk")

    says(demo, call, "I am at the station and have my umbrella with me")

    await expect(agent.locator(".saying .words")).to_have_text("I am at the station and have my umbrella with me")
    await expect(agent.locator("#said .words")).to_have_text(["I am at the station and have my umbrella with me"])
    await expect(agent.locator(".saying li")).to_have_count(0)
    heard = [(who, final) for who, _text, final in await agent.evaluate("window.heard")]
    assert heard == [("customer", False), ("customer", True)]
    await agent.get_by_role("button", name="Pause the recording").click()
    await expect(agent.locator("#transcript .state")).to_have_text("Paused")
    says(demo, call, "My card has the number one two three")
    says(demo, call, "That was all")
    await agent.get_by_role("button", name="Go on recording").wait_for()
    until(lambda: has_said_all(demo, call), 30)
    await agent.get_by_role("button", name="Go on recording").click()
    await expect(agent.locator("#transcript .state")).to_have_text("Being written down", timeout=20_000)
    says(demo, call, "Goodbye then")
    await expect(agent.locator("#said .words").last).to_have_text("Goodbye then", timeout=20_000)
    assert len(said(demo, talk)) == 2
    hang_up(demo, call)


async def without_a_linked_resource(demo: Demo, page: Page) -> None:
    """The call goes on, and its page says why nothing is written down."""
    customer = "+14255550192"
    call = calls(demo, customer, *LINES)
    talk = until(lambda: conversation(demo, customer), 20)
    await page.goto(f"{demo.hub['url']}/desk/{talk}/")
    await expect(page.get_by_text("Azure does not write this call down")).to_be_visible(timeout=20_000)
    assert said(demo, talk) == []
    hang_up(demo, call)


async def in_step(page: Page) -> None:
    """A line that is chosen is played, and is the one that is marked."""
    await page.locator("recording-player audio").evaluate("one => { one.muted = true }")
    second = page.locator("#said .seek").nth(1)
    await page.locator("#said .seek").first.focus()
    await page.keyboard.press("ArrowDown")
    await expect(second).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#said li").nth(1)).to_have_attribute("aria-current", "true")
    at = float(await page.locator("#said li").nth(1).get_attribute("data-at") or 0)
    heard = await page.locator("recording-player audio").evaluate("one => one.currentTime")
    assert at - 0.2 <= heard < at + 5


@needs_recogniser
async def test_what_no_script_says_is_guessed_and_read_on_the_page(demo: Demo, new_page: OpenPage) -> None:
    """The local cloud's recogniser hears a sound that is played; it is certain of few words."""
    customer = "+14255550194"
    link(demo)
    admin = await new_page()
    await administer(admin, demo)
    await write_down_every_call(admin, demo)
    spoken = [say("yes please, yes please, yes please").samples, np.zeros(2 * RATE, np.int16)]
    sound = base64.b64encode(written(np.concatenate(spoken))).decode()
    call = calls(demo, customer)
    talk = until(lambda: conversation(demo, customer), 20)
    await admin.goto(f"{demo.hub['url']}/desk/{talk}/")

    with demo.control() as control:
        script = [{"wait": 4}, {"play": sound}]
        control.post(f"/_local/calls/{call}/steps", json={"script": script}).raise_for_status()

    await expect(admin.locator("#said .words").first).to_have_text(re.compile("yes|please"), timeout=30_000)
    [line] = transcript(demo, talk)["items"]
    assert line["speaker"] == "customer"
    hang_up(demo, call)

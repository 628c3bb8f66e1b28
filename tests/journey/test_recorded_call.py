"""A recorded call from its first ring to the player: what the customer and the agent said, each in a channel."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Page

from browser_fixtures import OpenPage
from looking import LOOKS, administer, faults
from recordings.scene import RATE, pitch, tone, wav
from running_demo import Demo, until

pytestmark = [pytest.mark.browser, pytest.mark.long]
CUSTOMER = "+14255550190"
TONE = base64.b64encode(wav(tone(440, 20))).decode()
SPEAK = """async ([address, hertz]) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(address, {method: "POST", headers: {"X-CSRFToken": token}});
  const socket = new WebSocket((await answer.json()).address);
  await new Promise((done, failed) => { socket.onopen = done; socket.onerror = failed; });
  let said = 0;
  const began = performance.now();
  while (said < 150) {
    for (; said < (performance.now() - began) / 20; said++) {
      const frame = new Int16Array(320);
      for (let at = 0; at < 320; at++) frame[at] = 12000 * Math.sin(2 * Math.PI * hertz * (said * 320 + at) / 16000);
      socket.send(frame.buffer);
    }
    await new Promise((done) => setTimeout(done, 5));
  }
  socket.close();
}"""
ENDED = "one => one.ended || new Promise((done) => one.addEventListener('ended', done, {once: true}))"


async def post(page: Page, path: str) -> None:
    token = await page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
    answer = await page.evaluate(
        "async ([path, token]) => (await fetch(path, {method: 'POST', headers: {'X-CSRFToken': token}})).status",
        [path, token],
    )
    assert answer == 200


async def sign_in(page: Page, demo: Demo, who: str) -> None:
    await page.goto(f"{demo.hub['url']}/sign-in")
    await page.locator("[name=username]").fill(demo.hub[who]["username"])
    await page.locator("[name=password]").fill(demo.hub[who]["password"])
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/**")


async def record_every_call(page: Page, demo: Demo) -> None:
    await page.goto(f"{demo.hub['url']}/center/workstreams/")
    await page.get_by_role("link", name="Voice", exact=True).click()
    await page.locator("[name=recording]").select_option("automatic")
    assert await faults(page) == []
    await page.locator("main button[type=submit].primary").first.click()
    await page.wait_for_selector(".bar.ok")


def conversation(demo: Demo, state: str) -> str:
    with demo.api() as api:
        items = api.get("/api/v1/conversations", params={"customer": CUSTOMER, "state": state}).json()["items"]
    return str(items[0]["id"]) if items else ""


def recorded(demo: Demo) -> list[dict[str, Any]]:
    with demo.api() as api:
        items = api.get("/api/v1/recordings").json()["items"]
    return [one for one in items if (one["left"], one["right"]) == ("cloud", "hub")]


def loud(sound: "np.ndarray[Any, np.dtype[np.int16]]", hertz: int) -> float:
    """For how many seconds the tone is heard."""
    step = RATE // 10
    parts = [sound[at : at + step] for at in range(0, len(sound) - step, step)]
    return sum(abs(pitch(part) - hertz) <= 10 for part in parts) / 10


async def test_both_tones_are_in_their_channels_and_are_played(demo: Demo, new_page: OpenPage, tmp_path: Path) -> None:
    admin, agent = await new_page(), await new_page(ignore_https_errors=True)
    await administer(admin, demo)
    await record_every_call(admin, demo)
    await sign_in(agent, demo, "agent")
    with demo.control() as control:
        body = {"from": CUSTOMER, "to": demo.acs["phone_numbers"][0], "script": [{"play": TONE}, {"wait": 60}]}
        call = control.post("/_local/calls", json=body).raise_for_status().json()["id"]
    talk = until(lambda: conversation(demo, "open"))
    await agent.goto(f"{demo.hub['url']}/desk/{talk}/")
    await post(agent, f"/desk/{talk}/pick")
    await paused_and_resumed(agent, f"{demo.hub['url']}/desk/{talk}/", tmp_path)
    await agent.evaluate(SPEAK, [f"/desk/{talk}/talk", 1000])
    with demo.control() as control:
        control.delete(f"/_local/calls/{call}")
    until(lambda: conversation(demo, "wrap_up") or conversation(demo, "closed"))
    if conversation(demo, "wrap_up"):
        await post(agent, f"/desk/{talk}/close")

    [made] = until(lambda: recorded(demo), 60)

    await agent.goto(f"{demo.hub['url']}/desk/{talk}/")
    await agent.wait_for_selector("recording-player audio")
    answer = await agent.request.get(f"{demo.hub['url']}/recordings/sound/{made['call']}.wav")
    content = await answer.body()
    assert len(content) == made["size"]
    sound = np.frombuffer(io.BytesIO(content).getbuffer()[44:], dtype="<i2").reshape(-1, 2)
    assert (loud(sound[:, 0], 440) > 2, loud(sound[:, 1], 1000) > 2) == (True, True)
    assert (loud(sound[:, 1], 440), loud(sound[:, 0], 1000)) == (0, 0)
    await played(agent)
    for language, scheme, width in LOOKS:
        look = await new_page(locale=language, color_scheme=scheme, viewport={"width": width, "height": 900})
        await sign_in(look, demo, "agent")
        await look.goto(f"{demo.hub['url']}/desk/{talk}/")
        await look.wait_for_selector("recording-player audio")
        assert await faults(look) == []
        await look.screenshot(path=str(tmp_path / f"{language}.png"))


async def paused_and_resumed(page: Page, address: str, folder: Path) -> None:
    await page.goto(address)
    await page.get_by_role("button", name="Pause the recording").click()
    await page.get_by_role("button", name="Go on recording").wait_for()
    assert await faults(page) == []
    await page.screenshot(path=str(folder / "paused.png"))
    await page.get_by_role("button", name="Go on recording").click()
    await page.get_by_role("button", name="Pause the recording").wait_for()


async def played(page: Page) -> None:
    """Played to its end in pieces, after a skip."""
    await page.locator("recording-player audio").evaluate("one => { one.muted = true; return one.play() }")
    await page.locator("[data-speed]").select_option("2")
    await page.locator("[data-skip='30']").click()
    await page.locator("recording-player audio").evaluate(ENDED)
    speed = await page.locator("recording-player audio").evaluate("one => one.playbackRate")
    assert speed == 2

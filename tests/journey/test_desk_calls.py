"""A telephone calls, an agent accepts and talks in the browser: what each of the two says the other hears."""

import base64
import io
import math
import struct
import wave
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from browser_fixtures import ARGUMENTS, PATIENCE, watch
from centrala_plugin import NO_BROWSER, chromium
from journey.test_desk_tabs import leave
from journey.test_offers import at_the_desk
from looking import administer, faults
from running_demo import Demo, running_demo, until

pytestmark = [pytest.mark.browser, pytest.mark.long]

# Hertz of what each of them says; no note of the music (440 is), no part of a key (697 is).
AGENT, CUSTOMER = 600, 1000
QUIET, LOUD = -55.0, -35.0  # decibels on the page's meters


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("calls")) as running:
        yield running


def tone(hertz: int, *, seconds: int, rate: int) -> bytes:
    """A WAV file."""
    wave_of = (int(8000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(seconds * rate))
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(b"".join(struct.pack("<h", sample) for sample in wave_of))
    return file.getvalue()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def talking(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser whose microphone hears a tone."""
    executable = chromium()
    if executable is None:
        pytest.skip(NO_BROWSER)
    microphone = tmp_path_factory.mktemp("microphone") / "agent.wav"
    microphone.write_bytes(tone(AGENT, seconds=5, rate=48_000))
    fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=executable, args=[*ARGUMENTS, *fake, f"--use-file-for-fake-audio-capture={microphone}"]
        )
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(
    talking: Browser, calm: Demo, problems: list[str], request: pytest.FixtureRequest
) -> AsyncIterator[Page]:
    """Ala's."""
    locale, scheme, width = getattr(request, "param", ("en-GB", "light", 1280))
    context = await talking.new_context(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 740})
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    watch(page, problems)
    await at_the_desk(page, calm)
    yield page
    await leave(page, problems)
    await context.close()
    assert problems == []


def is_tone(window: dict[str, Any], hertz: float) -> bool:
    return abs((window["hertz"] or 0) - hertz) < 3


class Telephone:
    """One outside, which calls and says a tone."""

    def __init__(self, demo: Demo, number: str, *, seconds: int = 60, to: str = "") -> None:
        self._demo = demo
        sound = base64.b64encode(tone(CUSTOMER, seconds=seconds, rate=16_000)).decode()
        body = {"from": number, "to": to or demo.acs["phone_numbers"][0], "script": [{"play": sound}]}
        self.id = self._ask("POST", "", json=body)["id"]

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        with self._demo.control() as control:
            return control.request(method, f"/_local/calls{path}", **options).raise_for_status().json()

    @property
    def state(self) -> str:
        return str(self._ask("GET", f"/{self.id}")["state"])

    def hang_up(self) -> None:
        self._ask("DELETE", f"/{self.id}")

    @property
    def keys(self) -> str:
        """That it heard."""
        return str(self._ask("GET", f"/{self.id}/heard")["keys"])

    def press(self, keys: str) -> None:
        self._ask("POST", f"/{self.id}/steps", json={"script": [{"press": keys}]})

    def windows(self) -> list[dict[str, Any]]:
        """What it heard, in tenths of a second."""
        windows: list[dict[str, Any]] = self._ask("GET", f"/{self.id}/heard")["windows"]
        return windows

    def hears(self, hertz: float) -> bool:
        """In half of the last second: between two busy processes a tone has gaps."""
        return sum(is_tone(one, hertz) for one in self.windows()[-10:]) >= 5

    def hears_music(self) -> bool:
        windows = self.windows()[-5:]
        return len(windows) == 5 and all(one["hertz"] and abs(one["hertz"] - AGENT) > 3 for one in windows[2:])

    def hears_nothing(self) -> bool:
        windows = self.windows()[-5:]
        return all(one["hertz"] is None for one in windows)


async def shown(page: Page, name: str, *, above: float = -61.0, below: float = 1.0) -> None:
    value = "document.getElementById(id).value"
    await page.wait_for_function(
        f"([id, above, below]) => {value} > above && {value} < below", arg=[name, above, below]
    )


async def accept(page: Page, name: str = "Accept") -> None:
    await page.locator("#offers").get_by_role("button", name=name).click()
    await expect(page.locator("#phone")).to_have_attribute("data-mode", "talking")


async def test_both_hear_each_other_until_the_agent_mutes_holds_and_ends(calm: Demo, desk: Page) -> None:
    telephone = Telephone(calm, "+14255550131")
    await expect(desk.locator("#offers li")).to_contain_text("A call: the customer is on the line.")

    await accept(desk)
    await shown(desk, "level-customer", above=LOUD)
    await shown(desk, "level-own", above=-50)
    until(lambda: telephone.hears(AGENT))
    assert await faults(desk) == []

    await desk.get_by_role("button", name="Mute").click()
    await expect(desk.get_by_text("You are muted: the customer does not hear you.")).to_be_visible()
    until(telephone.hears_nothing)
    await shown(desk, "level-customer", above=LOUD)
    await desk.get_by_role("button", name="Mute").click()
    until(lambda: telephone.hears(AGENT))

    await desk.get_by_role("button", name="Hold", exact=True).click()
    await expect(desk.get_by_text("On hold: the customer hears music.")).to_be_visible()
    until(telephone.hears_music)
    await shown(desk, "level-customer", below=QUIET)
    await desk.get_by_role("button", name="Hold", exact=True).click()
    until(lambda: telephone.hears(AGENT))

    await desk.locator("#calls").get_by_role("button", name="End").click()
    await expect(desk.get_by_text("The call is over.")).to_be_visible()
    await expect(desk.locator("#call-facts")).to_contain_text("The agent hung up")
    assert telephone.state == "ended"
    await close(desk)


async def close(page: Page, name: str = "Close") -> None:
    """So that the next call is offered."""
    await page.locator("#acts").get_by_role("button", name=name).click()
    await expect(page.locator("#acts button")).to_have_count(0)


REFUSED = """refused => {
    const devices = navigator.mediaDevices;
    if (refused) devices.getUserMedia = async () => { throw new DOMException("", refused); };
    else delete devices.getUserMedia;
}"""


async def test_without_a_microphone_the_customer_hears_music_until_it_is_there(calm: Demo, desk: Page) -> None:
    telephone = Telephone(calm, "+14255550134")
    await desk.evaluate(REFUSED, "NotAllowedError")

    await desk.locator("#offers").get_by_role("button", name="Accept").click()
    words = desk.locator("#phone-words")
    await expect(words).to_contain_text("The browser does not give the microphone. Fix: allow it")
    assert await faults(desk) == []
    until(telephone.hears_music)
    await desk.evaluate(REFUSED, "NotFoundError")
    await desk.locator("#calls").get_by_role("button", name="Talk").click()
    await expect(words).to_contain_text("No microphone was found.")

    await desk.evaluate(REFUSED, "")
    await desk.locator("#calls").get_by_role("button", name="Talk").click()
    until(lambda: telephone.hears(AGENT))
    telephone.hang_up()
    await close(desk)


async def test_call_goes_on_after_a_reload_and_moves_to_the_tab_that_asks_for_it(
    calm: Demo, desk: Page, problems: list[str]
) -> None:
    telephone = Telephone(calm, "+14255550132")
    await accept(desk)

    await desk.reload()
    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "talking")
    other = await desk.context.new_page()
    watch(other, problems)
    await other.goto(desk.url)
    await expect(other.locator("#calls").get_by_role("button", name="Talk")).to_be_visible()
    await other.locator("#calls").get_by_role("button", name="Talk").click()
    await expect(desk.get_by_text("The call goes on in another tab or browser.")).to_be_visible()
    until(lambda: telephone.hears(AGENT))

    await desk.get_by_role("button", name="Join the call again").click()
    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "talking")
    await expect(other.get_by_role("button", name="Join the call again")).to_be_visible()

    telephone.hang_up()
    await expect(desk.locator("#call-facts")).to_contain_text("The customer hung up")
    await expect(desk.locator("#phone-words")).to_have_text("The call is over.")
    await close(desk)


@pytest_asyncio.fixture(loop_scope="session")
async def beside(talking: Browser, problems: list[str]) -> AsyncIterator[Page]:
    """For Beata: Polish, dark and narrow."""
    context = await talking.new_context(locale="pl-PL", color_scheme="dark", viewport={"width": 400, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    watch(page, problems)
    yield page
    await context.close()


async def test_supervisor_listens_speaks_to_the_agent_joins_and_leaves(calm: Demo, desk: Page, beside: Page) -> None:
    telephone = Telephone(calm, "+14255550135")
    await accept(desk)
    await desk.get_by_role("button", name="Mute").click()  # whoever is heard now is the supervisor
    await at_the_desk(beside, calm, "supervisor")  # only now: she would be offered the call
    await beside.goto(desk.url)

    await beside.get_by_role("button", name="Posłuchaj rozmowy").click()
    await expect(beside.locator("#phone-words")).to_contain_text("Słuchasz rozmowy")
    await shown(beside, "level-customer", above=LOUD)
    await expect(beside.get_by_role("button", name="Wycisz")).to_be_hidden()
    await expect(beside.locator("#hear")).to_be_hidden()  # it is what she does
    assert await faults(beside) == []
    until(telephone.hears_nothing)
    await expect(desk.locator("#phone-company")).to_be_empty()
    await expect(beside.locator("#company")).to_have_text("Są tu też: Ala", timeout=PATIENCE)  # the agent hides nothing
    await expect(desk.locator("#company")).to_be_empty()

    await beside.get_by_role("button", name="Mów do agenta").click()
    await expect(desk.locator("#phone-company")).to_have_text("Beata speaks to you; the customer does not hear it.")
    assert await faults(desk) == []
    until(telephone.hears_nothing)

    await beside.get_by_role("button", name="Dołącz do rozmowy").click()
    await expect(desk.locator("#phone-company")).to_have_text("Beata is in the call: all hear each other.")
    until(lambda: telephone.hears(AGENT))
    assert await faults(beside) == []

    await beside.get_by_role("button", name="Opuść rozmowę").press("Enter")
    await expect(desk.locator("#phone-company")).to_be_empty()
    until(telephone.hears_nothing)

    await beside.locator("#hear").click()
    await expect(beside.locator("#phone-words")).to_contain_text("Słuchasz rozmowy")
    telephone.hang_up()
    await expect(beside.locator("#phone-words")).to_have_text("Połączenie zakończone.")
    await close(desk)


BUSY, ANSWERS = "+15005590001", "+15005570001"  # the local cloud's, by their first digits


async def allow_transfers(page: Page, demo: Demo) -> None:
    await administer(page, demo)
    await page.goto(f"{demo.hub['url']}/center/workstreams/")
    await page.get_by_role("link", name="Voice", exact=True).click()
    await page.locator("[name=transfer_countries]").fill("pl, us")
    assert await faults(page) == []
    await page.locator("main button[type=submit].primary").first.click()
    await page.wait_for_selector(".bar.ok")


async def test_caller_is_sent_on_to_a_number_outside_or_stays_where_nobody_answers(
    calm: Demo, desk: Page, beside: Page, problems: list[str]
) -> None:
    telephone = Telephone(calm, "+14255550136")
    await accept(desk)
    conversation = desk.url

    await desk.goto(f"{conversation}transfer")
    await expect(desk.get_by_label("Or to a number outside")).to_have_count(0)  # no country is allowed yet
    await allow_transfers(beside, calm)
    await desk.reload()
    await desk.get_by_label("Or to a number outside").fill("911")
    await desk.locator("#work").get_by_role("button", name="Transfer").click()
    await expect(desk.locator("#work")).to_contain_text("This is an emergency number")
    problems.clear()  # the browser's word about the 422
    assert await faults(desk) == []

    await desk.get_by_label("Or to a number outside").fill(BUSY)
    await desk.locator("#work").get_by_role("button", name="Transfer").click()
    await expect(desk.locator("#call-facts")).to_contain_text("did not take the call: the customer is still with you.")
    until(lambda: telephone.hears(AGENT))

    await desk.goto(f"{conversation}transfer")
    await desk.get_by_label("Or to a number outside").fill(ANSWERS)
    await desk.locator("#work").get_by_role("button", name="Transfer").click()
    await expect(desk.locator("#call-facts")).to_contain_text("The customer was transferred to another number")
    assert telephone.state == "connected"  # with somebody else
    telephone.hang_up()
    await close(desk)


async def test_keys_of_both_are_heard_and_seen(calm: Demo, desk: Page) -> None:
    telephone = Telephone(calm, "+14255550137", seconds=1)  # what it presses comes after what it says
    await accept(desk)

    await desk.get_by_role("button", name="Keypad").press("Enter")
    await desk.keyboard.press("4")
    await desk.locator("#keypad").get_by_role("button", name="2", exact=True).click()
    await desk.keyboard.press("#")  # sooner than the first has sounded
    await expect(desk.locator("#keypad-words")).to_have_text("Pressed: 42#")
    until(lambda: telephone.keys == "42#")
    assert await faults(desk) == []

    mute = desk.locator("#phone-mute")
    before = await mute.bounding_box()
    telephone.press("7")
    await expect(desk.locator("#phone-pressed")).to_have_text("The customer pressed: 7")
    assert await mute.bounding_box() == before  # nothing moves from below the hand that presses it
    telephone.hang_up()
    await close(desk)


@pytest.mark.parametrize("desk", [("pl-PL", "dark", 360), ("pl-PL", "light", 1280)], indirect=True)
async def test_panel_of_devices_covers_no_offer(calm: Demo, desk: Page) -> None:
    telephone = Telephone(calm, "+14255550136")
    await expect(desk.locator("#offers li")).to_have_count(1)

    await desk.get_by_role("button", name="Mikrofon i głośnik").press("Enter")

    await expect(desk.locator("#sound-menu")).to_be_visible()
    for act in ("Przyjmij", "Odrzuć"):
        await desk.locator("#offers").get_by_role("button", name=act).click(trial=True)  # it could be pressed
    assert await faults(desk) == []
    telephone.hang_up()
    await expect(desk.locator("#offers li")).to_have_count(0)


@pytest.mark.parametrize("desk", [("pl-PL", "dark", 360)], indirect=True)
async def test_telephone_is_polish_and_fits_a_narrow_screen_in_the_dark(calm: Demo, desk: Page) -> None:
    telephone = Telephone(calm, "+14255550133")
    await expect(desk.locator("#offers li")).to_contain_text("Połączenie: klient jest na linii.")
    assert await faults(desk) == []

    await accept(desk, "Przyjmij")
    await expect(desk.get_by_text("Rozmawiasz.")).to_be_visible()
    assert await faults(desk) == []

    await desk.goto(f"{calm.hub['url']}/desk/")
    await desk.get_by_role("button", name="Mikrofon i głośnik").press("Enter")
    await desk.get_by_role("button", name="Sprawdź mikrofon").press("Enter")
    await shown(desk, "level-test", above=-50)
    assert await faults(desk) == []
    telephone.hang_up()
    await expect(desk.locator("#calls li")).to_have_count(0)

"""The telephone's calls in a real browser, with a microphone that plays a tone."""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import quote

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from azure.communication.callautomation import CallAutomationClient, PhoneNumberIdentifier
from azure.communication.phonenumbers.siprouting import SipRoutingClient, SipTrunk
from media.tones import sine
from playwright.async_api import Browser, Page, async_playwright, expect

from browser_fixtures import ARGUMENTS, OpenPage
from centrala_plugin import NO_BROWSER, chromium
from centrala_sound.wav import written
from localazure.pytest_plugin import LocalAzure
from localazure_tests.receiver import Receiver
from localazure_tests.webhooks import Webhooks

pytestmark = [pytest.mark.browser, pytest.mark.long]

CUSTOMER, OTHER = "+14255550131", "+14255550132"
TRUNK = "sbc1.contoso.example"
INCOMING = "Microsoft.Communication.IncomingCall"

# What comes out of the page's loudspeaker: the strongest tone of half a second, and how loud it is.
LOUDSPEAKER = """
window.heard = [];
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode && this instanceof AudioWorkletNode) {
    const ear = new AnalyserNode(this.context, { fftSize: 8192 });
    connect.call(this, ear);
    const bins = new Float32Array(ear.frequencyBinCount);
    setInterval(() => {
      ear.getFloatFrequencyData(bins);
      const peak = bins.indexOf(Math.max(...bins));
      window.heard.push([peak * this.context.sampleRate / ear.fftSize, bins[peak]]);
    }, 100);
  }
  return connect.call(this, target, ...rest);
};
"""


UNTIL_HEARD = """
(wanted) => new Promise((heard) => {
  const is = ([hertz, loud]) => Math.abs(hertz - wanted) < 8 && loud > -40;
  const look = () => { if (window.heard.some(is)) heard(); else setTimeout(look, 50); };
  look();
})
"""

NOT_ALLOWED = """
() => { navigator.mediaDevices.getUserMedia = async () => { throw new Error("not allowed"); }; }
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """Its microphone takes in 700 Hz."""
    executable = chromium()
    if executable is None:
        pytest.skip(NO_BROWSER)
    voice = tmp_path_factory.mktemp("voice") / "voice.wav"
    voice.write_bytes(written(sine(700, 5)))
    fakes = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    arguments = [*ARGUMENTS, *fakes, f"--use-file-for-fake-audio-capture={voice}"]
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=executable, args=arguments)
        yield running
        await running.close()


class Application:
    """Answers what rings, and holds the call."""

    def __init__(self, azure: LocalAzure, webhooks: Webhooks, receiver: Callable[[], Receiver]) -> None:
        self.number = azure.acs.phone_numbers[0]
        self._hook, self._callbacks = receiver(), receiver()
        webhooks.put("calls", self._hook.url, filter={"includedEventTypes": [INCOMING]}).result()
        self._client = CallAutomationClient.from_connection_string(
            azure.acs.connection_string, connection_verify=azure.ca_bundle
        )

    def answers(self):
        [event] = self._hook.next().events
        answered = self._client.answer_call(event["data"]["incomingCallContext"], self._callbacks.url)
        return self._client.get_call_connection(answered.call_connection_id)

    def calls(self, number: str):
        return self._client.create_call(
            PhoneNumberIdentifier(number),
            self._callbacks.url,
            source_caller_id_number=PhoneNumberIdentifier(self.number),
        )

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def application(azure, webhooks, receiver) -> Iterator[Application]:
    made = Application(azure, webhooks, receiver)
    yield made
    made.close()


@pytest.fixture
def carrier(azure) -> None:
    azure.control.post("/_local/sip/domains", json={"domain": "contoso.example"}).raise_for_status()
    with SipRoutingClient.from_connection_string(
        azure.acs.connection_string, connection_verify=azure.ca_bundle
    ) as client:
        client.set_trunk(SipTrunk(fqdn=TRUNK, sip_signaling_port=5061))


async def telephone(page: Page, azure: LocalAzure, number: str = CUSTOMER) -> Page:
    await page.add_init_script(LOUDSPEAKER)
    await page.goto(f"{azure.portal}/telephone?number={quote(number)}")
    return page


async def test_customer_calls_hears_and_is_heard(page: Page, azure: LocalAzure, application: Application) -> None:
    """The other party is scripted: it plays 1,300 Hz and tells what it heard."""
    await telephone(page, azure)
    panel = page.get_by_role("region", name="Call")

    await page.get_by_role("button", name="Call +1 833-555-0100").click()
    await expect(panel).to_contain_text("Calling …")
    await expect(panel.get_by_role("button", name="Hang up")).to_be_focused()
    connection = application.answers()
    await expect(panel).to_contain_text("In the call")
    play = {"play": b64encode(written(sine(1_300, 3))).decode()}
    order = {"number": OTHER, "when_called": "answer", "script": [{"until_sound": True}, play]}
    azure.control.post("/_local/telephones", json=order).raise_for_status()
    connection.add_participant(
        PhoneNumberIdentifier(OTHER), source_caller_id_number=PhoneNumberIdentifier(application.number)
    )

    async with asyncio.timeout(10):
        await page.evaluate(UNTIL_HEARD, 1_300)
    [call] = azure.control.get("/_local/calls").json()["items"]
    heard = azure.control.get(f"/_local/calls/{call['id']}/heard", params={"party": f"4:{OTHER}"}).json()
    assert any(abs((window["hertz"] or 0) - 700) < 5 for window in heard["windows"]), heard

    await panel.get_by_role("button", name="Hang up").click()
    await expect(panel).to_contain_text("The call has ended.")
    await panel.get_by_role("button", name="Close").click()
    await expect(panel).to_be_hidden()
    await expect(page.get_by_role("button", name="Call +1 833-555-0100")).to_be_focused()


async def test_customer_is_called_and_picks_up_by_keyboard(
    page: Page, azure: LocalAzure, application: Application
) -> None:
    await telephone(page, azure)
    panel = page.get_by_role("region", name="Call")
    await expect(panel).to_be_hidden()
    text = page.get_by_role("textbox", name="Text", exact=True)
    await text.fill("One mo")

    application.calls(CUSTOMER)

    await expect(panel).to_contain_text("Incoming call")
    await expect(page).to_have_title(re.compile("^Incoming call"))
    await expect(page.get_by_role("status").filter(has_text="Incoming call: +1 833-555-0100")).to_be_attached()
    await expect(text).to_be_focused()  # what one types goes on, and picks nothing up
    await panel.get_by_role("button", name="Pick up").press("Enter")
    await expect(panel).to_contain_text(re.compile(r"In the call 00:0\d"))
    await panel.get_by_role("button", name="Keypad").press("Enter")
    await panel.get_by_role("button", name="5", exact=True).press("Enter")
    await page.keyboard.press("7")
    mute = panel.get_by_role("button", name="Mute")
    await mute.press("Space")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    assert [one["id"] for one in (await Axe().run(page)).response["violations"]] == []


async def test_customer_calls_over_the_organisations_own_carrier(
    page: Page, azure: LocalAzure, application: Application, carrier: None
) -> None:
    await telephone(page, azure)
    form = page.get_by_role("form", name="Call over your own carrier")
    number, button = form.get_by_label("Number to call"), form.get_by_role("button", name="Call over the carrier")
    await button.click()
    await expect(form.get_by_role("alert")).to_have_text("Write the number to call first.")
    await expect(number).to_be_focused()

    await number.fill("+1 (360) 555-0100")
    await form.get_by_label("Session border controller").select_option(TRUNK)
    await number.press("Enter")

    panel = page.get_by_role("region", name="Call", exact=True)
    await expect(panel).to_contain_text("Calling …")
    application.answers()
    await expect(panel).to_contain_text("In the call")
    [call] = azure.control.get("/_local/calls").json()["items"]
    assert (call["to"], call["through"]) == ("4:+13605550100", TRUNK)
    await panel.get_by_role("button", name="Hang up").click()
    await panel.get_by_role("button", name="Close").click()
    await expect(button).to_be_focused()
    await page.goto(f"{azure.portal}/calls/{call['id']}")
    await expect(page.get_by_role("group", name="Direct routing")).to_contain_text(TRUNK)
    assert [one["id"] for one in (await Axe().run(page)).response["violations"]] == []


async def test_call_that_the_carrier_cannot_bring_is_refused_on_a_narrow_screen_in_polish(
    new_page: OpenPage, azure: LocalAzure, carrier: None
) -> None:
    page = await new_page(locale="pl-PL", viewport={"width": 360, "height": 740}, color_scheme="dark")
    await telephone(page, azure)
    assert [one["id"] for one in (await Axe().run(page)).response["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth") == 360

    await page.get_by_label("Numer, na który dzwonisz").fill("12")
    await page.get_by_role("button", name="Zadzwoń przez operatora").click()

    await expect(page.get_by_role("region", name="Rozmowa", exact=True)).to_contain_text("no E.164 number")
    assert azure.control.get("/_local/calls").json()["items"] == []


async def test_call_is_declined_on_a_narrow_screen_in_polish(
    new_page: OpenPage, azure: LocalAzure, application: Application
) -> None:
    page = await new_page(locale="pl-PL", viewport={"width": 360, "height": 740}, color_scheme="dark")
    await telephone(page, azure)
    application.calls(CUSTOMER)
    panel = page.get_by_role("region", name="Rozmowa")
    await expect(panel).to_contain_text("Połączenie przychodzące")
    await expect(panel.get_by_role("button", name="Odbierz")).to_be_in_viewport()
    assert [one["id"] for one in (await Axe().run(page)).response["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth") == 360

    await panel.get_by_role("button", name="Odrzuć").click()

    await expect(panel).to_contain_text("Połączenie odrzucono.")


async def test_microphone_that_may_not_be_used_is_told_and_the_call_goes_on(
    page: Page, azure: LocalAzure, application: Application
) -> None:
    await telephone(page, azure)
    await page.evaluate(NOT_ALLOWED)

    await page.get_by_role("button", name="Call +1 833-555-0100").click()
    application.answers()

    panel = page.get_by_role("region", name="Call")
    await expect(panel).to_contain_text("In the call")
    await expect(panel.get_by_role("alert")).to_have_text(
        "The microphone cannot be used (not allowed). You hear the other side, it does not hear you."
    )


async def test_telephone_that_is_opened_again_rings_there(
    page: Page, new_page: OpenPage, azure: LocalAzure, application: Application
) -> None:
    await telephone(page, azure)
    second = await telephone(await new_page(), azure)

    await expect(page.get_by_role("region", name="Call")).to_contain_text("open in another window")
    application.calls(CUSTOMER)
    await expect(second.get_by_role("region", name="Call")).to_contain_text("Incoming call")

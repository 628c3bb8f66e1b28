"""An IVR hands a caller over with what it knows: he waits in the right queue, Ala sees it, and he goes to an IVR and
comes back. Adam sets all of it up with the keyboard."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from azure.communication.callautomation import CallAutomationClient, PhoneNumberIdentifier
from playwright.async_api import Browser, Locator, Page, expect

from browser_fixtures import PATIENCE, OpenPage, watch
from journey.dialling import OPTION, calls_to, order
from journey.test_desk_calls import accept, close, desk, talking
from journey.test_incoming_calls import calls
from journey.test_overflow import office as office_of
from looking import LOOKS, administer, faults
from running_demo import Demo, running_demo, until

pytestmark = [pytest.mark.browser, pytest.mark.long]
__all__ = ["desk", "talking"]
IVR = "+14255550288"
HEADER = "User-To-User"


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("ivr")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def office(talking: Browser, calm: Demo, problems: list[str]) -> AsyncIterator[Page]:
    """Adam's."""
    context = await talking.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    watch(page, problems)
    await administer(page, calm)
    yield page
    await context.close()


@pytest.fixture
def known(calm: Demo) -> None:
    """Two variables and a rule, of whichever test came first."""
    with office_of(calm) as one:
        voice = one.voice()
        for name in ("Language", "Order"):
            if f'<span class="long">{name}<' not in one._browser.get(f"{voice}variables/").text:
                one.post(f"{voice}variables/", {"name": name})
        if "/center/workstreams/rules/" not in one._browser.get(f"{voice}rules/").text:
            variable = OPTION.findall(one._browser.get(f"{voice}rules/add/").text.partition('name="variable_1"')[2])[0]
            form = one.form(f"{voice}rules/add/") | {"name": "Polish", "variable_1": variable, "value_1": "pl"}
            one.post(f"{voice}rules/add/", form)


async def follow(page: Page, name: str) -> None:
    """A link, with the keyboard, and the page behind it has come."""
    link = page.get_by_role("link", name=name, exact=True).last
    leads_to = await link.get_attribute("href")
    await link.press("Enter")
    await page.wait_for_url(f"**{leads_to}")


async def choose(field: Locator, label: str) -> None:
    """With the keyboard: down from the first."""
    await expect(field).to_be_visible()
    labels = [text.strip() for text in await field.locator("option").all_text_contents()]
    await field.press("Home")
    for _ in range(labels.index(label)):
        await field.press("ArrowDown")
    await expect(field.locator("option:checked")).to_have_text(label)


async def send(page: Page) -> None:
    """The form, with the keyboard; it was taken."""
    await page.keyboard.press("Enter")
    await expect(page.locator(".bar.ok")).to_be_visible()


async def to_workstream(page: Page, demo: Demo) -> None:
    await page.goto(f"{demo.hub['url']}/center/workstreams/")
    await follow(page, "Voice")


async def set_up(page: Page, demo: Demo) -> None:
    """A queue of Ala's, two variables, and a rule that leads Polish orders there."""
    await page.goto(f"{demo.hub['url']}/center/queues/add/")
    await page.get_by_label("Name").fill("Orders")
    await choose(page.locator("[name=kind]"), "Voice")
    await page.get_by_label("Ala", exact=False).first.press("Space")
    await page.get_by_label("Name").focus()
    await send(page)
    await to_workstream(page, demo)
    await follow(page, "Context variables")
    for name in ("Language", "Order"):
        await page.get_by_label("Name").fill(name)
        await send(page)
        await expect(page.get_by_role("rowheader", name=name)).to_be_visible()
    await follow(page, "Routing rules")
    await follow(page, "New routing rule")
    await page.get_by_label("Name").fill("Polish orders")
    await choose(page.get_by_label("The queue to which it leads"), "Orders")
    for number, (variable, test, value) in enumerate((("Language", "is", "pl"), ("Order", "is filled", "")), 1):
        await choose(page.locator(f"[name=variable_{number}]"), variable)
        await choose(page.locator(f"[name=test_{number}]"), test)
        await page.locator(f"[name=value_{number}]").fill(value)
    await page.get_by_label("Name").focus()
    await send(page)


async def try_out(page: Page, header: str) -> Locator:
    await follow(page, "Try out an IVR's call")
    await page.get_by_label("User-to-User").fill(header)
    await page.get_by_role("button", name="Try out").press("Enter")
    return page.locator("#result")


def of_customer(demo: Demo, customer: str) -> list[dict[str, Any]]:
    """Conversations, the newest first."""
    with demo.api() as api:
        return list(api.get("/api/v1/conversations", params={"customer": customer}).json()["items"])


def hang_up(demo: Demo, call: str) -> None:
    with demo.control() as control:
        control.delete(f"/_local/calls/{call}").raise_for_status()


async def test_caller_of_an_ivr_waits_in_the_right_queue_and_the_agent_sees_what_it_knows(
    calm: Demo, desk: Page, office: Page
) -> None:
    await set_up(office, calm)
    told = "Language=pl;Order=47%2F11;Secret=42"
    result = await try_out(office, f"{told.encode().hex()};encoding=hex")
    await expect(result).to_contain_text("The rule “Polish orders” takes it: it waits in “Orders”.")
    await expect(result).to_contain_text("Secret: The workstream has no variable of this name.")
    assert await faults(office) == []

    customer = "+14255550281"
    call = calls(calm, customer, sip_headers={HEADER: f"{told.encode().hex()};encoding=hex"})

    offer = desk.locator("#offers li")
    await expect(offer).to_contain_text("Orders")
    await expect(offer).to_contain_text("47/11")
    assert await faults(desk) == []
    await accept(desk)
    shown = desk.locator(".told-along")
    await expect(shown.locator("dl")).to_contain_text("Language")
    await expect(shown.locator("dd")).to_have_text(["pl", "47/11"])
    await expect(shown.locator("summary")).to_have_text("Not understood (1)")
    assert await faults(desk) == []
    assert of_customer(calm, customer)[0]["queue"] == "Orders"
    hang_up(calm, call)
    await close(desk)

    customer = "+14255550282"
    call = calls(calm, customer, voip_headers={"Language": "en", "Order": "1"})
    until(lambda: of_customer(calm, customer))
    assert of_customer(calm, customer)[0]["queue"] == "Default voice queue"
    await accept(desk)
    await expect(desk.locator(".told-along dd")).to_have_text(["en", "1"])
    hang_up(calm, call)
    await close(desk)


async def test_caller_goes_to_an_ivr_outside_and_back_and_is_known_again(
    calm: Demo, known: None, desk: Page, office: Page
) -> None:
    await to_workstream(office, calm)
    await office.locator("[name=transfer_countries]").fill("us")
    await office.get_by_label("What is known of a call goes along with its caller").press("Space")
    assert await faults(office) == []
    await office.locator("[name=transfer_countries]").focus()
    await send(office)
    order(calm, IVR, when_called="answer", after_seconds=1)
    customer = "+14255550283"
    call = calls(calm, customer, sip_headers={HEADER: "Language=en;Order=4711"})
    await accept(desk)
    await expect(desk).to_have_url(re.compile(r"/desk/[0-9a-f-]{36}/$"))
    first = desk.url

    await desk.goto(f"{first}transfer")
    await desk.get_by_label("Or to a number outside").fill(IVR)
    await desk.locator("#work").get_by_role("button", name="Transfer").click()
    await expect(desk.locator("#call-facts")).to_contain_text("The customer was transferred to another number")
    [leg] = [party for one in calls_to(calm, IVR) for party in one["parties"] if IVR in party["raw_id"]]
    along = leg["sip_headers"][HEADER]
    assert along == f"CentralaCall={first.rstrip('/').rsplit('/', 1)[1].replace('-', '')};Language=en;Order=4711"
    hang_up(calm, call)
    await close(desk)

    back = calls(calm, IVR, sip_headers={HEADER: f"{along};Language=fr"})
    await accept(desk)
    await expect(desk.locator("#call-facts")).to_contain_text("From where the call of")
    await expect(desk.locator(".told-along dd")).to_have_text(["en", "4711"])
    assert len(of_customer(calm, customer)) == 2  # the IVR showed its own number
    await expect(desk).not_to_have_url(first)
    returned = desk.url
    await desk.locator("#call-facts").get_by_role("link").first.click()
    await expect(desk).to_have_url(first)
    await expect(desk.locator("#call-facts")).to_contain_text("Transferred to")
    hang_up(calm, back)
    await desk.goto(returned)
    await close(desk)


class Ivr:
    """One of another make, built on Microsoft's client: it calls a customer, and hands the call over to the hub."""

    def __init__(self, demo: Demo, customer: str) -> None:
        self._demo, self._customer = demo, customer
        client = CallAutomationClient.from_connection_string(
            demo.acs["connection_string"], connection_verify=demo.azure["ca_bundle"]
        )
        own = PhoneNumberIdentifier(demo.acs["phone_numbers"][1])
        made = client.create_call(PhoneNumberIdentifier(customer), "https://localhost:1/", source_caller_id_number=own)
        self._talk = client.get_call_connection(made.call_connection_id)

    @property
    def talks(self) -> bool:
        return self._talk.get_call_properties().call_connection_state == "connected"

    def hands_over(self, **along: dict[str, str]) -> None:
        self._talk.transfer_call_to_participant(PhoneNumberIdentifier(self._demo.acs["phone_numbers"][0]), **along)


async def test_ivr_built_on_microsofts_client_hands_its_call_over_with_a_calling_context(
    calm: Demo, desk: Page
) -> None:
    customer = "+14255550284"
    order(calm, customer, when_called="answer", after_seconds=0)
    ivr = Ivr(calm, customer)
    until(lambda: ivr.talks)

    ivr.hands_over(sip_headers={HEADER: "Order=4711"}, voip_headers={"Language": "en"})

    await accept(desk)
    await expect(desk.locator(".told-along dd")).to_have_text(["en", "4711"])
    await expect(desk.locator("#thread-title")).to_have_text("+1 425-555-0284")
    [call] = [one for one in calls_to(calm, customer) if one["state"] == "connected"]
    hang_up(calm, call["id"])
    await close(desk)


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_pages_are_clean_with_something_on_them(
    calm: Demo, known: None, new_page: OpenPage, locale: str, scheme: str, width: int, problems: list[str]
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    await administer(page, calm)
    await page.goto(f"{calm.hub['url']}/center/workstreams/")
    await page.get_by_role("link", name="Voice", exact=True).click()
    await page.wait_for_url("**/center/workstreams/*/")
    workstream = page.url
    assert await faults(page, f"{workstream}variables/") == []
    await page.locator("main [name=name]").fill("Two words")
    await page.keyboard.press("Enter")
    await expect(page.locator(".bar.danger")).to_be_visible()
    assert await faults(page) == []
    assert await faults(page, f"{workstream}rules/") == []
    await page.locator("main th a").first.click()
    await page.wait_for_url("**/center/workstreams/rules/*/")
    assert await faults(page) == []
    await page.goto(f"{workstream}try/")
    await page.locator("[name=header]").fill("Language=pl;Order=1;Nobody=2;x")
    await page.locator("main button[type=submit]").click()
    await expect(page.locator("#result")).to_be_visible()
    assert await faults(page) == []
    problems.clear()  # the browser's word about the 422

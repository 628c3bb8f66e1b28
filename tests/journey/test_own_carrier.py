"""Adam brings a carrier of his own, with the keyboard; customers call its number by a border controller, and Ala calls
out by it: past a controller that does not answer, by a number that Azure never sold."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from browser_fixtures import OpenPage
from journey.dialling import ala, allow, calls_to, dial, finish, order
from journey.test_incoming_calls import calls, state
from journey.test_incoming_calls import told as cloud_told
from journey.test_overflow import office as office_of
from looking import LOOKS, administer, faults
from running_demo import Demo, running_demo, until

pytestmark = pytest.mark.long
CARRIERS, OWN = "/center/phone-numbers/carriers/", "/center/phone-numbers/own/add/"
WARSAW, KRAKOW = "+48221234567", "+48121234567"


@pytest.fixture(scope="module")
def fabric(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own: a route changes which way everybody's calls go out."""
    with running_demo(tmp_path_factory.mktemp("carrier")) as running:
        with running.control() as control:
            control.post("/_local/sip/domains", json={"domain": "contoso.example"}).raise_for_status()
        yield running


async def press(found: Locator) -> None:
    await expect(found).to_be_visible()
    await found.focus()
    await found.page.keyboard.press("Enter")


async def write(page: Page, fields: dict[str, str]) -> None:
    """With the keyboard, and Enter at the last of them."""
    for selector, text in fields.items():
        await page.locator(selector).focus()
        await page.keyboard.press("Control+A")
        await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def saved(page: Page) -> None:
    await expect(page.locator(".bar.ok")).to_be_visible()


async def choose(page: Page, selector: str, value: str) -> None:
    """With the keyboard: down from the first."""
    field = page.locator(selector)
    await expect(field).to_be_visible()
    values = await field.locator("option").evaluate_all("all => all.map(one => one.value || one.textContent)")
    await field.press("Home")
    for _ in range(values.index(value)):
        await field.press("ArrowDown")
    await expect(field).to_have_value(value)


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_carrier_is_brought_and_a_route_tried_out_with_the_keyboard(
    fabric: Demo, new_page: OpenPage, locale: str, scheme: str, width: int, problems: list[str]
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    await administer(page, fabric)
    language = locale[:2]
    carrier, fqdn, number = f"Northwind Voice ({language})", f"{language}.contoso.example", {"en": WARSAW, "pl": KRAKOW}
    await page.goto(f"{fabric.hub['url']}/center/phone-numbers/")
    await press(page.locator(f"main a[href='{CARRIERS}']"))
    await expect(page.locator("#carriers")).to_be_visible()
    assert await faults(page) == []
    await page.reload()

    await write(page, {"#id_name": carrier})
    await saved(page)
    await write(page, {"#id_fqdn": fqdn})
    await expect(page.get_by_role("rowheader", name=fqdn, exact=True)).to_be_visible()
    await expect(page.locator(".state.active").first).to_be_visible()

    await press(page.locator(".card-head a[href$='/carriers/routes/']"))
    await page.locator("#id_name").fill(f"Poland {language}")
    await page.locator("#id_pattern").fill("[")
    await page.locator(f"[name=controllers][value='{fqdn}']").press("Space")
    await press(page.locator("main form button.primary"))
    await expect(page.locator("#id_pattern_error")).to_be_visible()
    problems.clear()  # the browser's word about the 422
    assert await faults(page) == []
    await write(page, {"#id_pattern": r"^\+48\d{9}$"})
    await saved(page)
    assert await faults(page) == []
    await page.reload()

    await write(page, {"#id_number": "+48 600 100 200"})
    outcome = page.locator("#try [role=status]")
    await expect(outcome).to_contain_text(re.compile(r"\+48 600 100 200.*Poland (en|pl)"))
    assert await faults(page) == []

    await page.goto(f"{fabric.hub['url']}{OWN}")
    await page.locator("#id_number").fill(number[language])
    options = page.locator("#id_carrier option")
    place = await options.filter(has_text=carrier).get_attribute("value")
    await choose(page, "#id_carrier", str(place))
    await choose(page, "#id_country", "PL")
    assert await faults(page) == []
    await press(page.locator("main form button.primary"))
    await saved(page)
    await expect(page.locator("dl.facts")).to_contain_text(carrier)
    assert await faults(page) == []
    assert await faults(page, f"{fabric.hub['url']}/center/phone-numbers/?carrier={place}") == []
    await expect(page.locator("tbody tr")).to_have_count(1)


@pytest.fixture(scope="module")
def brought(fabric: Demo) -> str:
    """What stands for our number in forms; it is on the workstream Voice, and two controllers lead to Germany."""
    number = "+4930901820"
    with office_of(fabric) as one:
        sent(one, f"{CARRIERS}add/", CARRIERS, {"name": "Fabrikam Telecom"})
        for fqdn in ("one.contoso.example", "two.contoso.example"):
            sent(one, f"{CARRIERS}controllers/add/", CARRIERS, {"fqdn": fqdn, "port": "5061"})
        page = one._browser.get(f"{CARRIERS}routes/").text
        version = re.search(r'name="version" value="(\w+)"', page)
        assert version is not None
        two = ["one.contoso.example", "two.contoso.example"]
        route = {"name": "Germany", "pattern": r"^\+49\d+$", "controllers": two, "version": version[1]}
        one.post(f"{CARRIERS}routes/", route)
        carrier = re.search(r'<option value="(\d+)"[^>]*>Fabrikam Telecom', one._browser.get(OWN).text)
        assert carrier is not None
        told = {"country": "DE", "type": "geographic", "calling": "inbound+outbound"}
        place = one.post(OWN, told | {"number": number, "carrier": carrier[1]}).headers["location"].split("/")[-2]
        form = one.form(one.voice())
        one.post(one.voice(), form | {"numbers": [*form.get("numbers", []), place]})
    return str(place)


def sent(one: Any, path: str, page: str, form: dict[str, str]) -> None:
    """A form that stands on another page."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', one._browser.get(page).text)
    assert token is not None
    assert one._browser.post(path, data={"csrfmiddlewaretoken": token[1], **form}).status_code == 302


def answers(demo: Demo, trunk: str, status: int | None) -> None:
    with demo.control() as control:
        control.post("/_local/sip/trunks", json={"trunk": trunk, "answers": status}).raise_for_status()


def test_customer_calls_the_carriers_number(fabric: Demo, brought: str) -> None:
    customer = "+4915112345671"
    call = calls(fabric, customer, to="+4930901820", through="one.contoso.example")

    until(lambda: state(fabric, customer) == "open", 30)
    assert cloud_told(fabric, call)["through"] == "one.contoso.example"
    with fabric.api() as api:
        [talk] = api.get("/api/v1/conversations", params={"customer": customer}).json()["items"]
    assert (talk["number"], talk["workstream"]) == ("+4930901820", "Voice")
    with fabric.control() as control:
        control.delete(f"/_local/calls/{call}").raise_for_status()
    until(lambda: state(fabric, customer) == "closed", 30)


def test_call_out_passes_a_controller_that_does_not_answer(fabric: Demo, brought: str) -> None:
    customer = "+4915112345672"
    allow(fabric, label="Germany", number=brought, countries=["DE"])
    order(fabric, customer, when_called="answer", after_seconds=0.2)
    answers(fabric, "one.contoso.example", 503)

    with ala(fabric) as browser:
        talk = dial(browser, customer)
        until(lambda: [one["state"] for one in calls_to(fabric, customer)] == ["connected"], 30)
        finish(browser, talk)

    [call] = calls_to(fabric, customer)
    [party] = [one for one in call["parties"] if customer in str(one)]
    attempts = party["direct_routing"]["attempts"]
    assert attempts[-1] | {"route": "Germany", "trunk": "two.contoso.example"} == attempts[-1]
    assert {one["caller_id"] for one in attempts} == {"+4930901820"}
    answers(fabric, "one.contoso.example", None)


def test_call_out_that_every_controller_refuses_ends_with_the_reason(fabric: Demo, brought: str) -> None:
    customer = "+4915112345673"
    allow(fabric, label="Germany again", number=brought, countries=["DE"])
    for fqdn in ("one.contoso.example", "two.contoso.example"):
        answers(fabric, fqdn, 486)

    with ala(fabric) as browser:
        talk = dial(browser, customer)
        until(lambda: [one["state"] for one in calls_to(fabric, customer)] == ["ended"], 30)
        finish(browser, talk)
    with fabric.api() as api:
        [newest, *_older] = api.get("/api/v1/calls", params={"customer": customer}).json()["items"]
    assert newest["ending"] == "busy"

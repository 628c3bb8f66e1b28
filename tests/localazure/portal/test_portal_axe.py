"""No page of the portal has what axe-core calls a violation, in light and dark; none is wider than its window."""

from collections.abc import Callable

import pytest
from axe_playwright_python.async_playwright import Axe
from azure.communication.phonenumbers.siprouting import SipRoutingClient, SipTrunk, SipTrunkRoute
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from localazure.pytest_plugin import LocalAzure
from localazure_tests.portal import Portal
from localazure_tests.receiver import Receiver

pytestmark = [pytest.mark.browser, pytest.mark.long]

LOOKS = [("en-US", "light", 1280), ("pl-PL", "dark", 360)]


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_no_page_violates_a_rule_of_axe(
    new_page: OpenPage,
    azure: LocalAzure,
    portal: Portal,
    receiver: Callable[[], Receiver],
    problems: list[str],
    locale: str,
    scheme: str,
    width: int,
) -> None:
    places = furnish(azure, portal, receiver())
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})

    found = {place: await violations(page, azure.portal + place) for place in places}

    problems.clear()  # the refused page was one of them
    assert {place: rules for place, rules in found.items() if rules} == {}


async def test_tabs_and_the_opened_parts_of_the_form_violate_no_rule_of_axe(
    new_page: OpenPage, azure: LocalAzure, portal: Portal
) -> None:
    page = await new_page(viewport={"width": 360, "height": 900})
    await page.goto(azure.portal + portal.at("/events/new"))
    await page.get_by_text("All event types").click()
    await page.get_by_text("Select an endpoint").click()
    await page.locator("details.person > summary").click()
    found = await rules_broken(page)
    await page.keyboard.press("Escape")
    for tab in ("Filters", "Additional Features"):
        await page.get_by_role("tab", name=tab).click()
        found += await rules_broken(page)

    assert found == []


def furnish(azure: LocalAzure, portal: Portal, receiver: Receiver) -> list[str]:
    """Every kind of page with something on it, then the forms, an empty list and a refusal."""
    azure.control.post("/_local/sip/domains", json={"domain": "contoso.example"}).raise_for_status()
    with SipRoutingClient.from_connection_string(
        azure.acs.connection_string, connection_verify=azure.ca_bundle
    ) as client:
        client.set_trunk(SipTrunk(fqdn="sbc1.contoso.example", sip_signaling_port=5061))
        client.set_routes([SipTrunkRoute(name="All", number_pattern=r"^\+\d+$", trunks=["sbc1.contoso.example"])])
    azure.control.post("/_local/sip/trunks", json={"trunk": "sbc1.contoso.example", "answers": 503}).raise_for_status()
    registration = portal.register_application("Contoso").path
    portal.post(
        f"{registration}/roles", act="create", display_name="Writer", value="W", description="d", members="both"
    )
    topic = portal.create_topic().path
    subscription = portal.subscribe("texts", receiver.url).path
    receiver.handshakes.get(timeout=10)
    portal.subscribe("refused", "https://localhost:1/x?k=1")
    azure.control.post("/_local/clock", json={"advance_seconds": 30}).raise_for_status()
    azure.control.post("/_local/sms", json={"from": "+14255550123", "to": azure.acs.phone_numbers[0], "text": "Hi"})
    receiver.next()
    [delivery] = azure.control.get("/_local/deliveries").json()["items"]
    call = {"from": "+14255550123", "to": azure.acs.phone_numbers[0]}
    made = azure.control.post("/_local/calls", json=call).raise_for_status().json()["id"]
    resource = [
        portal.at(place)
        for place in ("", "/properties", "/keys", "/numbers", "/events", "/events/new", "/direct-routing")
    ]
    application = [f"{registration}{place}" for place in ("", "/roles", "/owners", "/assignments")]
    return [
        *("/", "/groups", "/groups/new", f"/resource{portal.group}", "/communication/new", "/telephone", "/trouble"),
        *("/calls", f"/calls/{made}"),
        *resource,
        *("/registrations", "/registrations/new"),
        *application,
        *("/topics", "/topics/new", topic, topic + "/eventSubscriptions/refused", f"{subscription}/edit"),
        *(subscription, f"{subscription}/deliveries/{delivery['id']}"),
        *("/subscriptions", f"/resource{portal.subscription}", f"/resource{portal.subscription}/providers"),
        f"/resource{portal.subscription}/providers?filter=nothing",
        f"/resource{portal.group}x",
    ]


async def violations(page: Page, address: str) -> list[str]:
    await page.goto(address)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    return await rules_broken(page)


async def rules_broken(page: Page) -> list[str]:
    results = await Axe().run(page)
    broken = results.response["violations"]
    width = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{width} pixels too wide"] * (width > 0) + [
        f"{one['id']}: {node['html'][:160]}" for one in broken for node in one["nodes"]
    ]

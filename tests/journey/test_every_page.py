"""Every page of the hub, reached by its links, held against axe-core in two looks and two languages."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from playwright.async_api import Page

from browser_fixtures import OpenPage
from looking import LOOKS, administer, faults
from running_demo import Demo, until

pytestmark = [pytest.mark.browser, pytest.mark.long]

PEOPLES = (
    "centrala.organization",
    "centrala.desk",
    "centrala.center",
    "centrala.dataverse.page",
    "centrala.api",
    "centrala.subscribers",
    "centrala.campaigns",
)
PARTS = {  # of pages, which htmx fetches into them; files; and the API's description, a page of Swagger's own
    *("prerequisites", "connect-progress", "azure-progress", "doctor-result", "list", "messages", "azure-export"),
    "quick-choices",
    "campaign-progress",
    "number-order-progress",
    "number-import-progress",
    "import-template",
    "new-resource-name",
    "openapi-view",
    "play-sound",
}
ACTS = {  # answer POST alone
    *("register-provider", "test-reach", "repair", "new-endpoints", "sync", "azure-apply", "azure-begin", "azure-end"),
    *("doctor-protect", "act-on-application-user", "reply", "seen", "sign-out", "language", "change-password"),
    *("sign-out-everywhere", "end-trial", "user-link", "user-disable", "user-enable", "user-unlock"),
    *("user-end-sessions", "replay-events", "revoke-token", "revoke-my-token"),
    *("presence", "accept", "decline", "pick", "set-aside", "release", "end", "close"),
    *(
        "export-customer",
        "hold-customer",
        "erase-customer",
        "delete-events",
        "read-dead-letters",
        "forget-dead-letters",
        "delete-queue",
        "delete-context-variable",
        "delete-routing-rule",
        "delete-workstream",
        "delete-hours",
        "delete-wrap-up-code",
        "note",
        "talk",
        "hear",
        "keys",
        "consulted",
        "come",
        "not-come",
        "end-consultation",
        "end-enquiry",
        "hand-over-outside",
        "hand-over",
        "here",
        "delete-quick-reply",
        "delete-my-quick-reply",
        "link-customer",
        "unlink-customer",
        "delete-template",
        "upload-sound",
        "purchase-number",
        "add-features",
        "release-number",
        "add-carrier",
        "delete-carrier",
        "add-controller",
        "delete-controller",
        "move-voice-route",
        "delete-voice-route",
        "delete-own-number",
        "begin-import",
        "discard-import",
        "stop-import",
        "add-trial-number",
        "delete-sound",
        "delete-outbound-profile",
        "decide-number",
        "spam",
    ),
    *("start-campaign", "pause-campaign", "resume-campaign", "cancel-campaign", "discard-campaign", "campaign-results"),
    *("renew-secret", "pause-webhook", "resume-webhook", "delete-webhook", "test-webhook", "send-again"),
}
ELSEWHERE = {  # only lead on, or belong to a state that other journeys make: no connection, a link from a letter
    *(
        "home",
        "connect",
        "connect-existing",
        "connect-new",
        "connect-pick",
        "leftovers",
        "transfer",
        "change-hours",
        "customer",
    ),
    *("number-order", "consult", "outbound-profile", "wrap-up", "wrap-up-code", "quick-reply", "my-quick-reply"),
    *("add-routing-rule", "routing-rule"),  # see test_ivr
    *("carrier", "own-number", "voice-route"),  # see test_own_carrier
    "number-import",
    *("sign-in", "set-up", "link", "forgot", "forgot-sent", "password_reset_confirm"),
}


EACH = {"table"}  # of which each shows something of its own, and some nothing at all


def routes(resolver: URLResolver, module: str = "") -> Iterator[str]:
    """The names of the addresses that people ask for."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from routes(one, getattr(one.urlconf_name, "__name__", ""))
        elif isinstance(one, URLPattern) and one.name and module.startswith(PEOPLES):
            yield one.name


def route_of(path: str) -> str:
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


async def links(page: Page) -> list[str]:
    """The paths of this site to which the page leads."""
    found = await page.locator("a[href]").evaluate_all("all => all.map(one => one.href)")
    here = urlsplit(page.url).netloc
    return [urlsplit(one).path for one in found if urlsplit(one).netloc == here]


@pytest.fixture(scope="module")
def conversation(demo: Demo) -> str:
    """The address of one, whose event is there to be looked at as well."""
    with demo.control() as control, demo.api() as api:
        text = {"from": "+14255550177", "to": demo.acs["phone_numbers"][0], "text": "Is anybody there?"}
        control.post("/_local/sms", json=text).raise_for_status()
        [found] = until(
            lambda: [one for one in api.get("/api/v1/conversations").json()["items"] if text["from"] in str(one)]
        )
    return f"/desk/{found['id']}/"


async def subscribe(page: Page, demo: Demo) -> None:
    """A webhook, and in its log a test that nobody took."""
    await page.goto(f"{demo.hub['url']}/center/webhooks/add/")
    await page.locator("[name=name]").fill("Shop")
    await page.locator("[name=address]").fill("http://127.0.0.1:9/hub")
    await page.locator("[value='message.failed']").check()
    await page.locator("main button[type=submit].primary").click()
    await page.wait_for_selector("#secret")
    assert await faults(page) == []
    await page.locator("main .actions a").click()
    await page.locator("form[action$='/test/'] button").click()
    await page.wait_for_selector(".bar.ok")
    for _ in range(500):
        if await page.locator("table time").count():
            return
        await page.goto(page.url)
    raise AssertionError("The log shows no attempt.")


async def write_to_many(page: Page, demo: Demo) -> None:
    """A template, and a campaign with a line that is left out; its draft and its progress are looked at on the way."""
    await page.goto(f"{demo.hub['url']}/center/templates/add/")
    await page.locator("[name=name]").fill(f"Parcel of {page.viewport_size}")
    await page.locator("main [name=text]").fill("Your parcel {parcel} waits.")
    await page.locator("main button[type=submit].primary").click()
    await page.wait_for_selector(".bar.ok")
    await page.goto(f"{demo.hub['url']}/center/campaigns/new/")
    await page.locator("[name=name]").fill("Parcels")
    await page.locator("[name=template]").select_option(index=1)
    rows = b"telefon;parcel\n+48600100200;7\n600;8\n"
    await page.locator("[name=file]").set_input_files([{"name": "c.csv", "mimeType": "text/csv", "buffer": rows}])
    await page.locator("main button[type=submit].primary").click()
    await page.wait_for_url(re.compile(r"/campaigns/\d+/$"))
    assert await faults(page) == []
    await page.locator("form[action$='/start/'] button").click()
    await page.wait_for_selector("#campaign-progress")


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_no_page_violates_a_rule_of_axe_or_is_too_wide(
    demo: Demo, conversation: str, new_page: OpenPage, locale: str, scheme: str, width: int
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    await administer(page, demo)
    await subscribe(page, demo)
    await write_to_many(page, demo)
    waiting = ["/center/", "/center/workstreams/1/messages/", conversation, "/desk/", "/profile"]  # 1: the demo's SMS
    seen, found = set[str](), dict[str, list[str]]()
    while waiting:
        path = waiting.pop()
        route = route_of(path)
        if route and path not in found and (route in EACH or route not in seen | PARTS | ACTS):
            seen.add(route)
            found[path] = await faults(page, f"{demo.hub['url']}{path}")
            waiting += await links(page)

    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert set(routes(get_resolver())) - PARTS - ACTS - ELSEWHERE - seen == set()

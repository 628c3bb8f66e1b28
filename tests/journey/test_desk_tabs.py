"""What is typed on the desk outlives a reload and goes with the person; all tabs of a browser know who is signed in."""

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from browser_fixtures import OpenPage, watch
from running_demo import Demo, until

pytestmark = [pytest.mark.browser, pytest.mark.long]


BROKEN_OFF = ("htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")


async def sign_in(page: Page, demo: Demo, who: str) -> None:
    await page.goto(demo.hub["url"])
    await page.locator("[name=username]").fill(demo.hub[who]["username"])
    await page.locator("[name=password]").fill(demo.hub[who]["password"])
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/center/**" if who == "admin" else "**/desk/**")


def written(demo: Demo, customer: str, text: str) -> None:
    """Has arrived, so that the list that is shown next does not change under the pointer."""
    with demo.control() as control, demo.api() as api:
        body = {"from": customer, "to": demo.acs["phone_numbers"][0], "text": text}
        control.post("/_local/sms", json=body).raise_for_status()
        until(lambda: api.get("/api/v1/conversations", params={"customer": customer}).json()["items"])


async def leave(page: Page, problems: list[str]) -> None:
    """What a page was just fetching breaks off when it is left, and htmx says so."""
    await page.goto("about:blank")
    problems[:] = [one for one in problems if not any(word in one for word in BROKEN_OFF)]


async def drafts(page: Page) -> list[str]:
    kept: list[str] = await page.evaluate("Object.keys(sessionStorage).filter((key) => key.includes('draft'))")
    return kept


async def opened(page: Page, text: str) -> str:
    await page.get_by_role("link").filter(has_text=text).first.click()
    await expect(page.get_by_role("log", name="Messages")).to_contain_text(text)
    return page.url


async def test_row_that_is_replaced_while_its_thread_is_fetched_opens_it_all_the_same(
    demo: Demo, new_page: OpenPage
) -> None:
    page, begun, go = await new_page(), asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        begun.set()
        await go.wait()
        await route.continue_()

    written(demo, "+14255550165", "First.")
    await sign_in(page, demo, "agent")
    await expect(page.locator("#connection")).to_have_text("Live")
    row = page.get_by_role("link").filter(has_text="+1 425-555-0165")
    await page.route(f"**{await row.get_attribute('href')}", hold)
    await row.click()
    await begun.wait()
    written(demo, "+14255550165", "Second.")
    await expect(row).to_contain_text("Second.")

    go.set()

    await expect(page.get_by_role("log", name="Messages")).to_contain_text("Second.")
    assert await page.locator("#work").count() == 1


async def test_of_two_threads_asked_for_at_once_the_last_one_is_shown(
    demo: Demo, new_page: OpenPage, problems: list[str]
) -> None:
    page, begun, go = await new_page(), asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        begun.set()
        await go.wait()
        await route.continue_()

    written(demo, "+14255550166", "Asked for first.")
    written(demo, "+14255550167", "Asked for last.")
    await sign_in(page, demo, "agent")
    first = page.get_by_role("link").filter(has_text="Asked for first.")
    await page.route(f"**{await first.get_attribute('href')}", hold)
    await first.click()
    await begun.wait()

    await opened(page, "Asked for last.")
    go.set()
    await opened(page, "Asked for first.")
    await opened(page, "Asked for last.")

    assert await page.locator("#work").count() == 1
    await expect(page.get_by_text("The hub did not answer.")).to_be_hidden()
    await leave(page, problems)


async def another_tab(page: Page, address: str, problems: list[str]) -> Page:
    tab = await page.context.new_page()
    watch(tab, problems)
    await tab.goto(address)
    return tab


async def test_draft_outlives_a_reload_until_it_is_sent(demo: Demo, new_page: OpenPage) -> None:
    page = await new_page()
    written(demo, "+14255550160", "Is the shop open?")
    written(demo, "+14255550161", "Another question.")
    await sign_in(page, demo, "agent")
    await opened(page, "Is the shop open?")
    reply = page.get_by_role("textbox", name="Reply to")
    await reply.fill("From nine\nto five.")

    await page.reload()
    await expect(reply).to_have_value("From nine\nto five.")
    await opened(page, "Another question.")
    await expect(reply).to_have_value("")
    await opened(page, "Is the shop open?")
    await expect(reply).to_have_value("From nine\nto five.")

    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log", name="Messages")).to_contain_text("to five.")
    await expect(reply).to_have_value("")
    await page.reload()
    await expect(reply).to_have_value("")


async def test_sign_out_in_one_tab_ends_the_others_and_forgets_drafts(
    demo: Demo, new_page: OpenPage, problems: list[str]
) -> None:
    page = await new_page()
    written(demo, "+14255550162", "Who is there?")
    await sign_in(page, demo, "agent")
    address = await opened(page, "Who is there?")
    await page.get_by_role("textbox", name="Reply to").fill("Nobody's business.")
    other = await another_tab(page, address, problems)
    await expect(other.locator("#connection")).to_have_text("Live")

    await other.get_by_role("button", name="Account").click()
    await other.get_by_role("button", name="Sign out").click()

    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert await drafts(page) == []
    await sign_in(page, demo, "agent")
    await page.goto(address)
    await expect(page.get_by_role("textbox", name="Reply to")).to_have_value("")
    await leave(page, problems)


async def test_draft_is_not_for_who_comes_next_in_the_same_tab(
    demo: Demo, new_page: OpenPage, problems: list[str]
) -> None:
    page = await new_page()
    written(demo, "+14255550163", "Something private.")
    await sign_in(page, demo, "agent")
    address = await opened(page, "Something private.")
    await page.get_by_role("textbox", name="Reply to").fill("Only mine.")

    await leave(page, problems)  # first: a page that notices the end of its session leaves by itself
    await page.context.clear_cookies()  # the session ran out
    await sign_in(page, demo, "admin")
    await page.goto(address)

    await expect(page.get_by_role("textbox", name="Reply to")).to_have_value("")
    assert await drafts(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_trouble_covers_neither_the_reply_box_nor_the_way_back(
    demo: Demo, new_page: OpenPage, problems: list[str], width: int, scheme: str
) -> None:
    page = await new_page(viewport={"width": width, "height": 740}, color_scheme=scheme)
    written(demo, "+14255550164", "Do you hear me?")
    await sign_in(page, demo, "agent")
    await opened(page, "Do you hear me?")
    await page.route("**/reply", lambda route: route.abort("connectionfailed"))
    await page.get_by_role("textbox", name="Reply to").fill("Yes.")

    async with page.expect_console_message(lambda message: "htmx:sendError" in message.text):
        await page.keyboard.press("Enter")

    trouble = page.get_by_role("alert").filter(has_text="The hub did not answer.")
    await expect(trouble).to_be_visible()
    box = await trouble.bounding_box()
    assert box is not None
    for place in ("#composer", ".thread-pane .pane-head", ".top"):
        covered = await page.locator(place).bounding_box()
        assert covered is not None
        assert box["y"] >= covered["y"] + covered["height"] or box["y"] + box["height"] <= covered["y"]
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    await leave(page, problems)
    problems.clear()  # the request that was to fail


async def test_stop_takes_the_place_of_the_reply_box_until_start(demo: Demo, new_page: OpenPage) -> None:
    page = await new_page()
    written(demo, "+14255550166", "Any news?")
    await sign_in(page, demo, "agent")
    await opened(page, "Any news?")
    box = page.get_by_role("textbox", name="Reply to")
    await box.fill("Soon.")

    written(demo, "+14255550166", "STOP")

    await expect(page.get_by_role("status").filter(has_text="The customer wrote STOP")).to_be_visible()
    await expect(box).to_be_hidden()
    await expect(page.get_by_role("log").get_by_text("STOP")).to_be_in_viewport()

    written(demo, "+14255550166", "START")

    await expect(box).to_have_value("Soon.")
    await expect(box).to_be_visible()

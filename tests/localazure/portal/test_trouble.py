"""The page Time and trouble: each of its forms orders what the control API orders."""

import re

import httpx
import pytest
from playwright.async_api import expect

from browser_fixtures import OpenPage
from localazure.pytest_plugin import LocalAzure
from localazure_tests.acs import Acs


def press(azure: LocalAzure, do: str, **fields: object) -> httpx.Response:
    """The page's answer after its redirect."""
    form = {"do": do, **{name: str(value) for name, value in fields.items()}}
    return httpx.post(f"{azure.portal}/trouble", data=form, trust_env=False, follow_redirects=True)


def faults(azure: LocalAzure) -> list[dict[str, object]]:
    return azure.control.get("/_local/faults").json()["items"]


def clock(azure: LocalAzure) -> dict[str, float]:
    return azure.control.get("/_local/clock").json()


@pytest.mark.parametrize(
    ("fields", "offset"),
    [
        ({"advance_seconds": 900}, 900),
        ({"amount": "1.5", "unit": "hours"}, 5400),
        ({"amount": "2,5", "unit": "minutes"}, 150),
    ],
)
def test_clock_is_moved(azure: LocalAzure, fields: dict[str, str], offset: float) -> None:
    page = press(azure, "clock", **fields)

    assert (page.status_code, clock(azure)["offset_seconds"]) == (200, offset)
    assert '<p class="done" role="status">' in page.text


def test_clock_gets_another_pace(azure: LocalAzure) -> None:
    press(azure, "clock", scale=0)

    assert clock(azure)["scale"] == 0


@pytest.mark.parametrize("fields", [{"amount": "soon"}, {"scale": -1}, {"scale": 1e9}, {"advance_seconds": "nan"}, {}])
def test_wrong_time_is_refused_on_the_page(azure: LocalAzure, fields: dict[str, object]) -> None:
    page = press(azure, "clock", **fields)

    assert (page.status_code, 'role="alert"' in page.text) == (400, True)
    assert (clock(azure)["offset_seconds"], clock(azure)["scale"]) == (0, 1)


def test_service_is_taken_down_and_called_off(azure: LocalAzure, acs: Acs) -> None:
    page = press(azure, "order", operation="communication", status=503, lasting="true")
    down = acs.send().status_code
    press(azure, "clear", operation="communication", action="", subscription="")

    assert (down, acs.send().status_code) == (503, 202)
    assert "until it is called off" in page.text


def test_request_goes_wrong_so_many_times(azure: LocalAzure, acs: Acs) -> None:
    """The request that was typed counts before the list."""
    form = {"do": "order", "operation": ["sms.send", "POST /sms"], "status": "429", "times": "2", "delay_seconds": ""}
    page = httpx.post(f"{azure.portal}/trouble", data=form, trust_env=False, follow_redirects=True)

    assert "2 more times" in page.text
    assert [acs.send().status_code for _ in range(3)] == [429, 429, 202]


@pytest.mark.parametrize("action", ["duplicate", "reorder", "delay", "drop", "answer"])
def test_deliveries_go_wrong(azure: LocalAzure, action: str) -> None:
    press(azure, "order", operation="eventgrid.delivery", action=action, times=2)

    [fault] = faults(azure)
    assert (fault["operation"], fault["action"], fault["times"]) == ("eventgrid.delivery", action, 2)


def test_one_is_called_off_or_all_are(azure: LocalAzure) -> None:
    for operation in ("arm", "graph", "entra"):
        press(azure, "order", operation=operation, status=500)

    press(azure, "clear", operation="graph")
    left = [fault["operation"] for fault in faults(azure)]
    again = press(azure, "clear", operation="graph")
    press(azure, "clear")

    assert (left, faults(azure)) == (["arm", "entra"], [])
    assert (again.status_code, "No such trouble is on order." in again.text) == (404, True)


def test_keys_rotate_and_tokens_expire(azure: LocalAzure, http: httpx.Client, token: str) -> None:
    before = http.get(f"/{azure.tenant_id}/discovery/v2.0/keys").json()["keys"]
    press(azure, "rotate")
    after = http.get(f"/{azure.tenant_id}/discovery/v2.0/keys").json()["keys"]
    press(azure, "expire", client_id=azure.client_id, refresh_tokens="true")

    headers = {"authorization": f"Bearer {token}"}
    assert http.get("/subscriptions", params={"api-version": "2022-12-01"}, headers=headers).status_code == 401
    assert len(after) == len(before) + 1


def test_access_key_is_regenerated(azure: LocalAzure, acs: Acs) -> None:
    page = press(azure, "regenerate", key="primary", resource=azure.acs.resource_name)

    assert (page.status_code, acs.send().status_code) == (200, 401)


def test_numbers_are_sold_out_restocked_and_limited(azure: LocalAzure) -> None:
    sold = press(azure, "sell-out", country="US", type="tollFree", area_code="")
    back = press(azure, "restock", country="US", type="tollFree")
    press(azure, "quota", purchases=3)
    nowhere = press(azure, "sell-out", country="US", type="tollFree", area_code="000")

    assert ("United States, toll-free" in sold.text, "United States, toll-free" in back.text) == (True, False)
    assert nowhere.status_code == 400
    assert 'value="3"' in press(azure, "clear").text


def test_propagation_and_subscription_are_set(azure: LocalAzure) -> None:
    press(azure, "propagation", seconds=900)
    press(azure, "subscription", state="Warned", id=azure.subscription_id)

    state = azure.control.get("/_local/state").json()
    assert (state["propagation_seconds"], state["subscriptions"][0]["state"]) == (900, "Warned")


def test_reset_calls_everything_off(azure: LocalAzure) -> None:
    press(azure, "order", operation="arm", status=500)
    press(azure, "clock", scale=60)

    press(azure, "reset")

    assert (faults(azure), clock(azure)["scale"]) == ([], 1)


def test_unknown_wish_is_refused(azure: LocalAzure) -> None:
    page = press(azure, "explode")

    assert (page.status_code, "The page does not know what to do." in page.text) == (400, True)


def test_other_sites_page_orders_nothing(azure: LocalAzure) -> None:
    headers = {"origin": "https://evil.example"}
    form = {"do": "order", "operation": "arm"}

    assert httpx.post(f"{azure.portal}/trouble", data=form, headers=headers, trust_env=False).status_code == 403
    assert faults(azure) == []


@pytest.mark.long
@pytest.mark.browser
async def test_page_in_polish_by_keyboard_on_a_narrow_screen(new_page: OpenPage, azure: LocalAzure) -> None:
    page = await new_page(locale="pl-PL", viewport={"width": 360, "height": 740}, color_scheme="dark")
    await page.goto(f"{azure.portal}/trouble")
    await page.get_by_role("form", name="Przesuń do przodu").get_by_role("button", name="+15 minut").focus()

    await page.keyboard.press("Enter")

    await expect(page.get_by_role("status").filter(has_text="Zegar ustawiony.")).to_be_visible()
    await expect(page.get_by_role("region", name="Zegar")).to_contain_text("wyprzedza czas rzeczywisty o 15 min")
    services = page.get_by_role("form", name="Wyłącz całą usługę")
    await services.get_by_role("button", name="Communication Services").click()
    await page.get_by_role("button", name="Odwołaj: Communication Services").click()
    await expect(page.get_by_text("Nic: wszystko działa.")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    assert faults(azure) == []


@pytest.mark.long
@pytest.mark.browser
async def test_every_field_has_a_label_and_every_id_is_single(new_page: OpenPage, azure: LocalAzure) -> None:
    page = await new_page()
    await page.goto(f"{azure.portal}/trouble")

    html = await page.content()
    ids = re.findall(r' id="([^"]+)"', html)
    unlabelled = await page.evaluate(
        "[...document.querySelectorAll('input:not([type=hidden]), select')].filter((one) => !one.labels.length).length"
    )

    assert (unlabelled, len(ids)) == (0, len(set(ids)))

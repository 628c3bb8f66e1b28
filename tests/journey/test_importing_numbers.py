"""Five hundred numbers come from a file, with the keyboard; a worker that is killed on the way leaves none out and
makes none twice."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.async_api import expect

from browser_fixtures import OpenPage
from centrala.postgres import Cluster
from journey.test_overflow import office as office_of
from journey.test_own_carrier import CARRIERS, choose, press, sent
from looking import LOOKS, administer, faults
from running_demo import Demo, running_demo, until

pytestmark = pytest.mark.long
IMPORT = "/center/phone-numbers/import/"
CARRIER = "Northwind Voice"
HEADING = "msdyn_phonenumber,msdyn_phoneinboundenabled,msdyn_phoneoutboundenabled"


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("import"), CENTRALA_STALLED_AFTER="3") as running:
        with office_of(running) as one:
            sent(one, f"{CARRIERS}add/", CARRIERS, {"name": CARRIER})
        yield running


def file_of(folder: Path, prefix: str, count: int, *more: str) -> Path:
    """Numbers of Warsaw, as Excel on Windows writes them."""
    path = folder / "PhoneNumber.csv"
    rows = [f'"{prefix}{place:04}",TRUE,FALSE' for place in range(count)]
    path.write_text("\r\n".join([HEADING, *rows, *more]), "utf-8-sig", newline="")
    return path


def found(demo: Demo, prefix: str) -> list[str]:
    with psycopg.connect(Cluster.at(demo.data).dsn()) as database:
        rows = database.execute("select number from numbers_phonenumber where number like %s", (f"+{prefix}%",))
        return [number for (number,) in rows.fetchall()]


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_five_hundred_numbers_are_imported_with_the_keyboard(
    mortal: Demo,
    new_page: OpenPage,
    locale: str,
    scheme: str,
    width: int,
    problems: list[str],
    tmp_path: Path,
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    prefix = {"en": "4822123", "pl": "4812123"}[locale[:2]]
    await administer(page, mortal)
    await page.goto(f"{mortal.hub['url']}{CARRIERS}")
    await press(page.locator(f"main a[href='{IMPORT}']"))
    place = await page.locator("#id_carrier option").filter(has_text=CARRIER).get_attribute("value")
    assert await faults(page) == []

    for more in (["48221234599999999,TRUE,FALSE"], []):
        await choose(page, "#id_carrier", str(place))
        await choose(page, "#id_country", "PL")
        await page.locator("#id_file").set_input_files(file_of(tmp_path, prefix, 500, *more))
        await press(page.locator("main form button.primary"))
        if more:
            await expect(page.locator("tbody tr")).to_have_count(1)
            await expect(page.locator("tbody th")).to_have_text("502")
            problems.clear()  # the browser's word about the 422
            assert await faults(page) == []
    await expect(page.locator("#import h2")).to_have_text(re.compile("500"))
    assert await faults(page) == []
    assert found(mortal, prefix) == []
    await press(page.locator("#import button.primary"))

    await expect(page.locator("#import h2")).to_have_text(re.compile("^(Done|Gotowe)$"))
    assert await faults(page) == []
    assert len(found(mortal, prefix)) == 500
    await press(page.locator("#import a.primary"))
    await expect(page.locator("tbody tr")).to_have_count(100)
    assert await faults(page) == []


def test_worker_killed_in_mid_import_imports_every_number_once(mortal: Demo, tmp_path: Path) -> None:
    prefix, count = "4858123", 9_000
    with office_of(mortal) as one:
        form = one._browser.get(IMPORT).text
        token, place = (
            re.search(pattern, form)
            for pattern in (r'csrfmiddlewaretoken" value="([^"]+)"', rf'<option value="(\d+)"[^>]*>{CARRIER}')
        )
        assert token is not None
        assert place is not None
        told = {"csrfmiddlewaretoken": token[1], "carrier": place[1], "country": "PL", "type": "geographic"}
        data = file_of(tmp_path, prefix, count).read_bytes()
        answer = one._browser.post(IMPORT, data=told, files={"file": ("PhoneNumber.csv", data, "text/csv")})
        page = answer.headers["location"]
        sent(one, f"{page}begin/", page, {})

    until(lambda: len(found(mortal, prefix)) > 0, 60)
    mortal.kill("worker")
    after_the_kill = len(found(mortal, prefix))

    until(lambda: len(found(mortal, prefix)) == count, 90)
    numbers = found(mortal, prefix)
    assert len(set(numbers)) == count
    assert after_the_kill < count
    with psycopg.connect(Cluster.at(mortal.data).dsn()) as database:
        state = database.execute("select state, done, skipped from carriers_numberimport where total = %s", (count,))
        assert state.fetchone() == ("done", count, 0)

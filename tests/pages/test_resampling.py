"""What the microphone gives becomes 16 kHz, block by block, without what 16 kHz cannot hold."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

import centrala

MODULE = Path(centrala.__file__).parent / "static/centrala/resampling.js"
BLOCK = 128  # samples, as an audio thread has them
# A tone goes in; out come the decibels of what is left of it, at one pitch or at all, and the seconds that were gained.
MEASURE = """async ([url, from, to, said, heard]) => {
    const { Resampler } = await import(url);
    const [resampler, made] = [new Resampler(from, to), []];
    let fed = 0;
    for (; fed < from / 2; fed += BLOCK) {
        const block = Float32Array.from({ length: BLOCK }, (_, k) => Math.sin(2 * Math.PI * said * (fed + k) / from));
        made.push(...resampler.feed(block));
    }
    const settled = made.slice(Math.floor(made.length / 4));
    const gained = made.length / to - fed / from;
    if (heard === null) {
        const power = settled.reduce((sum, sample) => sum + sample * sample, 0) / settled.length;
        return [10 * Math.log10(2 * power + 1e-20), gained];
    }
    const sums = settled.reduce(([a, b], sample, n) => {
        const soft = sample * (1 - Math.cos(2 * Math.PI * n / settled.length)); // Hann
        const turn = 2 * Math.PI * heard * n / to;
        return [a + soft * Math.cos(turn), b + soft * Math.sin(turn)];
    }, [0, 0]);
    return [20 * Math.log10(2 * Math.hypot(...sums) / settled.length + 1e-20), gained];
}""".replace("BLOCK", str(BLOCK))

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    page = await browser.new_page()
    yield page
    await page.close()


async def left_of(
    page: Page, said: int, *, rate: int, to: int = 16_000, heard: int | None = None
) -> tuple[float, float]:
    url = "data:text/javascript;base64," + base64.b64encode(MODULE.read_bytes()).decode()
    decibels, gained = await page.evaluate(MEASURE, [url, rate, to, said, heard])
    return float(decibels), float(gained)


@pytest.mark.parametrize("rate", [48_000, 44_100, 16_000, 8_000])
async def test_voice_passes_as_it_is_and_no_time_is_lost_between_blocks(page: Page, rate: int) -> None:
    decibels, gained = await left_of(page, 1000, rate=rate)

    assert abs(decibels) < 0.05
    assert abs(gained) < 0.0002


@pytest.mark.parametrize(("rate", "hertz"), [(48_000, 9_000), (48_000, 15_000), (44_100, 20_000)])
async def test_what_the_lower_rate_cannot_hold_is_taken_away(page: Page, rate: int, hertz: int) -> None:
    decibels, _gained = await left_of(page, hertz, rate=rate)

    assert decibels < -70


@pytest.mark.parametrize(("heard", "least", "most"), [(3_000, -0.05, 0.05), (13_000, -200, -70)])
async def test_loudspeaker_has_the_voice_and_not_its_mirror(page: Page, heard: int, least: float, most: float) -> None:
    """3 kHz at 16 kHz are 13 kHz as well, unless they are taken away on the way to 48 kHz."""
    decibels, _gained = await left_of(page, 3_000, rate=16_000, to=48_000, heard=heard)

    assert least < decibels < most

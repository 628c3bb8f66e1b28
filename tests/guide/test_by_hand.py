"""The guide's first chapter in Chromium, as it is written: the Azure portal and the admin center side by side."""

from itertools import chain

import pytest

from browser_fixtures import OpenPage
from guide.book import steps
from guide.walk import Walk
from guide.windows import Windows, a_text_arrives, leave, opened
from running_demo import running_demo

pytestmark = [pytest.mark.browser, pytest.mark.long]

BY_HAND = 0
SUBSCRIBE = slice(12, 17)  # the steps that are done for each service
RECORDING_STEP, RECORDING_TYPE = 13, 5  # where the type for recordings stands


@pytest.mark.parametrize(("language", "keyboard"), [("en", False), ("pl", True)], ids=["en-mouse", "pl-keyboard"])
async def test_document_is_followed_by_hand(
    language: str,
    keyboard: bool,
    tmp_path_factory: pytest.TempPathFactory,
    new_page: OpenPage,
    capsys: pytest.CaptureFixture[str],
) -> None:
    guide = steps(language, BY_HAND)
    walk = Walk([*chain(*guide)], keyboard=keyboard)
    with running_demo(tmp_path_factory.mktemp("guide"), "--unconnected") as demo:
        windows = await opened(demo, new_page, language)

        await collect(walk, windows)
        await connect(walk, windows)
        await prepare(walk, windows)
        await subscribe(walk, windows, "recording", types=1)
        walk.arrive(guide[-1])
        walk.follow(chain(*again(guide)))
        await subscribe(walk, windows, "sms", types=2)
        walk.arrive([])

        await a_text_arrives(windows)
        await leave(windows)
    with capsys.disabled():
        print(f"\nBy hand ({language}{', keyboard alone' * keyboard}): {walk.clicks} clicks, {walk.fields} fields.")


def again(guide: list[list[str]]) -> list[list[str]]:
    """The steps for a service once more, with the types of the last step in the place of the first one's."""
    wanted = guide[-1]
    repeated = [list(step) for step in guide[SUBSCRIBE]]
    step = repeated[RECORDING_STEP - SUBSCRIBE.start]
    step[RECORDING_TYPE : RECORDING_TYPE + 1] = wanted
    return repeated


async def open_resource(walk: Walk, windows: Windows) -> None:
    await walk.press(windows.azure)
    await walk.open(windows.azure, windows.demo.azure["resource_group"])
    await walk.open(windows.azure, windows.demo.acs["resource_name"])


async def collect(walk: Walk, windows: Windows) -> None:
    azure, noted = windows.azure, windows.noted
    await open_resource(walk, windows)
    await walk.press(azure)
    noted["name"] = await walk.copied(azure)
    noted["id"] = await walk.copied(azure)
    await walk.press(azure)
    noted["string"] = await walk.copied(azure)
    await walk.press(azure)
    await walk.press(azure)
    await walk.fill(azure, "Centrala")
    await walk.press(azure)
    await walk.press(azure)
    noted["application"] = await walk.copied(azure)
    noted["tenant"] = await walk.copied(azure)


async def connect(walk: Walk, windows: Windows) -> None:
    center, noted = windows.center, windows.noted
    for _ in range(4):
        await walk.press(center)
    for value in ("name", "id", "string", "application", "tenant"):
        await walk.fill(center, noted[value])
    await walk.press(center)
    await walk.press(center)
    await walk.sees(center)
    noted["recording"] = await walk.copied(center)
    noted["sms"] = await walk.copied(center)


async def prepare(walk: Walk, windows: Windows) -> None:
    azure = windows.azure
    await walk.press(azure)
    await walk.press(azure)
    await walk.fill(azure, "acs-events")
    await walk.press(azure)
    await walk.go(azure)
    await walk.press(azure)
    await walk.sees(azure)
    await walk.open(azure, "Microsoft.EventGrid")
    await walk.press(azure)


async def subscribe(walk: Walk, windows: Windows, service: str, *, types: int) -> None:
    azure, noted = windows.azure, windows.noted
    await open_resource(walk, windows)
    await walk.press(azure)
    await walk.press(azure)
    await walk.press(azure)
    await walk.fill(azure, service)
    await walk.choose(azure)
    await walk.unfold(azure)
    for _ in range(types):
        await walk.press(azure)
    await walk.choose(azure)
    await walk.press(azure)
    await walk.fill(azure, noted[service])
    await walk.press(azure)
    await walk.press(azure)
    await walk.press(azure)
    await walk.fill(azure, noted["tenant"])
    await walk.fill(azure, noted["application"])
    await walk.press(azure)
    await walk.sees(azure)

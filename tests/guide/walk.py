"""Walking through pages as the guide says: each act takes its next label, so that a renamed button breaks it."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from playwright.async_api import Locator, Page, expect

from clipboard import copied

PRESSED: tuple[Literal["link", "button", "tab", "radio", "checkbox"], ...] = (
    "link",
    "button",
    "tab",
    "radio",
    "checkbox",
)
FARTHEST = 150  # stops of the Tab key from one control to the next
PATIENCE = 30_000  # milliseconds: a page may be waiting for the cloud
# In a group of radio buttons, and in a row of tabs, the Tab key stops once, and arrows lead on.
ARROW = """one => {
  const focused = document.activeElement;
  if (one.type === 'radio' && focused.type === 'radio' && focused.name === one.name) return 'ArrowDown';
  return one.role === 'tab' && focused.role === 'tab' ? 'ArrowRight' : 'Tab';
}"""


class Walk:
    """Counts clicks and fields on the way. With `keyboard` nothing is clicked: Tab leads to each control."""

    def __init__(self, labels: Sequence[str], *, keyboard: bool = False) -> None:
        self._labels = list(labels)
        self._keyboard = keyboard
        self.clicks = 0
        self.fields = 0

    def follow(self, labels: Iterable[str]) -> None:
        """More of the guide, to be walked next."""
        self._labels += labels

    def label(self) -> str:
        """The guide's next word."""
        assert self._labels, "the way is longer than the guide"
        return self._labels.pop(0)

    def arrive(self, at: Sequence[str]) -> None:
        """Fails where the guide has more to do, or less, than what stands there; that is then behind us."""
        assert self._labels == list(at)
        self._labels = []

    async def press(self, within: Page | Locator) -> None:
        """Follows, opens, ticks or chooses what bears the label."""
        await self._activate(named(within, self.label()))

    async def open(self, within: Page | Locator, name: str) -> None:
        """Follows or picks what bears the person's own name for it, unknown to the guide: a group, a resource."""
        await self._activate(named(within, name))

    async def go(self, within: Page | Locator) -> None:
        """Follows the link of the property with that label; screen readers hear both."""
        await self._activate(within.get_by_role("link", name=re.compile(f"^{re.escape(self.label())} ")))

    async def unfold(self, within: Page | Locator) -> None:
        """Opens the choices of the group with that label."""
        await self._activate(within.get_by_role("group", name=self.label(), exact=True).locator("summary").first)

    async def fill(self, within: Page | Locator, value: str) -> None:
        field = within.get_by_role("textbox", name=self.label(), exact=True).and_(within.locator("input, textarea"))
        self.fields += 1
        if self._keyboard:
            await self._reach(field)
            await field.page.keyboard.insert_text(value)
        else:
            await field.fill(value)
        await expect(field).to_have_value(value)

    async def choose(self, within: Page | Locator) -> None:
        """Chooses the option of the next label in the list of the label before it."""
        field = within.get_by_role("combobox", name=self.label(), exact=True)
        option = within.get_by_role("option", name=re.compile(f"^{re.escape(self.label())}$", re.IGNORECASE))
        self.fields += 1
        if self._keyboard:
            await self._reach(field)
        await field.select_option(label=await option.first.inner_text())

    async def sees(self, within: Page | Locator) -> None:
        """The label stands there to read."""
        await expect(within.get_by_text(self.label(), exact=True).filter(visible=True).first).to_be_visible()

    async def copied(self, page: Page) -> str:
        """What the Copy button of that label puts on the clipboard."""
        ending = re.compile(f"{re.escape(self.label())}$")
        button = page.locator("[data-copy]").and_(page.get_by_role("button", name=ending)).first
        await self._whole(button)
        return await copied(page, lambda: self._activate(button))

    async def _activate(self, control: Locator) -> None:
        self.clicks += 1
        await self._whole(control)
        if not self._keyboard:
            await control.click(timeout=PATIENCE)
            return
        await self._reach(control)
        tick = await control.evaluate("one => ['radio', 'checkbox'].includes(one.type)")
        await control.page.keyboard.press("Space" if tick else "Enter")

    async def _whole(self, control: Locator) -> None:
        """Its page has come, and with its scripts: until then some buttons do nothing."""
        await expect(control).to_be_visible(timeout=PATIENCE)
        await control.page.wait_for_load_state()

    async def _reach(self, control: Locator) -> None:
        """Presses Tab, or the arrow that leads on, until the control has the focus."""
        await expect(control).to_be_visible(timeout=PATIENCE)
        for _ in range(FARTHEST):
            if await control.evaluate("one => one === document.activeElement"):
                return
            await control.page.keyboard.press(await control.evaluate(ARROW))
        raise AssertionError(f"Tab never comes to {control}")


def named(within: Page | Locator, label: str) -> Locator:
    """The one control of that name, whatever its kind."""
    controls = [within.get_by_role(role, name=label, exact=True) for role in PRESSED]
    # What a button opens in place is a summary, which has no role that every browser agrees on.
    controls.append(within.locator("summary").filter(has_text=re.compile(f"^{re.escape(label)}$")))
    found, *others = controls
    for other in others:
        found = found.or_(other)
    return found.filter(visible=True)

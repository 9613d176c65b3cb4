"""Somebody at a browser of their own, with a keyboard and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.test_by_keyboard import tab_to
from tests.browser.test_self_referral import choose

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE = 10_000
"""Milliseconds that a page may take before it shows what is awaited."""


class AtTheKeyboard:
    """What they do, and what they see. `what` is a CSS selector of the first such thing that Tab comes to."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self._url = page, url

    def opens(self, path: str) -> None:
        """A page of the platform by its address."""
        self.page.goto(self._url + path)

    def signs_in(self, role: str) -> None:
        """As the persona of local mode who has the role."""
        self.opens("/signin")
        self.sees("Choose who you are")
        self.presses(f"button[value^='ZT001-{role}-']")
        self.page.wait_for_url(lambda url: "/signin" not in url)

    def opens_link(self, link: str, title: str) -> None:
        """A link in a message: nothing is done before they press Continue."""
        self.page.goto(link)
        self.presses("main button")
        self.sees(title)

    def presses(self, what: str) -> None:
        """Tab to it, then Enter."""
        tab_to(self.page, what)
        self.page.keyboard.press("Enter")

    def ticks(self, what: str) -> None:
        """Tab to a box, then Space."""
        tab_to(self.page, what)
        self.page.keyboard.press("Space")

    def types(self, **fields: str) -> None:
        """Instead of what is in the fields of these ids, in the order of the page."""
        for id, text in fields.items():
            tab_to(self.page, f"#{id}")
            self.page.keyboard.press("ControlOrMeta+A")
            self.page.keyboard.type(text)

    def chooses(self, **radios: str) -> None:
        """These values of these groups of radios, in the order of the page."""
        for name, value in radios.items():
            choose(self.page, name, value)

    def selects(self, id: str, value: str) -> None:
        """With the arrow, one option after another."""
        tab_to(self.page, f"#{id}")
        field = self.page.locator(f"#{id}")
        for _ in range(field.locator("option").count()):
            if field.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the keyboard does not reach {value}")

    def sees(self, title: str, *words: str) -> None:
        """The page of this title has come, and these words can be read on it."""
        expect(self.page.locator("h1")).to_contain_text(title, timeout=PATIENCE)
        self.page.wait_for_load_state()
        for each in words:
            expect(self.page.locator("main")).to_contain_text(each, use_inner_text=True, timeout=PATIENCE)

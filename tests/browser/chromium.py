"""The machine's own Chromium, driven by Playwright; nothing is downloaded and no other host is asked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def missing() -> list[str]:
    """What has to be installed before a browser can be driven and its pages examined."""
    wanted = {"playwright": "playwright", "axe_playwright_python": "axe-playwright-python"}
    packages = [package for module, package in wanted.items() if find_spec(module) is None]
    return packages + ([] if _program() else ["chromium"])


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless Chromium with an empty profile."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_program(), args=list(FLAGS))
        yield browser
        browser.close()


def _program() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Seen:
    """What a page did that no page may do: errors in the console, and requests to other hosts."""

    def __init__(self, page: Page, url: str) -> None:
        self.faults: list[str] = []
        self._page, self._url = page, url
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        is_about_the_page = message.location["url"].split("#")[0] == self._page.url.split("#")[0]
        if message.type == "error" and not (is_about_the_page and message.text.startswith("Failed to load resource")):
            self.faults.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self._url}/", "data:")):
            self.faults.append(f"another host: {request.url}")

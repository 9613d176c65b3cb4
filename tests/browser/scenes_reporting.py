"""The states of the manager's report, as somebody who signed in meets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.browser.figures import PERIOD
from tests.browser.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

_QUARTERS = "from=2026-01-01&to=2026-09-30"
_LONG_SITE = "llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch-hall"


def _signed_in(path: str) -> Callable[[Page, Stage], None]:
    def look(page: Page, stage: Stage) -> None:
        page.goto(stage.url + "/signin")
        page.get_by_role("button", name="Dev Patel, manager").click()
        page.goto(stage.url + path)

    return look


SCENES: dict[str, Callable[[Page, Stage], None]] = {
    "report-manager": _signed_in(f"/report?{_QUARTERS}"),
    "report-manager-filtered": _signed_in(f"/report?{_QUARTERS}&site=pool&source=A1&deprivation=1&ethnicity=white"),
    "report-manager-long-site": _signed_in(f"/report?{_QUARTERS}&site={_LONG_SITE}"),
    "report-manager-wrong": _signed_in("/report?from=2026-02-03&to=x&site=%3Cb%3E&source=ZZ&ethnicity=white"),
    "report-manager-exact": _signed_in(f"/report/exact?{PERIOD}&site={_LONG_SITE}"),
    "report-manager-exact-nobody": _signed_in(f"/report/exact?{PERIOD}&source=E4&ethnicity=black"),
    "report-manager-exact-wrong": _signed_in("/report/exact?from-day=31&from-month=2&from-year=2026&deprivation=9"),
}
"""Name → how to get there."""

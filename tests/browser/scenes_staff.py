"""What everybody who works here meets: signing in and out, the audit, and being turned away."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.browser.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

Scene = Callable[["Page", Stage], None]


def sign_in(page: Page, stage: Stage, role: str, then: str = "", service: str = "ZT001") -> None:
    """As a person does: choose somebody with the role on the page of local mode; then go on to a path."""
    page.goto(f"{stage.url}/signin?next={then}")
    form = page.locator("form", has=page.locator(f"button[value^={service}-]"))
    form.locator(f"button[value^={service}-{role}]").click()
    page.wait_for_url(lambda url: "/signin?" not in url)
    page.wait_for_load_state()  # its scripts have run


def as_staff(role: str, path: str) -> Scene:
    return lambda page, stage: sign_in(page, stage, role, path)


def _signed_out(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "manager")
    page.get_by_role("button", name="Sign out").first.click()


def _too_late(page: Page, stage: Stage) -> None:
    """A form that was open when the session ended."""
    sign_in(page, stage, "manager", "/accesses/reporting")
    page.context.clear_cookies()
    page.evaluate("""() => {
      const form = document.querySelector('.nhsuk-header__account form');
      form.action = '/fails/for-staff'; form.submit();
    }""")
    page.wait_for_url("**/fails/for-staff")


def _soon_signed_out(page: Page, stage: Stage) -> None:
    page.clock.install()
    sign_in(page, stage, "manager", "/accesses/scheduling?record=nothing")
    page.clock.fast_forward("28:30")
    page.locator("dialog[open]").wait_for()


def _with_rows(page: Page, stage: Stage) -> None:
    stage.touch("offer-of-a-patient", times=30)
    sign_in(page, stage, "manager", "/accesses/reporting")


def audit_of(*services: str) -> dict[str, Scene]:
    """Each service has its own; in these nothing is found."""
    return {f"accesses-none-{each}": as_staff("manager", f"/accesses/{each}?record=nothing") for each in services}


SCENES: dict[str, Scene] = {
    "signin-personas": lambda page, stage: page.goto(f"{stage.url}/signin?next=/report") and None,
    "signin-ended": _signed_out,
    "signin-ended-idle": lambda page, stage: page.goto(f"{stage.url}/signin/ended?why=idle") and None,
    "signin-too-late": _too_late,
    "signin-soon-over": _soon_signed_out,
    "accesses-many": _with_rows,
    "403-another-role": as_staff("clinician", "/accesses/reporting"),
}

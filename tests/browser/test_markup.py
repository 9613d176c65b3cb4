"""Scripts that somebody writes into a field run on no page of a browser: no dialog, no report, no other host."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import pytest

from tests.browser.scenes_referral import ANSWERS, fill
from tests.browser.stage import at_an_address
from tests.journeys.visitors import Visitor
from tests.security.planting import plant
from tests.security.test_matrix import STAFF, UNTIED, allowed, is_api
from tests.security.two_services import OURS, TwoServices

HOST = "https://elsewhere.example"
CORPUS = (
    "<script data-planted>planted=1</script>",
    '"><img src=x data-planted onerror=planted=1>',
    "'><svg data-planted onload=planted=1>",
    "</textarea><img src=x onerror=planted=1>",
    "</title></style></script><svg onload=planted=1>",
    "--><img src=x onerror=planted=1>",
    f"<img src={HOST}/p>",
    f"<link rel=stylesheet href={HOST}/s>",
    f"<iframe src={HOST}/f></iframe>",
    "<input autofocus onfocus=planted=1>",
    "<details open ontoggle=planted=1>",
    "<iframe srcdoc='<script>parent.planted=1</script>'></iframe>",
    "<svg><animate onbegin=planted=1 attributeName=x dur=1s>",
    "<script>alert(1)</script>",
)
PASSIVE = (
    "javascript:planted=1",
    "{{ planted=1 }}",
    "${planted=1}",
    "\\u003cscript\\u003eplanted=1",
    f"<base href={HOST}>",
)
"""Only harmful where something uses them: in an address, a template or a script."""
TEXT = "\n".join((*CORPUS, *PASSIVE))
WRITTEN = frozenset(
    {"given_name", "family_name", "address_line_1", "town", "emergency_name", "therapy_service", "help", "needs"}
)
"""Fields of a self-referral that take any words."""
REFLECTED = (
    "/risks?show={}", "/risks?show=closed&after={}", "/worklist?stage={}", "/signin?next={}", "/signin/ended?why={}",
    "/report?from={}", "/referrals/{}", "/offer/link/{}", "/refer/{}",
)  # fmt: skip


class Watched:
    """A page, and what happened on it that may not: `faults`."""

    def __init__(self, chromium: Any, url: str, **options: Any) -> None:
        self.url, self.faults = url, list[str]()
        self.context = chromium.new_context(**options)
        self.context.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error('Content Security Policy'))"
        )
        self.context.route("**/*", self._asked)
        self.page = self.context.new_page()
        self.page.on("dialog", self._spoken)
        self.page.on("console", self._said)

    def _asked(self, route: Any) -> None:
        if route.request.url.startswith((f"{self.url}/", "data:", "blob:")):
            return route.continue_()
        self.faults.append(f"another host: {route.request.url}")
        return route.abort()

    def _spoken(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _said(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(f"report: {message.text[:200]}")

    def opens(self, path: str) -> str:
        """What stands on the page, once it is at rest."""
        self.page.goto(self.url + path)
        return self.looks(path)

    def looks(self, path: str) -> str:
        self.page.wait_for_load_state("load")
        if self.page.evaluate("typeof planted") != "undefined":
            self.faults.append(f"a script ran: {path}")
        if self.page.locator("[data-planted]").count():
            self.faults.append(f"an element came of it: {path}")
        return str(self.page.content())


@pytest.fixture(scope="module")
def services(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoServices]:
    folder = tmp_path_factory.mktemp("planted")
    with at_an_address(lambda url: _Planted(folder, url, assets)) as made:
        yield made.services
        made.services.world.close()


class _Planted:
    """Each patient has others of the corpus for names."""

    def __init__(self, folder: Path, url: str, assets: Path) -> None:
        self.services = plant(folder, lambda number: CORPUS[number % len(CORPUS)], TEXT[:1000], url, assets)
        self.gateway = self.services.world.gateway


@pytest.mark.parametrize("payload", CORPUS)
def test_every_payload_does_something_where_nothing_is_escaped(chromium: Any, payload: str) -> None:
    """Else the rest proves nothing."""
    watched = Watched(chromium, "http://nowhere.example")
    watched.page.set_content(f"<title>x</title><p title=''>{payload}</p>")
    watched.page.wait_for_timeout(200)
    watched.looks("unescaped")
    watched.context.close()
    assert watched.faults != []


@pytest.mark.parametrize("role", STAFF)
def test_no_script_runs_on_a_page_of_staff(chromium: Any, services: TwoServices, role: str) -> None:
    booked = services.booked(OURS)
    ids = {**services.ids(OURS), "session_id": booked["session_id"], "booking_id": booked["id"]}
    subject = services.instructor(ids["session_id"]) if role == "instructor" else None
    watched = _as_staff(chromium, services, role, subject)
    shown = 0
    for path in _pages(services, role, ids):
        shown += "planted" in watched.opens(path)
    for path in REFLECTED:
        watched.opens(path.format("%22%3E%3Cimg%20src%3Dx%20data-planted%20onerror%3Dplanted%3D1%3E"))
    watched.context.close()
    assert watched.faults == []
    assert shown or role == "manager", "else it was shown nowhere; managers see figures only"


def test_no_script_runs_on_a_page_of_a_patient_who_has_a_place_offered(chromium: Any, services: TwoServices) -> None:
    clinic, patient = services.offered(OURS)
    watched = Watched(chromium, services.world.url)
    watched.opens(str(clinic.link(patient, "offer")))
    watched.page.get_by_role("button", name="Continue").click()
    watched.looks("/offer")
    watched.opens("/offer?times=%3Csvg%20onload%3Dplanted%3D1%3E")
    watched.context.close()
    assert watched.faults == []


@pytest.mark.parametrize("start", [0, 5, 10])
def test_no_script_runs_on_the_page_where_somebody_checks_what_they_wrote(
    chromium: Any, services: TwoServices, start: int
) -> None:
    """Each field has another payload each time."""
    payloads = itertools.cycle(CORPUS[start:] + CORPUS[:start])
    written = {
        step: {name: next(payloads) if name in WRITTEN else value for name, value in fields.items()}
        for step, fields in {**ANSWERS, "needs": {"needs": ""}, "help": {"help": ""}}.items()
    }
    watched = Watched(chromium, services.world.url)
    fill(watched.page, services.world, "check", written)
    page = watched.looks("/refer/check")
    for step in ("name", "address", "emergency-contact", "help", "needs"):
        page += watched.opens(f"/refer/{step}")
    watched.context.close()
    assert watched.faults == []
    assert page.count("planted") > len(WRITTEN) // 2, "else it was shown nowhere"


def _pages(services: TwoServices, role: str, ids: dict[str, str]) -> Iterator[str]:
    for route in services.routes():
        is_page = not is_api(route) and not PurePath(route.path).suffix
        names_one = not set(route.variables) & {"token", *UNTIED}
        if route.method == "GET" and is_page and names_one and role in allowed(route.rule):
            yield route.at(ids)


def _as_staff(chromium: Any, services: TwoServices, role: str, subject: str | None) -> Watched:
    token = Visitor(services.world, role, OURS, subject)._headers["Authorization"]
    return Watched(chromium, services.world.url, extra_http_headers={"Authorization": token})

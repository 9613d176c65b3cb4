"""The clinician's pages in each of their states, and how a browser gets there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from movewell.contracts.types import RejectionReason, SessionFormat
from referral.domain.decision import Choice, Made, OverrideReason

from tests.browser.patients import ARABIC, LONG, Patients
from tests.browser.scenes_staff import sign_in
from tests.browser.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

Scene = Callable[["Page", Stage], None]
_PATIENTS: WeakKeyDictionary[Stage, Patients] = WeakKeyDictionary()
_OTHERWISE = Made(
    choice=Choice.ACCEPT,
    format=SessionFormat.ONE_TO_ONE,
    sessions_planned=6,
    override=OverrideReason.PATIENT_PREFERENCE,
    note="Is afraid of groups; wants to try one later.",
)


def patients(stage: Stage) -> Patients:
    """Of this stage: some in every state, so that no list is short."""
    if stage not in _PATIENTS:
        made = _PATIENTS[stage] = Patients(stage)
        _in_every_state(made)
    return _PATIENTS[stage]


def _in_every_state(made: Patients) -> None:
    made.is_treated(made.decide(made.screen(made.refer("Priya", "Raman", days_ago=40, email="priya@patients.example"))))
    made.is_not_reached(made.decide(made.screen(made.refer("Tom", "Ashworth", days_ago=50))))
    made.screen(made.refer("Grace", LONG, days_ago=130, phone="07700 900001"), symptoms=True)
    made.screen(made.refer("محمد", ARABIC, days_ago=44, phone="07700 900002"), systolic=190)
    made.screen(made.decide(made.screen(made.refer("Ewan", "Moss", days_ago=60, phone="07700 900003"))), systolic=190)
    for number in range(30):
        made.refer("Sam", f"Patient {number}", days_ago=36 - number, phone="07700 900004")


def _as(role: str, path: Callable[[Stage], str], service: str = "ZT001") -> Scene:
    return lambda page, stage: sign_in(page, stage, role, path(stage), service)


def _clinician(path: str) -> Scene:
    return _as("clinician", lambda stage: patients(stage) and path)


def _of(make: Callable[[Patients], str], then: str = "") -> Scene:
    """A page of a new patient's referral."""
    return _as("clinician", lambda stage: f"/referrals/{make(patients(stage))}{then}")


def _sent(scene: Scene, **filled: str) -> Scene:
    """The form in `main` of a scene, with these fields written into, sent."""

    def send(page: Page, stage: Stage) -> None:
        scene(page, stage)
        for id, text in filled.items():
            page.fill(f"#{id}", text)
        page.locator("main form").last.locator("button").last.click()

    return send


def _searched(term: str) -> Scene:
    def search(page: Page, stage: Stage) -> None:
        _clinician("/worklist")(page, stage)
        page.fill("#term", term)
        page.get_by_role("button", name="Search").click()

    return search


def _new(made: Patients) -> str:
    return made.refer("Ada", "Quux", days_ago=3, email="ada.quux@patients.example", phone="07700 900123")


def _fit(made: Patients) -> str:
    return made.screen(_new(made))


def _long(made: Patients) -> str:
    return made.refer("Grace", LONG, email=f"{'very.long.' * 6}name@patients.example")


def _decided(page: Page, stage: Stage) -> None:
    _of(_fit, "/decision")(page, stage)
    page.check("#choice")
    page.get_by_role("button", name="Record the decision").click()


def _screened(page: Page, stage: Stage) -> None:
    _of(_new, "/screening")(page, stage)
    for id, text in (("systolic", "124"), ("diastolic", "78"), ("heart_rate", "68")):
        page.fill(f"#{id}", text)
    for name in ("active", "disease", "symptoms"):
        page.check(f"input[name={name}][value=no]")
    page.get_by_label("None of these").check()
    page.get_by_role("button", name="Record the screening").click()


def _second_page(page: Page, stage: Stage) -> None:
    _clinician("/worklist")(page, stage)
    page.get_by_role("link", name="Next").click()


def _changed_meanwhile(page: Page, stage: Stage) -> None:
    made = patients(stage)
    id = _fit(made)
    sign_in(page, stage, "clinician", f"/referrals/{id}/decision")
    made.screen(id, systolic=190)
    page.check("#choice")
    page.get_by_role("button", name="Record the decision").click()


def _ended(made: Patients) -> str:
    return made.decide(
        made.screen(_new(made), systolic=190),
        Made(choice=Choice.DECLINE, rejection=RejectionReason.NOT_CLINICALLY_APPROPRIATE),
    )


SCENES: dict[str, Scene] = {
    "worklist": _clinician("/worklist"),
    "worklist-second-page": _second_page,
    "worklist-flagged": _clinician("/worklist?show=flagged&sort=wait"),
    "worklist-nothing-found": _clinician("/worklist?show=delivered"),
    "worklist-empty": _as("clinician", lambda stage: "/worklist", "ZT002"),
    "worklist-coordinator": _as("coordinator", lambda stage: patients(stage) and "/worklist"),
    "worklist-search-error": _searched(" "),
    "worklist-search": _searched("ashworth"),
    "worklist-search-right-to-left": _searched(ARABIC),
    "worklist-search-nobody": _searched("Nobody"),
    "referral-new": _of(_new),
    "referral-treated": _of(
        lambda made: made.is_treated(made.decide(made.screen(made.refer("Ada", "Quux", days_ago=40)), _OTHERWISE))
    ),
    "referral-long-name": _of(_long),
    "referral-ended": _of(_ended),
    "referral-coordinator": _as("coordinator", lambda stage: f"/referrals/{_fit(patients(stage))}"),
    "screening-form": _of(_new, "/screening"),
    "screening-again": _of(_fit, "/screening"),
    "screening-errors": _sent(_of(_new, "/screening"), systolic="abc", diastolic="80"),
    "screening-ended": _of(_ended, "/screening"),
    "screening-cleared": _screened,
    "screening-contraindicated": _of(
        lambda made: made.screen(_new(made), systolic=190, contraindications=["febrile_illness"]), "/screening/result"
    ),
    "screening-none": _of(_new, "/screening/result"),
    "decision-accept": _of(_fit, "/decision"),
    "decision-not-screened": _of(_new, "/decision"),
    "decision-ask-gp": _of(lambda made: made.screen(_new(made), symptoms=True), "/decision"),
    "decision-under-way": _of(lambda made: made.decide(_fit(made)), "/decision"),
    "decision-errors": _sent(_of(_new, "/decision")),
    "decision-changed-meanwhile": _changed_meanwhile,
    "decision-ended": _of(_ended, "/decision"),
    "decision-done": _decided,
}
"""Name → how to get there."""

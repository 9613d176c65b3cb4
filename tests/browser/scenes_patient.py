"""Every state of a patient's sessions, and of asking for another time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from movewell.contracts import referral as said
from movewell.contracts.types import Actor, AttendanceCode, Intensity
from movewell.store.unit import Unit
from scheduling.application.answer_offer import ask_another_time
from scheduling.application.follow_referral import close_programme, note_clearance
from scheduling.application.settle_booking import bookings_of, cancel_the_rest
from scheduling.domain.booking import Booking, BookingStatus
from scheduling.domain.offer import Offer
from scheduling.domain.preference import Preference
from scheduling.domain.programme import MOST_ASKED, Programme
from scheduling.domain.session import Session

from tests.browser.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

Scene = Callable[["Page", Stage], None]
NEVER = Preference.of(["sunday-evening", "tuesday-evening"])
CAME = (
    (BookingStatus.ATTENDED, AttendanceCode.ATTENDED),
    (BookingStatus.ATTENDED, AttendanceCode.ARRIVED_LATE_SEEN),
    (BookingStatus.MISSED, AttendanceCode.DID_NOT_ATTEND),
    (BookingStatus.CANCELLED, AttendanceCode.CANCELLED_BY_PROVIDER),
    (BookingStatus.BOOKED, None),
)


def do(stage: Stage, work: Callable[[Unit], Any]) -> Any:
    return stage.at("scheduling", work)


def enter(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Continue").click()


def referral(stage: Stage) -> str:
    """A new patient with eight sessions to come."""
    offer_id = stage.offer("accepted")
    return str(do(stage, lambda unit: unit.get(Offer, offer_id)).referral_id)


def _bookings(stage: Stage, referral_id: str) -> list[Booking]:
    found: list[Booking] = do(stage, lambda unit: bookings_of(unit, referral_id))
    return found


def _past(unit: Unit, referral_id: str) -> None:
    """The first five have been, each with another ending."""
    for weeks, (booking, (status, code)) in enumerate(zip(bookings_of(unit, referral_id), CAME, strict=False)):
        booking.starts_at = unit.now - timedelta(weeks=5 - weeks)
        booking.status, booking.code = status, code
        unit.save(booking)


def _all_past(unit: Unit, referral_id: str) -> None:
    _past(unit, referral_id)
    cancel_the_rest(unit, referral_id, AttendanceCode.CANCELLED_BY_PATIENT, Actor.PATIENT)


def _ended(unit: Unit, referral_id: str) -> None:
    person_id = unit.get(Programme, referral_id).person_id
    close_programme(said.ReferralWithdrawn(referral_id=referral_id, person_id=person_id, withdrawn_at=unit.now), unit)


def _short_clearance(unit: Unit, referral_id: str) -> None:
    person_id = unit.get(Programme, referral_id).person_id
    until: date = unit.now.date()
    event = said.ClearanceGranted(
        referral_id=referral_id, person_id=person_id, ceiling=Intensity.LIGHT, valid_until=until
    )
    note_clearance(event, unit)


def _sessions(change: Callable[[Unit, str], None] | None = None, path: str = "") -> Scene:
    """A page behind the link; `{first}` in the path is the id of the first booking."""

    def look(page: Page, stage: Stage) -> None:
        referral_id = referral(stage)
        first = _bookings(stage, referral_id)[0].id
        if change is not None:
            do(stage, lambda unit: change(unit, referral_id))
        enter(page, stage.link("booking", referral_id))
        page.goto(f"{stage.url}/booking{path.format(first=first)}")

    return look


def _sent(scene: Scene, button: str, choose: bool = False) -> Scene:
    def send(page: Page, stage: Stage) -> None:
        scene(page, stage)
        if choose:
            page.locator("input[type=radio]").first.check()
        page.get_by_role("button", name=button).click()

    return send


def _taken(page: Page, stage: Stage) -> None:
    """Somebody else was quicker."""
    _sessions(path="/{first}/move")(page, stage)
    chosen = page.locator("input[name=session]").first
    chosen.check()
    id = chosen.get_attribute("value")

    def change(unit: Unit, full: bool) -> None:
        session = unit.get(Session, id)
        session.capacity, session.full = (len(session.seats), True) if full else (100, False)
        unit.save(session)

    do(stage, lambda unit: change(unit, True))
    page.get_by_role("button", name="Move my session").click()
    do(stage, lambda unit: change(unit, False))


def _link(page: Page, stage: Stage) -> None:
    page.goto(stage.link("booking", referral(stage)))


def _another_time(*times: str, asked: int = 0) -> Scene:
    """The form of another time, with these chosen, of somebody who has asked before."""

    def look(page: Page, stage: Stage) -> None:
        offer_id = stage.offer()
        do(stage, lambda unit: _asked_before(unit, offer_id, asked))
        enter(page, stage.link("offer", offer_id))
        page.goto(f"{stage.url}/offer/another-time")
        for each in times:
            page.check(f"#{each}")

    return look


def _asked_before(unit: Unit, offer_id: str, times: int) -> None:
    programme = unit.get(Programme, unit.get(Offer, offer_id).referral_id)
    programme.times_asked = times
    unit.save(programme)


def _returned(preference: Preference | None = None, asked: int = 0) -> Scene:
    """The page of an offer that was given back; without a preference there is a place that suits."""

    def look(page: Page, stage: Stage) -> None:
        offer_id = stage.offer()
        wish = preference or stage.another_time()
        do(stage, lambda unit: _asked_before(unit, offer_id, asked))
        do(stage, lambda unit: ask_another_time(unit, offer_id, wish, Actor.PATIENT))
        enter(page, stage.link("offer", offer_id))

    return look


_FORM = _another_time()
SCENES: dict[str, Scene] = {
    "booking-link": _link,
    "booking": _sessions(),
    "booking-with-a-past": _sessions(_past),
    "booking-moved": _sent(_sessions(path="/{first}/move"), "Move my session", choose=True),
    "booking-cancelled": _sent(_sessions(path="/{first}/cancel"), "Yes, cancel it"),
    "booking-all-cancelled": _sent(_sessions(path="/cancel"), "Yes, cancel all of them"),
    "booking-all-past": _sessions(_all_past),
    "booking-ended": _sessions(_ended),
    "booking-move": _sessions(path="/{first}/move"),
    "booking-move-error": _sent(_sessions(path="/{first}/move"), "Move my session"),
    "booking-move-taken": _taken,
    "booking-move-nowhere": _sessions(_short_clearance, "/{first}/move"),
    "booking-move-begun": _sessions(_past, "/{first}/move"),
    "booking-cancel": _sessions(path="/{first}/cancel"),
    "booking-cancel-all": _sessions(path="/cancel"),
    "another-time": _FORM,
    "another-time-error": _sent(_FORM, "Ask for another time"),
    "another-time-last": _another_time("sunday-evening", asked=MOST_ASKED),
    "offer-returned-offered": _returned(),
    "offer-returned-waiting": _returned(NEVER),
    "offer-returned-to-call": _returned(NEVER, asked=MOST_ASKED),
}

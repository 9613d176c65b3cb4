"""The pages of instructors and coordinators in scheduling, each in every state that somebody can meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from movewell.adapters import open_keyring
from movewell.contracts import referral as said
from movewell.contracts.people import PersonRegistered
from movewell.contracts.types import Actor, AttendanceCode, Intensity, SessionFormat
from movewell.keyring.sealing import seal
from movewell.settings import ServiceSettings, load
from movewell.store.unit import new_id
from scheduling.application.answer_offer import accept_offer, decline_offer
from scheduling.application.cancel_session import cancel_session
from scheduling.application.follow_referral import accept_programme, note_clearance
from scheduling.application.keep_person import keep_person
from scheduling.application.settle_booking import record_attendance
from scheduling.domain.booking import Booking
from scheduling.domain.programme import Programme
from scheduling.domain.session import Seat, Session

from deploy.local.site import TENANT
from tests.browser.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

Scene = Callable[["Page", Stage], None]
NAMES = ("Ada Example", "ليلى الأمثلة", "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch-Featherstonehaugh")
CONTACT = {"name": "Kim Example", "phone": "01632 960001"}


def sign_in(page: Page, stage: Stage, role: str) -> None:
    """As somebody with this role, by local mode's own page."""
    page.context.request.post(f"{stage.url}/signin/as", form={"persona": f"{TENANT}-{role}-1"})


def _person(stage: Stage, name: str, contact: dict[str, str] | None = None) -> str:
    settings = load(ServiceSettings, stage.site.environment("scheduling", stage.url, None))
    keyring, id = open_keyring(settings.keyring_url, settings.keyring_secret, "referral"), new_id()
    keyring.create(TENANT, id)
    identity = seal(keyring, TENANT, id, "identity", {"given_names": [name], "family_name": None})
    event = PersonRegistered(
        person_id=id,
        identity=identity,
        contact=identity,
        registered_at=stage.clock.now(),
        emergency_contact=seal(keyring, TENANT, id, "emergency_contact", contact) if contact else None,
    )
    stage._do("scheduling", lambda unit: keep_person(event, unit))
    keyring.close()
    return id


def _programme(
    stage: Stage, name: str = NAMES[0], format: SessionFormat = SessionFormat.GROUP, **more: Any
) -> Programme:
    """A referral that was cleared and accepted; a group place is offered, for another nobody has a place."""
    ids = {"referral_id": new_id(), "person_id": _person(stage, name, more.get("contact"))}
    precautions = more.get("precautions")
    cleared = said.ClearanceGranted(
        **ids, ceiling=Intensity.MODERATE, valid_until=date(2099, 1, 1), precautions=precautions
    )
    accepted = said.ReferralAccepted(**ids, format=format, sessions_planned=8, accepted_at=stage.clock.now())
    stage._do("scheduling", lambda unit: note_clearance(cleared, unit))
    stage._do("scheduling", lambda unit: accept_programme(accepted, unit))
    found: Programme = stage._do("scheduling", lambda unit: unit.get(Programme, ids["referral_id"]))
    return found


def register(stage: Stage, names: tuple[str, ...] = NAMES, begun: bool = True) -> tuple[str, list[str]]:
    """A session that began ten minutes ago, or begins in an hour; its id and those of its bookings."""
    starts_at = stage.clock.now() + (timedelta(minutes=-10) if begun else timedelta(hours=1))
    session = Session(
        id=new_id(),
        tenant=TENANT,
        series_id="walk",
        venue_id="park",
        instructor_id="instructor-1",
        format=SessionFormat.GROUP,
        capacity=8,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
    )
    bookings = []
    for number, name in enumerate(names):
        first = number == 0
        more = {"contact": CONTACT, "precautions": "acsm-2 falls"} if first else {}
        programme = _programme(stage, name, SessionFormat.ONE_TO_ONE, **more)
        booking = Booking(
            id=new_id(),
            tenant=TENANT,
            referral_id=programme.id,
            person_id=programme.person_id,
            session_id=session.id,
            ordinal=1,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
        )
        session.seats[programme.id] = Seat(new_id(), booking.id)
        bookings.append(booking)
    stage._do("scheduling", lambda unit: [unit.save(each) for each in (session, *bookings)])
    return session.id, [each.id for each in bookings]


def _as(role: str, path: str) -> Scene:
    def look(page: Page, stage: Stage) -> None:
        sign_in(page, stage, role)
        page.goto(stage.url + path)

    return look


def _register(role: str = "instructor", **how: Any) -> Scene:
    def look(page: Page, stage: Stage) -> None:
        id, _ = register(stage, **how)
        sign_in(page, stage, role)
        page.goto(f"{stage.url}/register/{id}")

    return look


def _recorded(page: Page, stage: Stage) -> None:
    id, bookings = register(stage)
    for booking, code in zip(bookings, ("5", "3", "6"), strict=True):
        code = AttendanceCode(code)
        stage._do("scheduling", lambda unit, b=booking, c=code: record_attendance(unit, b, c, "instructor-1"))
    sign_in(page, stage, "instructor")
    page.goto(f"{stage.url}/register/{id}?done=attendance")


def _tapped_too_late(page: Page, stage: Stage) -> None:
    """Without its script, the page of an instructor that is older than what a colleague recorded."""
    id, [booking, *_] = register(stage)
    sign_in(page, stage, "instructor")
    page.route("**/movewell-register.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto(f"{stage.url}/register/{id}")
    stage._do("scheduling", lambda unit: record_attendance(unit, booking, AttendanceCode.ATTENDED, "kit"))
    page.locator(f"#booking-{booking} button[value='3']").click()
    page.locator(".nhsuk-error-summary").wait_for()


def _form(what: str, sent: bool = False, role: str = "instructor") -> Scene:
    def look(page: Page, stage: Stage) -> None:
        id, bookings = register(stage)
        sign_in(page, stage, role)
        page.goto(f"{stage.url}/register/{id}/{what}/{bookings[2]}")
        if sent:
            page.locator("main form button").click()

    return look


def _reported(page: Page, stage: Stage) -> None:
    """An adverse event and a note, on the register."""
    id, [booking, *_] = register(stage)
    sign_in(page, stage, "instructor")
    page.goto(f"{stage.url}/register/{id}/notes/{booking}")
    page.fill("#text", "Sore knee.\nWalked instead.")
    page.locator("main form button").click()
    page.goto(f"{stage.url}/register/{id}/adverse-events/{booking}")
    for field in ("kind", "severity", "relatedness", "action"):
        page.check(f"#{field}")
    page.locator("main form button").click()


def _programme_page(then: Callable[[Page, Stage, Programme], None] | None = None, **how: Any) -> Scene:
    def look(page: Page, stage: Stage) -> None:
        programme = _programme(stage, **how)
        sign_in(page, stage, "coordinator")
        if then:
            then(page, stage, programme)
        page.goto(f"{stage.url}/programmes/{programme.id}") if page.url == "about:blank" else None

    return look


def _answer(how: Callable[..., Any]) -> Callable[[Page, Stage, Programme], None]:
    return lambda page, stage, programme: stage._do(
        "scheduling", lambda unit: how(unit, programme.offer_id, Actor.STAFF)
    )


def _unanswered(page: Page, stage: Stage, programme: Programme) -> None:
    page.goto(f"{stage.url}/programmes/{programme.id}")
    page.get_by_role("button", name="Save the answer").click()


def _changing(how: str, sent: bool) -> Callable[[Page, Stage, Programme], None]:
    def change(page: Page, stage: Stage, programme: Programme) -> None:
        _answer(accept_offer)(page, stage, programme)
        page.goto(f"{stage.url}/programmes/{programme.id}")
        page.locator(f"main a[href$='/{how}']").first.click()
        if sent:
            page.locator("main form button").click()

    return change


def _times(sent: bool) -> Callable[[Page, Stage, Programme], None]:
    def ask(page: Page, stage: Stage, programme: Programme) -> None:
        page.goto(f"{stage.url}/programmes/{programme.id}/times")
        if sent:
            page.locator("main form button").click()

    return ask


def _session(path: str = "", cancelled: bool = False) -> Scene:
    def look(page: Page, stage: Stage) -> None:
        id, _ = register(stage, begun=False)
        if cancelled:
            stage._do("scheduling", lambda unit: cancel_session(unit, id))
        sign_in(page, stage, "coordinator")
        page.goto(f"{stage.url}/sessions/{id}{path}")

    return look


def _series_with_faults(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "coordinator")
    page.goto(f"{stage.url}/sessions/new")
    page.fill("#capacity", "many")
    page.locator("main form button").click()


def _series_typed(sent: bool) -> Scene:
    """Where the service lists neither venues nor instructors."""

    def look(page: Page, stage: Stage) -> None:
        page.context.request.post(f"{stage.url}/signin/as", form={"persona": "ZT002-coordinator-2"})
        page.goto(f"{stage.url}/sessions/new")
        if sent:
            page.locator("main form button").click()

    return look


def _offers(page: Page, stage: Stage) -> None:
    for name in NAMES:
        _programme(stage, name)
    refused = _programme(stage)
    _answer(decline_offer)(page, stage, refused)
    _as("coordinator", "/offers")(page, stage)


def _waiting(page: Page, stage: Stage) -> None:
    for name in NAMES:
        _programme(stage, name, SessionFormat.ONE_TO_ONE)
    _as("coordinator", "/waiting-list")(page, stage)


def _day_of(role: str) -> Scene:
    def look(page: Page, stage: Stage) -> None:
        register(stage)
        _as(role, "/today")(page, stage)

    return look


_SOON = (datetime.now(UTC) + timedelta(days=9)).date()
SCENES: dict[str, Scene] = {
    "today-instructor": _day_of("instructor"),
    "today-coordinator": _day_of("coordinator"),
    "today-empty": _as("instructor", "/today?day=2020-01-01"),
    "register": _register(),
    "register-before-the-start": _register(begun=False),
    "register-nobody": _register(names=()),
    "register-of-a-clinician": _register(role="clinician"),
    "register-recorded": _recorded,
    "register-refused": _tapped_too_late,
    "register-reported": _reported,
    "adverse-event": _form("adverse-events"),
    "adverse-event-errors": _form("adverse-events", sent=True),
    "note": _form("notes"),
    "note-error": _form("notes", sent=True),
    "sessions": _as("coordinator", f"/sessions?first={_SOON}&last={_SOON + timedelta(days=90)}"),
    "sessions-none": _as("coordinator", "/sessions?first=2020-01-01&last=2020-01-31"),
    "sessions-error": _as("coordinator", "/sessions?first=2020-02-30"),
    "sessions-new": _as("coordinator", "/sessions/new"),
    "sessions-new-errors": _series_with_faults,
    "sessions-new-typed": _series_typed(sent=False),
    "sessions-new-typed-errors": _series_typed(sent=True),
    "session": _session(),
    "session-cancelled": _session("?done=cancelled", cancelled=True),
    "session-cancel": _session("/cancel"),
    "session-cancel-again": _session("/cancel", cancelled=True),
    "offers": _offers,
    "waiting-list": _waiting,
    "programme-offered": _programme_page(),
    "programme-error": _programme_page(_unanswered),
    "programme-booked": _programme_page(_answer(accept_offer)),
    "programme-unanswered": _programme_page(_answer(decline_offer)),
    "programme-waiting": _programme_page(format=SessionFormat.ONE_TO_ONE),
    "programme-booking-cancel": _programme_page(_changing("cancel", sent=False)),
    "programme-booking-cancel-error": _programme_page(_changing("cancel", sent=True)),
    "programme-booking-move": _programme_page(_changing("move", sent=False)),
    "programme-booking-move-error": _programme_page(_changing("move", sent=True)),
    "programme-times": _programme_page(_times(sent=False)),
    "programme-times-error": _programme_page(_times(sent=True)),
}

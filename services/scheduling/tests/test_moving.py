"""A booking moves as a whole: a seat for a seat, in the same hour of nobody else's."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from movewell.contracts import referral as said
from movewell.contracts.types import Actor, AttendanceCode, Intensity, ScreeningOutcome, SessionFormat
from movewell.kernel import DomainError, NotFound
from movewell.store.sqlite import SqliteStore
from scheduling.application.follow_referral import note_clearance, withdraw_clearance
from scheduling.application.move_booking import OutsideProgramme, move_booking, sessions_to_move_to
from scheduling.application.settle_booking import cancel_booking
from scheduling.domain.booking import Booking, BookingSettled, SessionBegun
from scheduling.domain.programme import ClearanceMissing, ProgrammeEnded
from scheduling.domain.session import AlreadyElsewhere, Session, SessionFull

from .scene import START, Site, uid

WEDNESDAY = datetime(2026, 3, 11, 14, 0)  # noqa: DTZ001


@pytest.fixture
def site() -> Site:
    """Patient 1 has eight Mondays; on Wednesdays there is one seat each."""
    made = Site(SqliteStore(None))
    booked(made)
    return made


def booked(site: Site, patients: int = 1) -> None:
    site.series("monday", capacity=20, weeks=8)
    for n in range(1, patients + 1):
        site.accepted(n, SessionFormat.GROUP)
        site.accept(n)
    site.series("wednesday", format=SessionFormat.GROUP, first_starts_at=WEDNESDAY, weeks=8)


def session_of(site: Site, series: str, number: int = 1) -> Session:
    ordered = sorted((each for each in site.sessions() if each.series_id == series), key=lambda each: each.starts_at)
    return ordered[number - 1]


def move(site: Site, booking: Booking, session: Session, by: Actor = Actor.PATIENT) -> Booking:
    made: Booking = site.do(lambda unit: move_booking(unit, booking.id, session.id, by))
    return made


def diary(site: Site, n: int) -> set[str]:
    (row,) = (each for each in site.running.store.scan("diaries") if each["id"].endswith(f"person/{uid(1000 + n)}"))
    return set(row["entries"])


def free(site: Site, booking: Booking) -> list[Session]:
    found: list[Session] = site.do(lambda unit: sessions_to_move_to(unit, booking))
    return found


def test_a_moved_booking_has_the_new_seat_and_the_old_one_is_free(site: Site) -> None:
    first, to = site.bookings(1)[0], session_of(site, "wednesday")
    assert move(site, first, to).ordinal == 1
    assert session_of(site, "wednesday").seats[uid(1)].booking_id == first.id
    assert session_of(site, "wednesday").full
    assert session_of(site, "monday").seats == {}
    assert diary(site, 1) == {each.session_id for each in site.bookings(1)}
    assert "movewell.booking.moved.v1" in site.events()


def test_a_move_that_is_sent_twice_is_one_move(site: Site) -> None:
    first, to = site.bookings(1)[0], session_of(site, "wednesday")
    assert [move(site, first, to).moves for _ in range(2)] == [1, 1]
    assert site.events().count("movewell.booking.moved.v1") == 1


def test_a_booking_can_move_back(site: Site) -> None:
    first = site.bookings(1)[0]
    move(site, first, session_of(site, "wednesday"))
    assert move(site, first, session_of(site, "monday")).moves == 2
    assert session_of(site, "wednesday").seats == {}


def test_the_seat_that_is_left_is_offered_to_who_waits() -> None:
    site = Site(SqliteStore(None))
    alone = {"format": SessionFormat.GROUP, "capacity": 1}
    site.series("monday", weeks=4, **alone)
    site.accepted(1, SessionFormat.GROUP)
    site.accept(1)
    site.accepted(2, SessionFormat.GROUP, sessions=1)
    assert site.programme(2).status.value == "waiting"
    site.series("wednesday", weeks=1, first_starts_at=WEDNESDAY, **alone)
    move(site, site.bookings(1)[0], session_of(site, "wednesday"))
    site.fire()
    assert site.programme(2).status.value == "offered"
    assert uid(2) in session_of(site, "monday").seats


def test_nobody_moves_into_a_full_session(site: Site) -> None:
    site.accepted(2, SessionFormat.GROUP)
    site.accept(2)
    first, second = site.bookings(1)[0], site.bookings(2)[0]
    move(site, first, session_of(site, "wednesday"))
    before = site.bookings(2)
    with pytest.raises(SessionFull):
        move(site, second, session_of(site, "wednesday"))
    assert site.bookings(2) == before
    assert uid(2) in session_of(site, "monday").seats


def test_nobody_is_in_two_places_after_a_move(site: Site) -> None:
    site.series("at-the-same-time", format=SessionFormat.GROUP, first_starts_at=datetime(2026, 3, 9, 10, 30))  # noqa: DTZ001
    bookings, overlaps = site.bookings(1), session_of(site, "at-the-same-time", 2)
    with pytest.raises(AlreadyElsewhere):
        move(site, bookings[0], overlaps)
    assert overlaps.id not in [each.id for each in free(site, bookings[0])]
    assert move(site, bookings[1], overlaps).session_id == overlaps.id, "its own hour is free when it leaves it"


def test_a_session_is_not_moved_to_one_that_the_patient_has(site: Site) -> None:
    bookings = site.bookings(1)
    with pytest.raises(SessionFull):
        move(site, bookings[0], session_of(site, "monday", 2))
    assert not {each.session_id for each in bookings} & {each.id for each in free(site, bookings[0])}


@pytest.mark.parametrize(
    ("series", "changes"),
    [
        ("alone", {"format": SessionFormat.ONE_TO_ONE, "first_starts_at": WEDNESDAY + timedelta(days=1)}),
        ("too-soon", {"first_starts_at": datetime(2026, 3, 3, 8, 59)}),  # noqa: DTZ001
        ("too-late", {"first_starts_at": datetime(2026, 5, 26, 10, 0)}),  # noqa: DTZ001
    ],
    ids=["another format", "in less than 24 hours", "more than 4 weeks after the last"],
)
def test_what_the_programme_does_not_reach_is_refused_and_not_shown(
    site: Site, series: str, changes: dict[str, Any]
) -> None:
    site.series(series, **{"format": SessionFormat.GROUP, "weeks": 1, **changes})
    first, session = site.bookings(1)[0], session_of(site, series)
    with pytest.raises(OutsideProgramme):
        move(site, first, session)
    assert session.id not in [each.id for each in free(site, first)]


def test_a_session_may_move_to_the_last_day_of_the_fourth_week_after_the_last(site: Site) -> None:
    site.series("late", format=SessionFormat.GROUP, weeks=1, first_starts_at=datetime(2026, 5, 25, 20, 0))  # noqa: DTZ001
    first, late = site.bookings(1)[0], session_of(site, "late")
    assert free(site, first)[-1].id == late.id
    assert move(site, first, late).starts_at == late.starts_at


def test_moving_the_last_session_on_and_on_does_not_stretch_the_programme(site: Site) -> None:
    site.series("later", format=SessionFormat.GROUP, weeks=2, first_starts_at=datetime(2026, 5, 20, 10, 0))  # noqa: DTZ001
    last = site.bookings(1)[-1]
    move(site, last, session_of(site, "later", 1))
    with pytest.raises(OutsideProgramme):
        move(site, last, session_of(site, "later", 2))


def test_the_clearance_holds_on_the_new_day(site: Site) -> None:
    shorter = said.ClearanceGranted(
        referral_id=uid(1), person_id=uid(1001), ceiling=Intensity.LIGHT, valid_until=date(2026, 3, 17)
    )
    site.do(lambda unit: note_clearance(shorter, unit))
    first = site.bookings(1)[0]
    assert [each.id for each in free(site, first)] == [session_of(site, "wednesday").id]
    with pytest.raises(OutsideProgramme):
        move(site, first, session_of(site, "wednesday", 2))


def test_without_a_clearance_nothing_moves(site: Site) -> None:
    first = site.bookings(1)[0]
    event = said.ClearanceWithdrawn(
        referral_id=uid(1), person_id=uid(1001), outcome=ScreeningOutcome.CONTRAINDICATED, withdrawn_at=START
    )
    site.do(lambda unit: withdraw_clearance(event, unit))
    with pytest.raises(BookingSettled):
        move(site, first, session_of(site, "wednesday"))
    with pytest.raises(ClearanceMissing):
        free(site, first)


@pytest.mark.parametrize("then", ["begun", "cancelled", "ended"])
def test_what_is_over_does_not_move(site: Site, then: str) -> None:
    first, to = site.bookings(1)[0], session_of(site, "wednesday", 4)
    if then == "begun":
        site.clock.moment = first.starts_at
    elif then == "cancelled":
        code = AttendanceCode.CANCELLED_BY_PATIENT
        site.do(lambda unit: cancel_booking(unit, first.id, code, Actor.PATIENT))
    else:
        site.withdrawn(1)
    with pytest.raises((SessionBegun, BookingSettled, ProgrammeEnded)):
        move(site, first, to)
    assert session_of(site, "wednesday", 4).seats == {}


def test_there_is_no_moving_to_a_session_that_is_not(site: Site) -> None:
    first = site.bookings(1)[0]
    with pytest.raises(NotFound):
        site.do(lambda unit: move_booking(unit, first.id, uid(9), Actor.STAFF))


def test_two_who_move_into_the_last_seat_at_once_one_wins_and_the_other_keeps_what_they_had(tmp_path: Path) -> None:
    site = Site(SqliteStore(str(tmp_path / "scheduling.sqlite")))
    booked(site, patients=6)
    to, refused = session_of(site, "wednesday"), []
    firsts = {n: site.bookings(n)[0] for n in range(1, 7)}

    def race(n: int) -> None:
        try:
            move(site, firsts[n], to)
        except DomainError as error:
            refused.append((n, error.code))

    racers = [threading.Thread(target=race, args=(n,)) for n in firsts]
    for each in racers:
        each.start()
    for each in racers:
        each.join()
    assert {code for _, code in refused} == {"session-full"} and len(refused) == 5
    (winner,) = set(firsts) - {n for n, _ in refused}
    assert list(session_of(site, "wednesday").seats) == [uid(winner)]
    assert set(session_of(site, "monday").seats) == {uid(n) for n, _ in refused}
    for n, _ in refused:
        assert site.bookings(n)[0] == firsts[n] and firsts[n].session_id in diary(site, n)

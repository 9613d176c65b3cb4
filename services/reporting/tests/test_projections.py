"""The figures' rows: folded from the log, the same however often told, and the same when rebuilt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from movewell.contracts import referral as said
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import (
    Actor,
    AttendanceCode,
    EndCode,
    EthnicCategory,
    IntakeChannel,
    Intensity,
    ScreeningOutcome,
    SessionFormat,
    SourceOfReferral,
)
from movewell.log.port import Delivered
from movewell.log.sqlite import SqliteLog
from movewell.projections import Superseded, current_generation, export
from movewell.service import Running, Service
from movewell.store.documents import stored
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause
from movewell.testing.hand_clock import HandClock
from movewell.wire.schema import time_text
from reporting.bootstrap import SERVICE
from reporting.figures.facts import facts_of, text_of

TENANT = "ZT001"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SESSION = START + timedelta(days=14)
DAY = timedelta(days=1)


def uid(number: int) -> str:
    return str(UUID(int=number))


def of(n: int) -> dict[str, str]:
    return {"referral_id": uid(n), "person_id": uid(1000 + n)}


def until_acceptance(n: int) -> list[Any]:
    return [
        said.ReferralReceived(
            **of(n),
            source=SourceOfReferral.GP_PRACTICE,
            channel=IntakeChannel.BARS,
            received_at=START,
            ethnic_category=EthnicCategory.INDIAN if n % 2 else None,
            deprivation_decile=4 if n % 2 else None,
        ),
        said.ScreeningRecorded(
            referral_id=uid(n),
            screening_id=uid(2000 + n),
            ruleset="2026.1",
            outcome=ScreeningOutcome.CLEARED,
            screened_at=START + DAY,
        ),
        said.ClearanceGranted(**of(n), ceiling=Intensity.MODERATE, valid_until=(START + 300 * DAY).date()),
        said.ReferralAccepted(**of(n), format=SessionFormat.GROUP, sessions_planned=2, accepted_at=START + 2 * DAY),
    ]


def booking(n: int, ordinal: int) -> dict[str, str]:
    return {"referral_id": uid(n), "booking_id": uid(10_000 + 10 * n + ordinal), "session_id": uid(500 + ordinal)}


def programme(n: int) -> list[Any]:
    """Two sessions booked, the second cancelled, the first attended."""
    starts = [SESSION, SESSION + 7 * DAY]
    booked = [
        scheduled.SessionBooked(
            **booking(n, ordinal),
            person_id=uid(1000 + n),
            venue_id="gym",
            format=SessionFormat.GROUP,
            ordinal=ordinal,
            starts_at=starts[ordinal - 1],
            ends_at=starts[ordinal - 1] + timedelta(hours=1),
        )
        for ordinal in (1, 2)
    ]
    return [
        scheduled.WaitingStarted(referral_id=uid(n), format=SessionFormat.GROUP, since=START + 2 * DAY),
        scheduled.WaitingEnded(referral_id=uid(n), ended_at=START + 3 * DAY),
        scheduled.OfferAccepted(
            referral_id=uid(n), offer_id=uid(3000 + n), by=Actor.PATIENT, accepted_at=START + 4 * DAY
        ),
        *booked,
        scheduled.BookingCancelled(
            **booking(n, 2), code=AttendanceCode.CANCELLED_BY_PATIENT, by=Actor.PATIENT, cancelled_at=START + 5 * DAY
        ),
        scheduled.SessionAttended(
            **booking(n, 1), code=AttendanceCode.ATTENDED, starts_at=SESSION, recorded_at=SESSION
        ),
    ]


def discharged(n: int) -> said.ReferralDischarged:
    return said.ReferralDischarged(**of(n), end_code=EndCode.MUTUALLY_AGREED, discharged_at=START + 60 * DAY)


class Bench:
    """Referral and scheduling that only publish, the log, and reporting, all in memory."""

    def __init__(self) -> None:
        self.log, clock = SqliteLog(None), HandClock(START)
        self.producers = {
            name: Running(Service(name, stored()), SqliteStore(None), self.log, clock)
            for name in ("referral", "scheduling")
        }
        self.reporting = Running(SERVICE, SqliteStore(None), self.log, clock)
        for each in (*self.producers.values(), self.reporting):
            each.prepare()
        self.relays = [each.relay() for each in self.producers.values()]
        self.consumer = self.reporting.projections()

    def publish(self, *events: Any) -> None:
        for event in events:
            units = self.producers["referral" if type(event).__module__ == said.__name__ else "scheduling"].units
            units.run(TENANT, Cause("c"), lambda unit, event=event: unit.publish(event))
        for relay in self.relays:
            while relay.step():
                pass

    def follow(self) -> None:
        while self.consumer.step(0):
            pass

    def records(self) -> list[Delivered]:
        ends = self.log.ends(["referral", "scheduling"])
        return [each for (topic, p), end in ends.items() for each in self.log.read(topic, p, 0, end)]

    def rows(self, name: str) -> dict[str, dict[str, Any]]:
        generation = current_generation(self.reporting.store)
        return {row["id"]: row for row in self.reporting.store.scan(f"{name}@{generation}")}


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    for n in range(1, 6):
        made.publish(*until_acceptance(n), *programme(n))
    made.publish(discharged(1))
    made.follow()
    return made


def test_a_referral_is_one_row_of_its_steps(bench: Bench) -> None:
    row = bench.rows("referrals")[uid(1)]
    assert row["facts"] == text_of(facts_of(row))
    del row["version"], row["facts"]
    assert row == {
        "id": uid(1),
        "tenant": TENANT,
        "source": "A1",
        "ethnicity": "H",
        "deprivation": 4,
        "site": "gym",
        "received_at": time_text(START),
        "screened_at": time_text(START + DAY),
        "screening_outcome": "cleared",
        "cleared": True,
        "accepted_at": time_text(START + 2 * DAY),
        "format": "group",
        "waiting_since": None,
        "first_booked_at": time_text(START + 4 * DAY),
        "sessions_booked": 2,
        "session_starts": {
            booking(1, 1)["booking_id"]: time_text(SESSION),
            booking(1, 2)["booking_id"]: time_text(SESSION + 7 * DAY),
        },
        "first_session_at": time_text(SESSION),
        "attended_starts": [time_text(SESSION)],
        "sessions_attended": 1,
        "first_attended_at": time_text(SESSION),
        "ended": "discharged",
        "ended_at": time_text(START + 60 * DAY),
        "end_code": "46",
    }


def test_what_a_referral_does_not_tell_is_not_known(bench: Bench) -> None:
    row = bench.rows("referrals")[uid(2)]
    assert (row["ethnicity"], row["deprivation"]) == (None, None)


def test_a_booking_is_one_row_with_its_attendance_code(bench: Bench) -> None:
    rows = bench.rows("bookings")
    assert len(rows) == 10
    assert [rows[booking(3, ordinal)["booking_id"]]["code"] for ordinal in (1, 2)] == ["5", "2"]
    assert {row["site"] for row in rows.values()} == {"gym"}


def test_no_row_names_a_person(bench: Bench) -> None:
    exported = export(bench.reporting.store, SERVICE.projections).decode()
    assert uid(1) in exported
    for n in range(1, 6):
        assert uid(1000 + n) not in exported


def test_the_whole_log_delivered_again_changes_nothing(bench: Bench) -> None:
    before = bench.reporting.digest()
    bench.consumer.apply(bench.records())
    bench.consumer.apply(list(reversed(bench.records())))
    assert bench.reporting.digest() == before


def test_an_erasure_after_another_ending_leaves_that_ending(bench: Bench) -> None:
    bench.publish(*(said.ReferralErased(**of(n), erased_at=START + 90 * DAY) for n in (1, 2)))
    bench.follow()
    rows = bench.rows("referrals")
    assert [rows[uid(n)]["ended"] for n in (1, 2)] == ["discharged", "erased"]


def test_a_rebuild_gives_the_same_rows_and_leaves_no_others(bench: Bench) -> None:
    before = bench.reporting.digest()
    for generation in (2, 3):
        assert bench.reporting.rebuild() == len(bench.records())
        assert current_generation(bench.reporting.store) == generation
        assert bench.reporting.digest() == before
        assert list(bench.reporting.store.scan(f"referrals@{generation - 1}")) == []


def test_a_rebuild_repairs_rows_that_were_spoilt(bench: Bench) -> None:
    before = bench.reporting.digest()
    row = bench.rows("referrals")[uid(1)]
    bench.reporting.store.transaction(
        TENANT, lambda tx: tx.replace("referrals@1", {**row, "source": "B1"}, row["version"])
    )
    assert bench.reporting.digest() != before
    bench.reporting.rebuild()
    assert bench.reporting.digest() == before


def test_after_a_rebuild_the_old_consumer_stops_at_a_new_referral(bench: Bench) -> None:
    bench.reporting.rebuild()
    bench.publish(*until_acceptance(6))
    with pytest.raises(Superseded):
        bench.follow()
    bench.consumer.close()
    bench.consumer = bench.reporting.projections()
    bench.follow()
    assert bench.rows("referrals")[uid(6)]["accepted_at"] == time_text(START + 2 * DAY)


def test_a_consumer_opened_after_a_rebuild_goes_on_where_it_ended(bench: Bench) -> None:
    bench.consumer.close()
    bench.reporting.rebuild()
    bench.consumer = bench.reporting.projections()
    bench.publish(discharged(2))
    bench.follow()
    assert bench.rows("referrals")[uid(2)]["ended"] == "discharged"
    live = bench.reporting.digest()
    bench.reporting.rebuild()
    assert bench.reporting.digest() == live


def test_after_a_rebuild_the_old_consumer_takes_no_event_from_the_new_one(bench: Bench) -> None:
    bench.reporting.rebuild()
    bench.publish(discharged(2))
    with pytest.raises(Superseded):
        bench.follow()
    bench.consumer.close()
    bench.consumer = bench.reporting.projections()
    bench.follow()
    assert bench.rows("referrals")[uid(2)]["ended"] == "discharged"

"""What other services say of a referral, told to referral's views over the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from movewell.contracts import notifications as noted
from movewell.contracts import outcomes as scored
from movewell.contracts import referral as said
from movewell.contracts import scheduling as scheduled
from movewell.contracts.adverse_events import (
    AdverseEventAction,
    AdverseEventKind,
    AdverseEventSeverity,
    Relatedness,
)
from movewell.contracts.declare import declaration_of
from movewell.contracts.types import (
    Actor,
    AttendanceCode,
    Channel,
    IntakeChannel,
    Intensity,
    Measure,
    MessageKind,
    RiskOutcome,
    RiskTrigger,
    ScreeningOutcome,
    SessionFormat,
    SourceOfReferral,
    StopReason,
)
from movewell.keyring.sqlite import SqliteKeyring
from movewell.log.sqlite import SqliteLog
from movewell.projections import current_generation
from movewell.service import Running, Service
from movewell.store.documents import stored
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause
from movewell.testing.hand_clock import HandClock
from referral.bootstrap import make_service

TENANT = "ZT001"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OWNERS = ("referral", "scheduling", "outcomes", "notifications")


def uid(number: int) -> str:
    return str(UUID(int=number))


def of(n: int) -> dict[str, str]:
    return {"referral_id": uid(n), "person_id": uid(1000 + n)}


def received(n: int = 1, day: int = 0, **more: Any) -> said.ReferralReceived:
    taken = {"source": SourceOfReferral.GP_PRACTICE, "channel": IntakeChannel.BARS, "received_at": START + day * DAY}
    return said.ReferralReceived(**of(n), **taken, **more)


def screened(outcome: ScreeningOutcome, n: int = 1, day: int = 1) -> said.ScreeningRecorded:
    facts = {"screening_id": uid(2000 + n), "ruleset": "2026.1", "screened_at": START + day * DAY}
    return said.ScreeningRecorded(referral_id=uid(n), outcome=outcome, **facts)


def cleared(n: int = 1) -> list[Any]:
    until = (START + 300 * DAY).date()
    granted = said.ClearanceGranted(**of(n), ceiling=Intensity.MODERATE, valid_until=until)
    return [screened(ScreeningOutcome.CLEARED, n), granted]


def withdrawn(n: int = 1, day: int = 20) -> list[Any]:
    refused, at = ScreeningOutcome.CONTRAINDICATED, START + day * DAY
    return [screened(refused, n, day), said.ClearanceWithdrawn(**of(n), outcome=refused, withdrawn_at=at)]


def accepted(n: int = 1, day: int = 2) -> said.ReferralAccepted:
    planned = {"format": SessionFormat.GROUP, "sessions_planned": 2}
    return said.ReferralAccepted(**of(n), **planned, accepted_at=START + day * DAY)


def booking(ordinal: int, n: int = 1) -> dict[str, str]:
    return {"referral_id": uid(n), "booking_id": uid(10_000 + 10 * n + ordinal), "session_id": uid(500 + ordinal)}


def starts(ordinal: int) -> datetime:
    return START + (7 + 7 * ordinal) * DAY


def booked(ordinal: int, n: int = 1) -> scheduled.SessionBooked:
    at, format = starts(ordinal), SessionFormat.GROUP
    times = {"starts_at": at, "ends_at": at + timedelta(hours=1)}
    given = {"person_id": uid(1000 + n), "venue_id": "gym", "format": format, "ordinal": ordinal}
    return scheduled.SessionBooked(**booking(ordinal, n), **given, **times)


def attended(ordinal: int, n: int = 1) -> scheduled.SessionAttended:
    times = {"starts_at": starts(ordinal), "recorded_at": starts(ordinal)}
    return scheduled.SessionAttended(**booking(ordinal, n), code=AttendanceCode.ATTENDED, **times)


def missed(ordinal: int, n: int = 1) -> scheduled.SessionMissed:
    times = {"starts_at": starts(ordinal), "recorded_at": starts(ordinal)}
    return scheduled.SessionMissed(**booking(ordinal, n), code=AttendanceCode.DID_NOT_ATTEND, **times)


def moved(ordinal: int, n: int = 1) -> scheduled.BookingMoved:
    times = {"former_starts_at": starts(ordinal), "starts_at": starts(ordinal) + DAY, "moved_at": START + 5 * DAY}
    given = {"person_id": uid(1000 + n), "moves": 1, "by": Actor.PATIENT, "ends_at": starts(ordinal) + 2 * DAY}
    return scheduled.BookingMoved(**booking(ordinal, n), **given, **times)


def corrected(ordinal: int, code: AttendanceCode, n: int = 1) -> scheduled.AttendanceCorrected:
    was, at = AttendanceCode.DID_NOT_ATTEND, starts(ordinal)
    return scheduled.AttendanceCorrected(**booking(ordinal, n), was=was, code=code, starts_at=at, corrected_at=at)


def hurt(n: int = 1, day: int = 14) -> scheduled.AdverseEventReported:
    kinds = {"kind": AdverseEventKind.FALL, "severity": AdverseEventSeverity.MODERATE}
    kinds |= {"relatedness": Relatedness.RELATED, "action": AdverseEventAction.STOPPED}
    ids = {**booking(1, n), "person_id": uid(1000 + n), "adverse_event_id": uid(7000 + n)}
    return scheduled.AdverseEventReported(**ids, **kinds, reported_at=START + day * DAY)


def returned(n: int = 1) -> scheduled.OfferReturned:
    ids = {"referral_id": uid(n), "offer_id": uid(3000 + n)}
    return scheduled.OfferReturned(**ids, times=1, by=Actor.PATIENT, returned_at=START + 3 * DAY)


def waits(n: int = 1) -> scheduled.WaitingStarted:
    return scheduled.WaitingStarted(referral_id=uid(n), format=SessionFormat.GROUP, since=START + 2 * DAY)


def waits_no_more(n: int = 1) -> scheduled.WaitingEnded:
    return scheduled.WaitingEnded(referral_id=uid(n), ended_at=START + 3 * DAY)


def offered(n: int = 1) -> scheduled.PlaceOffered:
    times = {"offered_at": START + 3 * DAY, "expires_at": START + 6 * DAY, "first_starts_at": starts(1)}
    given = {"offer_id": uid(3000 + n), "format": SessionFormat.GROUP, "venue_id": "gym", "sessions": 2}
    return scheduled.PlaceOffered(**of(n), **given, **times)


def took(n: int = 1) -> scheduled.OfferAccepted:
    at = START + 4 * DAY
    return scheduled.OfferAccepted(referral_id=uid(n), offer_id=uid(3000 + n), by=Actor.PATIENT, accepted_at=at)


def delivered(n: int = 1) -> scheduled.ProgrammeDelivered:
    counts = {"sessions_booked": 2, "sessions_attended": 1}
    return scheduled.ProgrammeDelivered(**of(n), **counts, delivered_at=starts(2))


def score(total: int, day: int, n: int = 1, measure: Measure = Measure.PHQ9) -> scored.MeasureScored:
    facts = {"measure": measure, "score": total, "at_caseness": total >= 10, "scored_at": START + day * DAY}
    return scored.MeasureScored(referral_id=uid(n), questionnaire_id=uid(4000 + day), **facts)


def risk(n: int = 1) -> scored.RiskRaised:
    at = START + 8 * DAY
    return scored.RiskRaised(**of(n), risk_id=uid(5000 + n), trigger=RiskTrigger.PHQ9_ITEM9, raised_at=at)


def taken_on(n: int = 1) -> scored.RiskAcknowledged:
    return scored.RiskAcknowledged(referral_id=uid(n), risk_id=uid(5000 + n), acknowledged_at=START + 9 * DAY)


def closed(n: int = 1) -> scored.RiskClosed:
    outcome, at = RiskOutcome.SAFETY_PLAN_AGREED, START + 10 * DAY
    return scored.RiskClosed(referral_id=uid(n), risk_id=uid(5000 + n), outcome=outcome, closed_at=at)


def message(n: int = 1, day: int = 5) -> dict[str, Any]:
    return {"referral_id": uid(n), "message_id": uid(6000 + day), "kind": MessageKind.OFFER}


def sent(n: int = 1, day: int = 5) -> noted.MessageSent:
    return noted.MessageSent(**message(n, day), channel=Channel.EMAIL, sent_at=START + day * DAY)


def stopped(reason: StopReason, n: int = 1, day: int = 4) -> noted.MessageStopped:
    return noted.MessageStopped(**message(n, day), reason=reason, stopped_at=START + day * DAY)


class Followed:
    """Referral's views over a log that four services publish to, all in memory."""

    def __init__(self) -> None:
        self.log, self.clock = SqliteLog(None), HandClock(START)
        self.producers = {
            each: Running(Service(each, stored()), SqliteStore(None), self.log, self.clock) for each in OWNERS
        }
        service = make_service(SqliteKeyring(None, secret=b"k" * 32, service="referral"))
        self.referral = Running(service, SqliteStore(None), self.log, self.clock)
        for each in (*self.producers.values(), self.referral):
            each.prepare()
        self.relays = [each.relay() for each in self.producers.values()]
        self.consumer = self.referral.projections()

    def tell(self, *events: Any) -> None:
        """Publish, and let the views follow."""
        for event in events:
            units = self.producers[declaration_of(event).owner].units
            units.run(TENANT, Cause("c"), lambda unit, event=event: unit.publish(event))
        for relay in self.relays:
            while relay.step():
                pass
        while self.consumer.step(0):
            pass

    def row(self, n: int = 1, name: str = "worklist") -> dict[str, Any]:
        return self.rows(name)[uid(n)]

    def rows(self, name: str = "worklist") -> dict[str, dict[str, Any]]:
        generation = current_generation(self.referral.store)
        return {row["id"]: row for row in self.referral.store.scan(f"{name}@{generation}")}


STORY: Sequence[Any] = (
    received(contactable=True),
    *cleared(),
    accepted(),
    waits(),
    waits_no_more(),
    offered(),
    returned(),
    offered(),
    took(),
    booked(1),
    booked(2),
    sent(),
    score(15, 6),
    risk(),
    taken_on(),
    closed(),
    attended(1),
    moved(2),
    missed(2),
    corrected(2, AttendanceCode.ARRIVED_LATE_SEEN),
    hurt(),
    score(9, 20),
    delivered(),
)

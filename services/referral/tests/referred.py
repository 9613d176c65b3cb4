"""A referral to try commands on, and the commands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from movewell.contracts.types import (
    CancellationReason,
    EndCode,
    IntakeChannel,
    Intensity,
    RejectionReason,
    ScreeningOutcome,
    SessionFormat,
    SourceOfReferral,
)
from referral.domain.referral import Referral
from referral.domain.screening import Assessment, Reason

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
UNTIL = date(2027, 11, 24)
REFERRAL_ID = "019a0000-0000-7000-8000-000000000001"
PERSON_ID = "019a0000-0000-7000-8000-000000000002"
SCREENING_ID = "019a0000-0000-7000-8000-000000000003"


def assessment(outcome: ScreeningOutcome, until: date = UNTIL) -> Assessment:
    cleared = outcome is ScreeningOutcome.CLEARED
    ceiling, valid_until = (Intensity.MODERATE, until) if cleared else (None, None)
    return Assessment(outcome, ceiling, valid_until, (Reason("acsm-1", "For a test."),), "2026.1")


FIT = assessment(ScreeningOutcome.CLEARED)
UNFIT = assessment(ScreeningOutcome.CONTRAINDICATED)


def received() -> Referral:
    return Referral.receive(
        id=REFERRAL_ID,
        tenant="ZT001",
        person_id=PERSON_ID,
        source=SourceOfReferral.GP_PRACTICE,
        channel=IntakeChannel.BARS,
        referrer_organisation="ZT999",
        referrer_mark="mark",
        now=NOW,
    )


COMMANDS = {
    "clear": lambda referral, at: referral.record_screening(SCREENING_ID, FIT, at),
    "refuse": lambda referral, at: referral.record_screening(SCREENING_ID, UNFIT, at),
    "accept": lambda referral, at: referral.accept(SessionFormat.GROUP, 8, at),
    "signpost": lambda referral, at: referral.signpost("parkrun", at),
    "decline": lambda referral, at: referral.decline(RejectionReason.NOT_CLINICALLY_APPROPRIATE, at),
    "cancel": lambda referral, at: referral.cancel(CancellationReason.REVOKED, at),
    "withdraw": lambda referral, at: referral.withdraw(at),
    "discharge 14": lambda referral, at: referral.discharge(EndCode.PATIENT_DECLINED, at),
    "discharge 46": lambda referral, at: referral.discharge(EndCode.MUTUALLY_AGREED, at),
    "erase": lambda referral, at: referral.erase(at),
}

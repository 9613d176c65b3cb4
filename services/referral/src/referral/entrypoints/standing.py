"""How a referral stands, in words: its stage, its wait against the standards, what is missing, what is flagged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from movewell.contracts.types import ScreeningOutcome
from movewell.store.port import Document
from movewell.web.times import long_date

from referral.application.read_worklist import EXPIRING_DAYS
from referral.domain.london import london_day
from referral.domain.referral import Referral, ReferralStatus
from referral.domain.waits import Standing, Until, Wait, wait_of
from referral.entrypoints.wording import FLAGS, STAGES, STATUSES, in_words
from referral.projections.worklist_rows import first_attended_at, flags_of, lacks_contact

_SOON_DAYS = 7


@dataclass(frozen=True)
class Tag:
    """Words on a colour that says nothing more than they do."""

    text: str
    colour: str


@dataclass(frozen=True)
class ShownWait:
    """`words` say how long, `tag` how that stands against the standard."""

    words: str
    tag: Tag


def stage_words(referral: Referral, row: Document) -> str:
    """The referral itself knows first whether it has ended or was decided; the view follows."""
    if not referral.is_open:
        return in_words(STATUSES, referral.status)
    behind = row.get("stage") in (None, "received", "screened")
    stage = referral.status.value if behind else row["stage"]
    return in_words(STAGES, stage)


def shown_wait(referral: Referral, row: Document, now: datetime) -> ShownWait:
    """Days since the referral was received, and which standard they are within."""
    treated = first_attended_at(row)
    wait = wait_of(
        referral.received_at,
        treated_at=datetime.fromisoformat(treated) if treated else None,
        ended_at=referral.ended_at,
        now=now,
    )
    return ShownWait(_how_long(wait), _against_the_standard(wait))


def _how_long(wait: Wait) -> str:
    how_long = "1 day" if wait.days == 1 else f"{wait.days} days"
    said = {
        Until.NOW: f"Waiting {how_long}",
        Until.TREATED: f"First session after {how_long}",
        Until.ENDED: f"Ended after {how_long}, no session",
    }
    return said[wait.until]


def _against_the_standard(wait: Wait) -> Tag:
    if wait.until is not Until.NOW:
        done = {
            Standing.WITHIN_6_WEEKS: Tag("Within 6 weeks", "green"),
            Standing.WITHIN_18_WEEKS: Tag("Over 6 weeks, within 18", "orange"),
            Standing.OVER_18_WEEKS: Tag("Over 18 weeks", "red"),
        }
        return done[wait.standing] if wait.until is Until.TREATED else Tag("No wait any more", "grey")
    left = "last day" if wait.left == 0 else f"{wait.left} day{'s' if wait.left != 1 else ''} left"
    if wait.standing is Standing.WITHIN_6_WEEKS:
        return Tag(f"Within 6 weeks, {left}", "yellow" if wait.left <= _SOON_DAYS else "green")
    if wait.standing is Standing.WITHIN_18_WEEKS:
        return Tag(f"Over 6 weeks, {left} of 18 weeks", "orange")
    return Tag("Over 18 weeks", "red")


def flags(row: Document) -> list[Tag]:
    """What somebody should look at first."""
    return [Tag(in_words(FLAGS, each), "red" if each == "risk_raised" else "orange") for each in flags_of(row)]


def missing(referral: Referral, row: Document, now: datetime) -> list[str]:
    """What is still to be done or found out for an open referral."""
    return list(_missing(referral, row, london_day(now))) if referral.is_open else []


def _missing(referral: Referral, row: Document, today: date) -> Iterator[str]:
    screening, until = referral.screening, referral.cleared_until
    if screening is None:
        yield "Screening"
    elif screening.outcome is ScreeningOutcome.MEDICAL_CLEARANCE_NEEDED:
        yield "Medical clearance from the GP"
    if screening is not None and referral.status is not ReferralStatus.ACCEPTED:
        yield "Decision"
    if lacks_contact(row):
        yield "Contact details"
    if until is None and referral.status is ReferralStatus.ACCEPTED:
        yield "Clearance"
    elif until is not None and until < today:
        yield f"Clearance: it ended on {long_date(until)}"
    elif until is not None and until <= today + timedelta(days=EXPIRING_DAYS):
        yield f"Clearance ends on {long_date(until)}"
    if row.get("delivered_at"):
        yield "Discharge"

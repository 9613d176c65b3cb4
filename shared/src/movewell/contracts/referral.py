"""Events of the referral service: what was asked for, whether it is safe, what was decided."""

from datetime import date, datetime

from movewell.contracts.declare import event
from movewell.contracts.types import (
    ActivityCode,
    CancellationReason,
    Count,
    DeprivationDecile,
    EndCode,
    EthnicCategory,
    IntakeChannel,
    Intensity,
    PersonId,
    PrecautionCodes,
    ReferralId,
    RejectionReason,
    RulesetVersion,
    ScreeningId,
    ScreeningOutcome,
    SessionFormat,
    SourceOfReferral,
)

OWNER = "referral"


@event("referral.received", key="referral_id")
class ReferralReceived:
    """A referral was taken. Starts the waiting-time clock.

    `contactable` is false where neither an e-mail address nor a phone number is known.
    """

    referral_id: ReferralId
    person_id: PersonId
    source: SourceOfReferral
    channel: IntakeChannel
    received_at: datetime
    contactable: bool | None = None
    ethnic_category: EthnicCategory | None = None
    deprivation_decile: DeprivationDecile | None = None


@event("screening.recorded", key="referral_id")
class ScreeningRecorded:
    """A pre-exercise screening was recorded and evaluated by a version of the rules."""

    referral_id: ReferralId
    screening_id: ScreeningId
    ruleset: RulesetVersion
    outcome: ScreeningOutcome
    screened_at: datetime


@event("clearance.granted", key="referral_id")
class ClearanceGranted:
    """The patient may exercise, up to an intensity and until a date.

    `precautions` are what the instructor should know; their words are in `movewell.contracts.precautions`.
    """

    referral_id: ReferralId
    person_id: PersonId
    ceiling: Intensity
    valid_until: date
    precautions: PrecautionCodes | None = None


@event("clearance.withdrawn", key="referral_id")
class ClearanceWithdrawn:
    """A clearance given before no longer holds; nothing may be booked under it."""

    referral_id: ReferralId
    person_id: PersonId
    outcome: ScreeningOutcome
    withdrawn_at: datetime


@event("referral.accepted", key="referral_id")
class ReferralAccepted:
    """A clinician accepted the referral for a programme of sessions."""

    referral_id: ReferralId
    person_id: PersonId
    format: SessionFormat
    sessions_planned: Count
    accepted_at: datetime


@event("referral.signposted", key="referral_id")
class ReferralSignposted:
    """A clinician recommended a local activity instead of sessions. Ends the referral."""

    referral_id: ReferralId
    person_id: PersonId
    activity: ActivityCode
    signposted_at: datetime


@event("referral.declined", key="referral_id")
class ReferralDeclined:
    """A clinician declined the referral. Ends it."""

    referral_id: ReferralId
    person_id: PersonId
    reason: RejectionReason
    declined_at: datetime


@event("referral.cancelled", key="referral_id")
class ReferralCancelled:
    """The referrer cancelled the referral. Ends it."""

    referral_id: ReferralId
    person_id: PersonId
    reason: CancellationReason
    cancelled_at: datetime


@event("referral.withdrawn", key="referral_id")
class ReferralWithdrawn:
    """The patient withdrew. Ends the referral."""

    referral_id: ReferralId
    person_id: PersonId
    withdrawn_at: datetime


@event("referral.discharged", key="referral_id")
class ReferralDischarged:
    """A clinician discharged the patient. Ends the referral."""

    referral_id: ReferralId
    person_id: PersonId
    end_code: EndCode
    discharged_at: datetime


@event("referral.erased", key="referral_id")
class ReferralErased:
    """The person asked to be erased. Ends the referral if it was open."""

    referral_id: ReferralId
    person_id: PersonId
    erased_at: datetime

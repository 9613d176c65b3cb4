"""Events of the scheduling service: sessions, offers, bookings, attendance."""

from datetime import datetime

from movewell.contracts.adverse_events import (
    AdverseEventAction,
    AdverseEventKind,
    AdverseEventSeverity,
    Relatedness,
)
from movewell.contracts.declare import event
from movewell.contracts.types import (
    Actor,
    AdverseEventId,
    AttendanceCode,
    BookingId,
    Count,
    InstructorId,
    OfferId,
    Ordinal,
    PersonId,
    ReferralId,
    SeriesId,
    SessionFormat,
    SessionId,
    VenueId,
)

OWNER = "scheduling"


@event("session.scheduled", key="session_id")
class SessionScheduled:
    """A session has a time, a place, an instructor and a capacity."""

    session_id: SessionId
    series_id: SeriesId
    venue_id: VenueId
    instructor_id: InstructorId
    format: SessionFormat
    capacity: Count
    starts_at: datetime
    ends_at: datetime


@event("session.cancelled", key="session_id")
class SessionCancelled:
    """A session will not take place. Its bookings are cancelled by their own events."""

    session_id: SessionId
    cancelled_at: datetime


@event("place.offered", key="referral_id")
class PlaceOffered:
    """Seats on a programme of sessions are held for a patient until `expires_at`."""

    referral_id: ReferralId
    person_id: PersonId
    offer_id: OfferId
    format: SessionFormat
    venue_id: VenueId
    sessions: Count
    first_starts_at: datetime
    offered_at: datetime
    expires_at: datetime


@event("offer.accepted", key="referral_id")
class OfferAccepted:
    """The patient took the place; each session is booked by its own event."""

    referral_id: ReferralId
    offer_id: OfferId
    by: Actor
    accepted_at: datetime


@event("offer.declined", key="referral_id")
class OfferDeclined:
    """The patient declined the place; its seats are free."""

    referral_id: ReferralId
    offer_id: OfferId
    by: Actor
    declined_at: datetime


@event("offer.lapsed", key="referral_id")
class OfferLapsed:
    """Nobody answered in time; the seats are free."""

    referral_id: ReferralId
    offer_id: OfferId
    lapsed_at: datetime


@event("offer.withdrawn", key="referral_id")
class OfferWithdrawn:
    """The offer no longer stands (the referral ended or its clearance was withdrawn); the seats are free."""

    referral_id: ReferralId
    offer_id: OfferId
    withdrawn_at: datetime


@event("offer.returned", key="referral_id")
class OfferReturned:
    """The patient would come, but at another time; the seats are free and another place is sought.

    `times` counts how often this patient has asked. Which times would suit stays with the service.
    """

    referral_id: ReferralId
    offer_id: OfferId
    times: Ordinal
    by: Actor
    returned_at: datetime


@event("waiting.started", key="referral_id")
class WaitingStarted:
    """No suitable place is free; the patient is on the waiting list."""

    referral_id: ReferralId
    format: SessionFormat
    since: datetime


@event("waiting.ended", key="referral_id")
class WaitingEnded:
    """The patient left the waiting list, because a place was offered or the referral ended."""

    referral_id: ReferralId
    ended_at: datetime


@event("session.booked", key="referral_id")
class SessionBooked:
    """A patient has a place on a session. `ordinal` counts the sessions of the programme."""

    referral_id: ReferralId
    person_id: PersonId
    booking_id: BookingId
    session_id: SessionId
    venue_id: VenueId
    format: SessionFormat
    ordinal: Ordinal
    starts_at: datetime
    ends_at: datetime


@event("booking.cancelled", key="referral_id")
class BookingCancelled:
    """A booking was cancelled and its seat is free. `code` says by whom (2 patient, 4 provider)."""

    referral_id: ReferralId
    booking_id: BookingId
    session_id: SessionId
    code: AttendanceCode
    by: Actor
    starts_at: datetime | None = None
    cancelled_at: datetime
    person_id: PersonId | None = None


@event("booking.moved", key="referral_id")
class BookingMoved:
    """A booking has a seat on another session of its format, and its former seat is free.

    It keeps its ordinal, which says which session of the plan it is, not its place in time. `moves` counts how
    often this booking was moved, this time included.
    """

    referral_id: ReferralId
    person_id: PersonId
    booking_id: BookingId
    session_id: SessionId
    moves: Ordinal
    former_starts_at: datetime
    starts_at: datetime
    ends_at: datetime
    by: Actor
    moved_at: datetime


@event("session.attended", key="referral_id")
class SessionAttended:
    """The patient attended (code 5 or 6)."""

    referral_id: ReferralId
    booking_id: BookingId
    session_id: SessionId
    code: AttendanceCode
    starts_at: datetime
    recorded_at: datetime


@event("session.missed", key="referral_id")
class SessionMissed:
    """The patient did not attend, or came too late to be seen (code 3 or 7)."""

    referral_id: ReferralId
    booking_id: BookingId
    session_id: SessionId
    code: AttendanceCode
    starts_at: datetime
    recorded_at: datetime


@event("attendance.corrected", key="referral_id")
class AttendanceCorrected:
    """What `session.attended` or `session.missed` said was wrong: `was` no longer holds, `code` does."""

    referral_id: ReferralId
    booking_id: BookingId
    session_id: SessionId
    was: AttendanceCode
    code: AttendanceCode
    starts_at: datetime
    corrected_at: datetime


@event("adverse_event.reported", key="referral_id")
class AdverseEventReported:
    """Something happened to the patient at a session; a clinician must look the same day."""

    referral_id: ReferralId
    person_id: PersonId
    adverse_event_id: AdverseEventId
    booking_id: BookingId
    session_id: SessionId
    kind: AdverseEventKind
    severity: AdverseEventSeverity
    relatedness: Relatedness
    action: AdverseEventAction
    reported_at: datetime


@event("programme.delivered", key="referral_id")
class ProgrammeDelivered:
    """Every session of the programme has its attendance; nothing more is booked."""

    referral_id: ReferralId
    person_id: PersonId
    sessions_booked: Count
    sessions_attended: Count
    delivered_at: datetime

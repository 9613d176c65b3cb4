"""What the JSON API of scheduling answers."""

from __future__ import annotations

from marshmallow import Schema, fields
from movewell.contracts.types import (
    AttendanceCode,
    BookingId,
    Count,
    InstructorId,
    OfferId,
    Ordinal,
    ReferralId,
    SeriesId,
    SessionFormat,
    SessionId,
    VenueId,
)
from movewell.wire.schema import Time, field_of

from scheduling.domain.booking import BookingStatus
from scheduling.domain.offer import OfferStatus
from scheduling.domain.programme import ProgrammeStatus


class ScheduledSchema(Schema):
    """A series and its sessions, in order of time."""

    series_id = field_of(SeriesId)
    session_ids = fields.List(field_of(SessionId), required=True)


class SessionSchema(Schema):
    """A session and how many of its seats are taken; never by whom."""

    session_id = field_of(SessionId)
    series_id = field_of(SeriesId)
    venue_id = field_of(VenueId)
    instructor_id = field_of(InstructorId)
    format = field_of(SessionFormat)
    capacity = field_of(Count)
    seats_taken = field_of(Count)
    starts_at = Time(required=True)
    ends_at = Time(required=True)


class SessionsSchema(Schema):
    """Sessions in order of time, 200 at most."""

    items = fields.List(fields.Nested(SessionSchema), required=True)


class BookingSchema(Schema):
    """A place on a session and what became of it."""

    booking_id = field_of(BookingId)
    session_id = field_of(SessionId)
    ordinal = field_of(Ordinal)
    starts_at = Time(required=True)
    status = field_of(BookingStatus)
    code = field_of(AttendanceCode, allow_none=True)


class ProgrammeSchema(Schema):
    """What scheduling knows of a referral."""

    referral_id = field_of(ReferralId)
    status = field_of(ProgrammeStatus)
    offer_id = field_of(OfferId, allow_none=True)
    waiting_since = Time(required=True, allow_none=True)
    times = fields.List(fields.String(), required=True)
    to_call = fields.Boolean(required=True)
    bookings = fields.List(fields.Nested(BookingSchema), required=True)


class OfferStandsSchema(Schema):
    """Where an offer stands."""

    status = field_of(OfferStatus)


class BookingStandsSchema(Schema):
    """Where a booking stands."""

    status = field_of(BookingStatus)


class AttendedSchema(Schema):
    """What was recorded of an attendance."""

    status = field_of(BookingStatus)
    code = field_of(AttendanceCode)


class SoughtSchema(Schema):
    """Where a programme stands after a place was sought; `to_call` says that a coordinator should call the patient."""

    status = field_of(ProgrammeStatus)
    offer_id = field_of(OfferId, allow_none=True)
    to_call = fields.Boolean(required=True)


class MovedSchema(Schema):
    """The session that a booking is moved to, and how often it was moved."""

    session_id = field_of(SessionId)
    starts_at = Time(required=True)
    moves = field_of(Ordinal)

"""The JSON API of scheduling: series, programmes, and what staff do for a patient."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from movewell.contracts.types import Actor, AttendanceCode, SessionFormat
from movewell.store.port import Between
from movewell.store.unit import Unit, Units
from movewell.toml_file import SLUG, one_line
from movewell.web.body import cause, json_body, read_fields, read_query
from movewell.web.declared import declared
from movewell.web.policy import principal
from movewell.wire.schema import Time, time_text

from scheduling.application.answer_offer import accept_offer, agree_times, ask_another_time, decline_offer
from scheduling.application.describe_venue import Place, describe_venue
from scheduling.application.move_booking import move_booking
from scheduling.application.schedule_series import LONDON, Series, schedule_series
from scheduling.application.settle_booking import bookings_of, cancel_booking, record_attendance
from scheduling.domain.booking import Booking
from scheduling.domain.preference import TIMES, Preference
from scheduling.domain.programme import Programme
from scheduling.domain.session import Session
from scheduling.entrypoints.answers import (
    AttendedSchema,
    BookingStandsSchema,
    MovedSchema,
    OfferStandsSchema,
    ProgrammeSchema,
    ScheduledSchema,
    SessionsSchema,
    SoughtSchema,
)
from scheduling.entrypoints.reach import session_within_reach

_YEARS = validate.Range(datetime(2000, 1, 1), datetime(2100, 1, 1), max_inclusive=False)  # noqa: DTZ001
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


class LocalTime(fields.NaiveDateTime):
    """A date and a time by London's clocks; one that they jump over in March is no time."""

    def _deserialize(self, value: Any, attr: str | None, document: Any, **more: Any) -> datetime:
        if not isinstance(value, str) or not _DATE_AND_TIME.match(value):
            raise ValidationError("Write a date and a time, for instance 2030-01-07T10:00:00.")
        local: datetime = super()._deserialize(value, attr, document, **more)
        _YEARS(local)
        if local.replace(tzinfo=LONDON).astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != local:
            raise ValidationError("London's clocks never show this time.")
        return local


class SeriesSchema(Schema):
    """A weekly series; `first_starts_at` is local time in London, without an offset. Patients see the venue's words."""

    series_id = fields.String(required=True, validate=SLUG)
    venue_id = fields.String(required=True, validate=SLUG)
    instructor_id = fields.String(required=True, validate=SLUG)
    format = fields.Enum(SessionFormat, by_value=True, required=True)
    capacity = fields.Integer(required=True, strict=True, validate=validate.Range(1, 100))
    first_starts_at = LocalTime(required=True, metadata={"format": "london-time", "examples": ["2030-01-07T10:00:00"]})
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(10, 240))
    weeks = fields.Integer(required=True, strict=True, validate=validate.Range(1, 104))
    venue_name = fields.String(validate=one_line(100), metadata={"format": "line"})
    venue_address = fields.String(validate=one_line(300), metadata={"format": "line"})


class Moment(Time):
    """RFC 3339, which knows no other forms of a time."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> datetime:
        if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
            raise ValidationError("Give a date and a time with its offset, for instance 2030-01-07T10:00:00Z.")
        try:
            return super()._deserialize(value.upper(), attr, data, **more)
        except OverflowError:  # the first and last days have no UTC everywhere
            raise ValidationError("There is no such time.") from None


class SessionsQuerySchema(Schema):
    """`since`: sessions that begin then or later; every one where it's left out."""

    since = Moment(load_default=datetime(1970, 1, 1, tzinfo=UTC), metadata={"default": "1970-01-01T00:00:00Z"})


class AttendanceSchema(Schema):
    """The data set's code: 5, 6 attended; 3, 7 missed."""

    code = fields.String(required=True, validate=validate.OneOf(["3", "5", "6", "7"]))


class CancellationSchema(Schema):
    """By or for the patient (2), or by the provider (4)."""

    code = fields.String(required=True, validate=validate.OneOf(["2", "4"]))


class PreferenceSchema(Schema):
    """Parts of the week that suit, and a format if another one than was planned is wished for."""

    times = fields.List(
        fields.String(validate=validate.OneOf(TIMES)), required=True, validate=validate.Length(1, len(TIMES))
    )
    format = fields.Enum(SessionFormat, by_value=True, load_default=None, allow_none=True)


class MoveSchema(Schema):
    """The session that a booking is moved to."""

    session_id = fields.UUID(required=True)


def routes(units: Units) -> Blueprint:
    """The blueprint on the service's units of work."""
    api = Blueprint("api", __name__)

    def command(work: Callable[[Unit], Any]) -> Any:
        return units.run(principal().tenant, cause(), work)

    @api.post("/api/series")
    @declared(
        "Schedule a weekly series of sessions",
        gives=ScheduledSchema,
        status=201,
        takes=SeriesSchema,
        refuses={409: "There is a series of this name, or the instructor or the venue is taken"},
    )
    def post_series() -> tuple[Response, int]:
        given = read_fields(SeriesSchema(unknown=RAISE), json_body()[0])
        place = Place(given["venue_id"], given.pop("venue_name", None), given.pop("venue_address", None))

        def work(unit: Unit) -> list[Session]:
            describe_venue(unit, place)
            return schedule_series(unit, Series(**given))

        sessions = command(work)
        return jsonify(series_id=given["series_id"], session_ids=[each.id for each in sessions]), 201

    @api.get("/api/sessions")
    @declared("Sessions in order of time", gives=SessionsSchema, query=SessionsQuerySchema)
    def get_sessions() -> Response:
        since = time_text(read_query(SessionsQuerySchema())["since"])
        where = {"starts_at": Between(at_least=since)}
        found = units.read(principal().tenant, lambda unit: unit.find(Session, where, order=("starts_at",), limit=200))
        return jsonify(items=[_session(each) for each in found])

    @api.get("/api/programmes/<referral_id>")
    @declared("A patient's programme", gives=ProgrammeSchema)
    def get_programme(referral_id: str) -> Response:
        def work(unit: Unit) -> dict[str, Any]:
            return _programme(unit.get(Programme, referral_id), bookings_of(unit, referral_id))

        return jsonify(units.read(principal().tenant, work))

    @api.post("/api/offers/<offer_id>/accept")
    @declared(
        "Accept an offer for a patient",
        gives=OfferStandsSchema,
        refuses={409: "The offer is closed, the programme has ended, or the clearance doesn't last"},
    )
    def post_accept(offer_id: str) -> Response:
        return jsonify(status=command(lambda unit: accept_offer(unit, offer_id, Actor.STAFF)).status.value)

    @api.post("/api/offers/<offer_id>/decline")
    @declared("Decline an offer for a patient", gives=OfferStandsSchema, refuses={409: "The offer is closed"})
    def post_decline(offer_id: str) -> Response:
        return jsonify(status=command(lambda unit: decline_offer(unit, offer_id, Actor.STAFF)).status.value)

    @api.post("/api/offers/<offer_id>/another-time")
    @declared(
        "Give a place back and ask for another time",
        gives=SoughtSchema,
        takes=PreferenceSchema,
        refuses={409: "The offer is closed, the referral has ended, or the place is at a time that was asked for"},
    )
    def post_another_time(offer_id: str) -> Response:
        wish = _preference()
        return _sought(command(lambda unit: ask_another_time(unit, offer_id, wish, Actor.STAFF)))

    @api.post("/api/programmes/<referral_id>/times")
    @declared(
        "Seek a place by times that were agreed",
        gives=SoughtSchema,
        takes=PreferenceSchema,
        refuses={409: "The referral has ended, or does not wait"},
    )
    def post_times(referral_id: str) -> Response:
        wish = _preference()
        return _sought(command(lambda unit: agree_times(unit, referral_id, wish)))

    @api.post("/api/bookings/<booking_id>/move")
    @declared(
        "Move a booking to another session",
        gives=MovedSchema,
        takes=MoveSchema,
        refuses={409: "The session is full, over, or not one that the booking can be moved to"},
    )
    def post_move(booking_id: str) -> Response:
        to = str(read_fields(MoveSchema(unknown=RAISE), json_body()[0])["session_id"])
        booking = command(lambda unit: move_booking(unit, booking_id, to, Actor.STAFF))
        return jsonify(session_id=booking.session_id, starts_at=time_text(booking.starts_at), moves=booking.moves)

    @api.post("/api/bookings/<booking_id>/cancel")
    @declared(
        "Cancel a booking",
        gives=BookingStandsSchema,
        takes=CancellationSchema,
        refuses={409: "The booking was settled otherwise"},
    )
    def post_cancel(booking_id: str) -> Response:
        code = AttendanceCode(read_fields(CancellationSchema(unknown=RAISE), json_body()[0])["code"])
        booking = command(lambda unit: cancel_booking(unit, booking_id, code, Actor.STAFF))
        return jsonify(status=booking.status.value)

    @api.post("/api/bookings/<booking_id>/attendance")
    @declared(
        "Record whether a patient attended",
        gives=AttendedSchema,
        takes=AttendanceSchema,
        refuses={409: "The booking was settled otherwise, or the session hasn't begun"},
    )
    def post_attendance(booking_id: str) -> Response:
        code = AttendanceCode(read_fields(AttendanceSchema(unknown=RAISE), json_body()[0])["code"])

        def work(unit: Unit) -> Booking:
            session_within_reach(unit, unit.get(Booking, booking_id).session_id)
            return record_attendance(unit, booking_id, code, principal().subject)

        booking = command(work)
        return jsonify(status=booking.status.value, code=booking.code.value)

    return api


def _preference() -> Preference:
    given = read_fields(PreferenceSchema(unknown=RAISE), json_body()[0])
    return Preference.of(given["times"], given["format"])


def _sought(programme: Programme) -> Response:
    return jsonify(status=programme.status.value, offer_id=programme.offer_id, to_call=programme.to_call)


def _session(session: Session) -> dict[str, Any]:
    return {
        "session_id": session.id,
        "series_id": session.series_id,
        "venue_id": session.venue_id,
        "instructor_id": session.instructor_id,
        "format": session.format.value,
        "capacity": session.capacity,
        "seats_taken": len(session.seats),
        "starts_at": time_text(session.starts_at),
        "ends_at": time_text(session.ends_at),
    }


def _programme(programme: Programme, bookings: list[Any]) -> dict[str, Any]:
    return {
        "referral_id": programme.id,
        "status": programme.status.value,
        "offer_id": programme.offer_id,
        "waiting_since": time_text(programme.waiting_since) if programme.waiting_since else None,
        "times": programme.preference.times if programme.preference else [],
        "to_call": programme.to_call,
        "bookings": [
            {
                "booking_id": each.id,
                "session_id": each.session_id,
                "ordinal": each.ordinal,
                "starts_at": time_text(each.starts_at),
                "status": each.status.value,
                "code": each.code.value if each.code else None,
            }
            for each in bookings
        ],
    }

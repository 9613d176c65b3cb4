"""What staff may reach, and what their forms carry: own sessions, days, keys against doing a thing twice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import request
from movewell.kernel import Invalid, NotFound
from movewell.store.idempotency import Answer, once
from movewell.store.unit import Unit, Units
from movewell.web.body import cause
from movewell.web.csrf import FIELD
from movewell.web.policy import principal
from movewell.web.times import LONDON

from scheduling.domain.booking import Booking, BookingStatus
from scheduling.domain.session import Session

_KEY = re.compile(r"[A-Za-z0-9-]{8,64}\Z")
_EVERYBODYS = frozenset({"coordinator", "clinician"})


def own_only() -> str | None:
    """The instructor to whose sessions who asks is kept; None for those who may see every session."""
    who = principal()
    return None if who.roles & _EVERYBODYS else who.subject


def session_within_reach(unit: Unit, session_id: str) -> Session:
    """Raises NotFound, also for another instructor's."""
    session = unit.get(Session, session_id)
    if own_only() not in (None, session.instructor_id):
        raise NotFound("There is no such session.")
    return session


def booking_within_reach(unit: Unit, session_id: str, booking_id: str) -> Booking:
    """A booking that has a place on the session. Raises NotFound."""
    session = session_within_reach(unit, session_id)
    booking = unit.get(Booking, booking_id)
    if booking.session_id != session.id or booking.status is BookingStatus.CANCELLED:
        raise NotFound("There is no such booking.")
    return booking


def written_day(form: Mapping[str, str], name: str) -> str:
    """A day as one text, or as the three fields of a date; right or wrong, and empty when they are."""
    if text := form.get(name, ""):
        return text
    year, month, day = (form.get(f"{name}-{part}", "").strip() for part in ("year", "month", "day"))
    return f"{year}-{month:0>2}-{day:0>2}" if year or month or day else ""


def day_of(text: str | None, otherwise: date) -> date:
    """A day that is written as 2026-03-09. Raises Invalid."""
    if not text:
        return otherwise
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError(text)
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid("That is not a day.", [("day", "Enter a real date.")]) from None
    if not 2000 <= day.year < 2100:
        raise Invalid("That is not a day.", [("day", "Enter a date from 2000 to 2099.")])
    return day


def london_day(moment: datetime) -> date:
    """The day that calendars in London show at that moment."""
    return moment.astimezone(LONDON).date()


def week_day(moment: datetime) -> str:
    """For instance: Monday."""
    return f"{moment.astimezone(LONDON):%A}"


def begins(day: date) -> datetime:
    """The first moment of a day in London."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def next_day(day: date) -> datetime:
    """The first moment of the day after."""
    return begins(day + timedelta(days=1))


def do_once(units: Units, what: str, work: Callable[[Unit], dict[str, Any]]) -> Answer:
    """Run a form's work once for its key, however often it is sent. Raises Invalid without a key, KeyReused.

    The key is the header Idempotency-Key or the form's hidden field. The answer holds ids and codes only.
    """
    who = principal()
    key = request.headers.get("Idempotency-Key") or request.form.get("idempotency_key", "")
    if not _KEY.match(key):
        raise Invalid("The form has no key.", [("idempotency_key", "Send 8 to 64 letters and digits.")])
    said = sorted(
        (name, value) for name, value in request.form.items(multi=True) if name not in (FIELD, "idempotency_key")
    )
    return once(
        units,
        who.tenant,
        cause(),
        scope=f"{who.subject}|{what}",
        key=key,
        body=json.dumps(said).encode("utf-8", "surrogatepass"),
        work=lambda unit: (200, work(unit)),
    )

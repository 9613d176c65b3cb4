"""Schedule a weekly series of sessions at the same local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from movewell.contracts.types import SessionFormat
from movewell.kernel import DomainError
from movewell.store.unit import Unit, new_id

from scheduling.application.seats import diary_of
from scheduling.domain.session import Session

LONDON = ZoneInfo("Europe/London")


class SeriesExists(DomainError):
    """A series of this name is scheduled already."""

    code = "series-exists"


@dataclass(frozen=True)
class Series:
    """What a series is made of. `first_starts_at` is local time in London, without an offset."""

    series_id: str
    venue_id: str
    instructor_id: str
    format: SessionFormat
    capacity: int
    first_starts_at: datetime
    minutes: int
    weeks: int


def schedule_series(unit: Unit, series: Series) -> list[Session]:
    """Every session of the series, or none: AlreadyElsewhere if instructor or venue is taken, SeriesExists."""
    if unit.find(Session, {"series_id": series.series_id}, limit=1):
        raise SeriesExists("There is a series of this name.")
    instructor = diary_of(unit, "instructor", series.instructor_id)
    venue = diary_of(unit, "venue", series.venue_id)
    sessions = sessions_as_planned(unit, series)
    for session in sessions:
        for diary in (instructor, venue):
            diary.enter(session.id, session.starts_at, session.ends_at, unit.now)
        unit.save(session)
    unit.save(instructor)
    unit.save(venue)
    unit.later("places.freed", series.format.value, unit.now)
    return sessions


def sessions_as_planned(unit: Unit, series: Series) -> list[Session]:
    """The sessions of the series in order of time, not yet kept."""
    return [_session(unit, series, week) for week in range(series.weeks)]


def _session(unit: Unit, series: Series, week: int) -> Session:
    local = series.first_starts_at.replace(tzinfo=LONDON) + timedelta(weeks=week)
    starts_at = local.astimezone(ZoneInfo("UTC"))
    return Session.schedule(
        id=new_id(),
        tenant=unit.tenant,
        series_id=series.series_id,
        venue_id=series.venue_id,
        instructor_id=series.instructor_id,
        format=series.format,
        capacity=series.capacity,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=series.minutes),
    )

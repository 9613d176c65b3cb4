"""Sessions as an iCalendar file (RFC 5545) that a calendar takes in and corrects (RFC 5546): no person is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import icalendar
from werkzeug.wrappers import Response

_SUMMARY = "Activity session"
_DESCRIPTION = (
    "Wear clothes and shoes that you can move in. If you cannot come, move or cancel the session by the link in our "
    "newest message, or call us."
)


@dataclass(frozen=True)
class CalendarEntry:
    """A booking as a calendar knows it. `uid` stays for ever; a higher `revision` corrects a lower one."""

    uid: str
    moves: int
    starts_at: datetime
    ends_at: datetime
    place: str
    is_cancelled: bool = False

    @property
    def revision(self) -> int:
        """SEQUENCE: raised by each move, and once more by the cancellation."""
        return self.moves + self.is_cancelled


@dataclass(frozen=True)
class Calendar:
    """Makes the files of one site. `host` is its address, which names the organizer; nobody reads mail there."""

    host: str

    def answer(self, entries: Sequence[CalendarEntry], now: datetime, name: str) -> Response:
        """The file as an answer to a browser. One of a cancelled session takes it out of the calendar."""
        method = "CANCEL" if entries and all(each.is_cancelled for each in entries) else "PUBLISH"
        response = Response(
            self.content(entries, now, method), content_type=f"text/calendar; charset=utf-8; method={method}"
        )
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
        return response

    def content(self, entries: Sequence[CalendarEntry], now: datetime, method: str) -> bytes:
        """Times are in UTC, so that a calendar needs no rule for London's clocks."""
        made = icalendar.Calendar()
        made.add("prodid", "-//Movewell//Scheduling//EN")
        made.add("version", "2.0")
        made.add("method", method)
        for each in entries:
            made.add_component(self._event(each, now))
        content: bytes = made.to_ical()
        return content

    def _event(self, entry: CalendarEntry, now: datetime) -> icalendar.Event:
        event = icalendar.Event()
        event.add("uid", entry.uid)
        event.add("sequence", entry.revision)
        event.add("dtstamp", now)
        event.add("dtstart", entry.starts_at)
        event.add("dtend", entry.ends_at)
        event.add("summary", _SUMMARY)
        event.add("description", _DESCRIPTION)
        event.add("organizer", icalendar.vCalAddress(f"mailto:no-reply@{self.host}"))
        event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
        event.add("class", "PRIVATE")
        if entry.place:
            event.add("location", entry.place)
        return event

"""Offer a programme a place on suitable sessions, or put it on the waiting list."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from movewell.store.port import Between
from movewell.store.unit import Unit, new_id
from movewell.wire.schema import time_text

from scheduling.application.seats import diary_of, take
from scheduling.domain.offer import Offer
from scheduling.domain.programme import Programme
from scheduling.domain.session import Diary, Session

NOTICE = timedelta(hours=72)
TIME_TO_ANSWER = timedelta(hours=48)
FEWEST_SESSIONS = 4
_LOOK_AT, _PAGE = 400, 20


def seek_place(unit: Unit, programme: Programme) -> bool:
    """Offer a place if one is free, else wait; whether one was offered. Saves the programme."""
    if not programme.ready:
        unit.save(programme)
        return False
    diary = diary_of(unit, "person", programme.person_id)
    places = [] if programme.to_call else places_for(unit, programme, diary)
    if not places:
        programme.wait(unit.now)
        unit.save(programme)
        return False
    offer_sessions(unit, programme, diary, places[0])
    return True


def places_for(unit: Unit, programme: Programme, diary: Diary, at_any_time: bool = False) -> list[list[Session]]:
    """The free sessions of each series, as many as are planned, at times that suit the patient or `at_any_time`.

    The series that starts first comes first.
    """
    free = unit.find(
        Session,
        {
            "format": programme.format.value if programme.format else "",
            "full": False,
            "starts_at": Between(at_least=time_text(unit.now + NOTICE), below=time_text(programme.clearance_ends)),
        },
        order=("starts_at",),
        limit=_LOOK_AT,
    )
    possible = [
        each
        for each in free
        if (at_any_time or programme.suits(each.starts_at)) and diary.is_free(each.starts_at, each.ends_at)
    ]
    possible.sort(key=lambda each: (each.series_id, each.starts_at))
    series = [list(each) for _, each in groupby(possible, key=lambda each: each.series_id)]
    fewest = min(FEWEST_SESSIONS, programme.sessions_planned)
    enough = [each[: programme.sessions_planned] for each in series if len(each) >= fewest]
    return sorted(enough, key=lambda each: (each[0].starts_at, each[0].series_id))


def offer_sessions(unit: Unit, programme: Programme, diary: Diary, sessions: list[Session]) -> Offer:
    """Hold the seats and ask the patient. Saves everything. Raises SessionFull, SessionOver, AlreadyElsewhere."""
    first = sessions[0]
    offer = Offer(
        id=new_id(),
        tenant=unit.tenant,
        referral_id=programme.id,
        person_id=programme.person_id,
        format=first.format,
        venue_id=first.venue_id,
        session_ids=[each.id for each in sessions],
        first_starts_at=first.starts_at,
        expires_at=unit.now + TIME_TO_ANSWER,
    )
    for session in sessions:
        take(unit, session, diary, programme.id, offer.id)
    unit.save(diary)
    offer.announce(unit.now)
    programme.offer(offer.id, unit.now)
    unit.save(programme)  # before the offer, so that the waiting list is left before a place is offered
    unit.save(offer)
    unit.later("offer.lapses", offer.id, offer.expires_at)
    return offer


def offer_freed_places(unit: Unit, format: str, after: tuple[str, str] | None = None) -> None:
    """Offer what has become free to those who wait, the longest waiting first.

    Somebody whom nothing free suits stands in nobody's way: the list is gone through to its end, a page a
    transaction, as long as anything is free. `after` is who was last on the page before.
    """
    where = {"status": "waiting", "format": format}
    page = unit.find(Programme, where, order=("waiting_since",), limit=_PAGE, after=after)
    for each in page:
        seek_place(unit, each)
    if len(page) == _PAGE and _any_is_free(unit, format):
        last = page[-1]
        since = time_text(last.waiting_since) if last.waiting_since else ""
        unit.later("places.freed", format, unit.now, since=since, last=last.id)


def _any_is_free(unit: Unit, format: str) -> bool:
    ahead = Between(at_least=time_text(unit.now + NOTICE))
    where = {"format": format, "full": False, "starts_at": ahead}
    return bool(unit.find(Session, where, order=("starts_at",), limit=1))

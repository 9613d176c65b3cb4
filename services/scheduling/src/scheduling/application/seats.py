"""Take and give back seats: a session and the patient's diary change together."""

from __future__ import annotations

from movewell.store.unit import Unit

from scheduling.domain.session import Diary, Session


def diary_of(unit: Unit, whose: str, id: str) -> Diary:
    """The diary of a `person`, `instructor` or `venue`; an empty one if it was never written."""
    key = f"{unit.tenant}/{whose}/{id}"
    return unit.find_one(Diary, key) or Diary(id=key, tenant=unit.tenant)


def take(unit: Unit, session: Session, diary: Diary, referral_id: str, offer_id: str) -> None:
    """Hold a seat. Raises SessionFull, SessionOver, AlreadyElsewhere."""
    session.hold(referral_id, offer_id, unit.now)
    diary.enter(session.id, session.starts_at, session.ends_at, unit.now)
    unit.save(session)


def give_back(unit: Unit, session_ids: list[str], referral_id: str, person_id: str) -> None:
    """Free the seats, and let those who wait know soon."""
    diary = diary_of(unit, "person", person_id)
    for id in session_ids:
        session = unit.get(Session, id)
        session.release(referral_id)
        unit.save(session)
        diary.leave(id)
        unit.later("places.freed", session.format.value, unit.now)
    unit.save(diary)

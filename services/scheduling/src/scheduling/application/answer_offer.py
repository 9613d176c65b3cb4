"""Accept an offer, decline it, give it back for another time, let it lapse, take it back."""

from __future__ import annotations

from movewell.contracts.types import Actor
from movewell.store.unit import Unit, new_id

from scheduling.application.seats import give_back
from scheduling.application.seek_place import seek_place
from scheduling.domain.booking import Booking
from scheduling.domain.offer import Offer, OfferStatus
from scheduling.domain.preference import Preference
from scheduling.domain.programme import Programme, ProgrammeStatus
from scheduling.domain.session import Session


def accept_offer(unit: Unit, offer_id: str, by: Actor) -> Offer:
    """Book every session of the offer. Raises NotFound, OfferClosed, ProgrammeEnded, ClearanceMissing."""
    offer = unit.get(Offer, offer_id)
    if offer.status is OfferStatus.ACCEPTED:
        return offer
    programme = unit.get(Programme, offer.referral_id)
    programme.require_open()
    sessions = [unit.get(Session, id) for id in offer.session_ids]
    programme.require_clearance(sessions[-1].starts_at.date())
    offer.accept(by, unit.now)
    programme.book(sessions[-1].starts_at)
    unit.save(offer)
    unit.save(programme)
    for ordinal, session in enumerate(sessions, start=1):
        _book(unit, offer, session, ordinal)
    unit.not_later("offer.lapses", offer.id)
    return offer


def _book(unit: Unit, offer: Offer, session: Session, ordinal: int) -> None:
    booking = Booking(
        id=new_id(),
        tenant=unit.tenant,
        referral_id=offer.referral_id,
        person_id=offer.person_id,
        session_id=session.id,
        ordinal=ordinal,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
    )
    session.book(offer.referral_id, booking.id)
    unit.save(session)
    booking.announce(session.venue_id, session.format)
    unit.save(booking)


def decline_offer(unit: Unit, offer_id: str, by: Actor) -> Offer:
    """Free the seats. Raises NotFound, OfferClosed."""
    offer = unit.get(Offer, offer_id)
    if offer.status is not OfferStatus.DECLINED:
        offer.decline(by, unit.now)
        _close(unit, offer)
    return offer


def ask_another_time(unit: Unit, offer_id: str, preference: Preference, by: Actor) -> Programme:
    """Free the seats and seek a place that suits, at once; whoever asked is offered it, or waits.

    Asked again for an offer that was given back before, nothing happens. Raises NotFound, OfferClosed,
    ProgrammeEnded, SameTimeAsked.
    """
    offer = unit.get(Offer, offer_id)
    programme = unit.get(Programme, offer.referral_id)
    if offer.status is OfferStatus.RETURNED:
        return programme
    programme.require_open()
    preference.require_other_than(offer.first_starts_at, offer.format)
    programme.ask_another_time(preference)
    offer.give_back(programme.times_asked, by, unit.now)
    unit.save(offer)
    unit.not_later("offer.lapses", offer.id)
    give_back(unit, offer.session_ids, offer.referral_id, offer.person_id)
    seek_place(unit, programme)
    return programme


def agree_times(unit: Unit, referral_id: str, preference: Preference) -> Programme:
    """A coordinator has talked to who waits: seek a place by what was agreed. Raises NotFound, ProgrammeEnded."""
    programme = unit.get(Programme, referral_id)
    programme.require_open()
    programme.agree_times(preference)
    seek_place(unit, programme)
    return programme


def lapse_offer(unit: Unit, offer_id: str) -> None:
    """Time is up: free the seats, unless somebody has answered."""
    offer = unit.get(Offer, offer_id)
    if offer.status is OfferStatus.OPEN:
        offer.lapse(unit.now)
        _close(unit, offer)


def withdraw_offer(unit: Unit, offer_id: str, programme: Programme) -> None:
    """The offer no longer stands: free the seats. The caller saves the programme."""
    offer = unit.get(Offer, offer_id)
    offer.withdraw(unit.now)
    unit.save(offer)
    unit.not_later("offer.lapses", offer.id)
    give_back(unit, offer.session_ids, offer.referral_id, offer.person_id)
    programme.answer(ProgrammeStatus.SEEKING)


def _close(unit: Unit, offer: Offer) -> None:
    programme = unit.get(Programme, offer.referral_id)
    programme.give_no_answer(unit.now)
    unit.save(programme)
    unit.save(offer)
    unit.not_later("offer.lapses", offer.id)
    give_back(unit, offer.session_ids, offer.referral_id, offer.person_id)

"""Offer a patient the place that somebody chose for them, with the patient on the phone for instance."""

from __future__ import annotations

from movewell.kernel import DomainError
from movewell.store.unit import Unit

from scheduling.application.seats import diary_of
from scheduling.application.seek_place import offer_sessions, places_for
from scheduling.domain.offer import Offer
from scheduling.domain.programme import Programme
from scheduling.domain.session import Session


class PlaceTaken(DomainError):
    """The series has not enough free sessions for this patient, or never had."""

    code = "place-taken"


def places_to_choose(unit: Unit, programme: Programme) -> list[list[Session]]:
    """For each series that could be offered now its sessions; none where the programme has a hindrance."""
    if programme.hindrance is not None:
        return []
    return places_for(unit, programme, diary_of(unit, "person", programme.person_id), at_any_time=True)


def offer_place(unit: Unit, referral_id: str, series_id: str) -> Offer:
    """Hold seats on the series. Raises NotFound, NotSeeking, PlaceTaken."""
    programme = unit.get(Programme, referral_id)
    programme.require_offerable()
    diary = diary_of(unit, "person", programme.person_id)
    chosen = [each for each in places_for(unit, programme, diary, at_any_time=True) if each[0].series_id == series_id]
    if not chosen:
        raise PlaceTaken("These sessions are no longer free.")
    return offer_sessions(unit, programme, diary, chosen[0])

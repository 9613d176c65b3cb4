"""React to what the referral service says: seek a place, withdraw it, close the programme."""

from __future__ import annotations

from movewell.contracts import referral as said
from movewell.contracts.types import Actor, AttendanceCode
from movewell.store.unit import Unit

from scheduling.application.answer_offer import withdraw_offer
from scheduling.application.seek_place import seek_place
from scheduling.application.settle_booking import cancel_bookings_ahead
from scheduling.domain.programme import Programme, ProgrammeStatus

Ending = (
    said.ReferralCancelled
    | said.ReferralWithdrawn
    | said.ReferralDischarged
    | said.ReferralDeclined
    | said.ReferralSignposted
    | said.ReferralErased
)


def _programme(unit: Unit, referral_id: str, person_id: str) -> Programme:
    found = unit.find_one(Programme, referral_id)
    return found or Programme(id=referral_id, tenant=unit.tenant, person_id=person_id)


def accept_programme(event: said.ReferralAccepted, unit: Unit) -> None:
    """A clinician accepted the referral: seek a place."""
    programme = _programme(unit, event.referral_id, event.person_id)
    programme.decide(event.format, event.sessions_planned)
    seek_place(unit, programme)


def note_clearance(event: said.ClearanceGranted, unit: Unit) -> None:
    """The patient may exercise: seek a place if the referral is accepted."""
    programme = _programme(unit, event.referral_id, event.person_id)
    programme.clear(event.ceiling, event.valid_until, event.precautions)
    seek_place(unit, programme)


def withdraw_clearance(event: said.ClearanceWithdrawn, unit: Unit) -> None:
    """Nothing may stand under a clearance that no longer holds."""
    programme = _programme(unit, event.referral_id, event.person_id)
    programme.cleared_until = None
    if programme.offer_id is not None:
        withdraw_offer(unit, programme.offer_id, programme)
    if programme.status is ProgrammeStatus.BOOKED:
        programme.answer(ProgrammeStatus.SEEKING)
    unit.save(programme)
    cancel_bookings_ahead(unit, programme.id, AttendanceCode.CANCELLED_BY_PROVIDER, Actor.STAFF)


def close_programme(event: Ending, unit: Unit) -> None:
    """The referral ended: seats are freed, the offer and the waiting list are left."""
    programme = _programme(unit, event.referral_id, event.person_id)
    if programme.status is ProgrammeStatus.ENDED:
        return
    if programme.offer_id is not None:
        withdraw_offer(unit, programme.offer_id, programme)
    programme.end(unit.now)
    unit.save(programme)
    by_patient = isinstance(event, said.ReferralWithdrawn | said.ReferralErased)
    code = AttendanceCode.CANCELLED_BY_PATIENT if by_patient else AttendanceCode.CANCELLED_BY_PROVIDER
    cancel_bookings_ahead(unit, programme.id, code, Actor.PATIENT if by_patient else Actor.STAFF)

"""What scheduling reacts to, and which timers it knows."""

from movewell.contracts import people
from movewell.contracts import referral as said
from movewell.store.timers import Alarm, Timer
from movewell.store.unit import Unit

from scheduling.application.answer_offer import lapse_offer
from scheduling.application.follow_referral import (
    accept_programme,
    close_programme,
    note_clearance,
    withdraw_clearance,
)
from scheduling.application.keep_person import forget_person, keep_person
from scheduling.application.seek_place import offer_freed_places

REACTIONS = {
    said.ReferralAccepted: accept_programme,
    said.ClearanceGranted: note_clearance,
    said.ClearanceWithdrawn: withdraw_clearance,
    said.ReferralCancelled: close_programme,
    said.ReferralWithdrawn: close_programme,
    said.ReferralDischarged: close_programme,
    said.ReferralDeclined: close_programme,
    said.ReferralSignposted: close_programme,
    said.ReferralErased: close_programme,
    people.PersonRegistered: keep_person,
    people.PersonErased: forget_person,
}


def _lapse(timer: Timer, unit: Unit) -> None:
    lapse_offer(unit, timer.subject)


def _offer_freed(timer: Timer, unit: Unit) -> None:
    last = timer.facts.get("last")
    offer_freed_places(unit, timer.subject, (str(timer.facts["since"]), str(last)) if last else None)


ALARMS = {"offer.lapses": Alarm(_lapse), "places.freed": Alarm(_offer_freed)}

"""Record a screening; erase a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from movewell.store.unit import Unit, new_id

from referral.domain.london import london_day
from referral.domain.person import Person
from referral.domain.referral import Referral
from referral.domain.screening import Assessment, assess, read_facts


def record_screening(
    unit: Unit, referral_id: str, document: Mapping[str, Any], by: str | None = None
) -> tuple[Referral, Assessment]:
    """Evaluate and keep a screening; `by` is the subject of who did it.

    Raises NotFound, ScreeningIncomplete with every fault, ReferralEnded.
    """
    referral = unit.get(Referral, referral_id)
    assessment = assess(read_facts(document), london_day(unit.now))
    referral.record_screening(new_id(), assessment, unit.now, by)
    unit.save(referral)
    return referral, assessment


def erase_person(unit: Unit, person_id: str) -> Person:
    """Forget a person: all their referrals end; the key is destroyed by a timer, at once. Raises NotFound."""
    person = unit.get(Person, person_id)
    for referral in unit.find(Referral, {"person_id": person_id}, order=("received_at",), limit=1000):
        referral.erase(unit.now)
        unit.save(referral)
    person.erase(unit.now)
    unit.save(person)
    unit.later("key.destroyed", person_id, unit.now)
    return person

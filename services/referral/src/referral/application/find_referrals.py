"""Find referrals by what somebody reads out: an NHS number, a reference, or a family name. Exact, by marks."""

from __future__ import annotations

from dataclasses import dataclass, field

from movewell.store.unit import Unit

from referral.application.receive_referral import Secrecy, family_name_mark
from referral.domain.person import Person
from referral.domain.referral import Referral

MOST = 25


@dataclass(frozen=True)
class Sought:
    """What was typed, as all that it can be. Nothing of it shows in a repr."""

    nhs_number: str | None = field(default=None, repr=False)
    references: tuple[str, ...] = field(default=(), repr=False)
    family_name: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Found:
    """Ids of referrals, the newest first, open or ended; `more` if some were left off."""

    ids: list[str]
    more: bool


def find_referrals(unit: Unit, secrecy: Secrecy, sought: Sought) -> Found:
    """Every referral that fits one of the three, none twice."""
    found = {each.id: each for each in (*_by_person(unit, secrecy, sought), *_by_reference(unit, secrecy, sought))}
    newest = sorted(found.values(), key=lambda each: (each.received_at, each.id), reverse=True)
    return Found([each.id for each in newest[:MOST]], len(newest) > MOST)


def _by_person(unit: Unit, secrecy: Secrecy, sought: Sought) -> list[Referral]:
    marks = {
        "nhs_number_mark": secrecy.mark(unit.tenant, "nhs-number", sought.nhs_number) if sought.nhs_number else None,
        "family_name_mark": family_name_mark(unit.tenant, secrecy, sought.family_name) if sought.family_name else None,
    }
    people = [
        person
        for name, mark in marks.items()
        if mark is not None
        for person in unit.find(Person, {name: mark}, limit=MOST + 1)
    ]
    return [
        referral
        for person in people
        for referral in unit.find(
            Referral, {"person_id": person.id}, order=("received_at",), descending=True, limit=MOST + 1
        )
    ]


def _by_reference(unit: Unit, secrecy: Secrecy, sought: Sought) -> list[Referral]:
    marks = [secrecy.mark(unit.tenant, "reference", each) for each in sought.references]
    return [
        referral
        for mark in marks
        for referral in unit.find(
            Referral, {"referrer_mark": mark}, order=("received_at",), descending=True, limit=MOST + 1
        )
    ]

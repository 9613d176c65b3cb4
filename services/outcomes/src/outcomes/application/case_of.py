"""Find the case of a referral, made at the first thing heard of it."""

from __future__ import annotations

from movewell.store.unit import Unit

from outcomes.domain.case import Case
from outcomes.domain.questionnaire import Questionnaire

MOST = 200


def case_of(unit: Unit, referral_id: str) -> Case:
    """The case; a new one, not yet saved, if nothing was heard of the referral before."""
    return unit.find_one(Case, referral_id) or Case(id=referral_id, tenant=unit.tenant)


def questionnaires_of(unit: Unit, referral_id: str) -> list[Questionnaire]:
    """Every questionnaire of a referral, in the order they are due."""
    return unit.find(Questionnaire, {"referral_id": referral_id}, order=("due_at",), limit=MOST)

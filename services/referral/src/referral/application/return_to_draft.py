"""Save a draft for later under a return code, and come back to it from another device."""

from __future__ import annotations

from datetime import date

from movewell.store.unit import Unit

from referral.application.keep_draft import find_draft, read_answers
from referral.application.receive_referral import Secrecy
from referral.domain.draft import Draft
from referral.domain.reference import read_reference, reference_of
from referral.domain.self_referral import Step


def return_code(secrecy: Secrecy, draft: Draft) -> str:
    """The draft's code. It is made of the draft's id and the service's secret, so it is kept nowhere."""
    return reference_of(int(secrecy.mark(draft.tenant, "return-code", f"{draft.id}|{draft.codes}"), 16))


def save_for_later(unit: Unit, secrecy: Secrecy, draft_id: str) -> None:
    """Let the code lead back to the draft. Raises DraftEnded."""
    draft = find_draft(unit, draft_id)
    mark = _mark(unit, secrecy, return_code(secrecy, draft))
    if draft.return_mark != mark:
        draft.save_for_later(mark, unit.now)
        unit.save(draft)


def return_to_draft(unit: Unit, secrecy: Secrecy, code: str, born: date) -> Draft | None:
    """The draft that this code and this date of birth lead to; None if there is none, whatever is wrong."""
    reference = read_reference(code)
    if reference is None:
        return None
    found = unit.find(Draft, {"return_mark": _mark(unit, secrecy, reference)}, limit=1)
    if not found or found[0].is_over(unit.now):
        return None
    (draft,) = found
    answers = read_answers(unit, secrecy, draft)
    if answers.get(Step.DATE_OF_BIRTH, {}).get("birth_date") != born.isoformat():
        draft.note_wrong_birth_date()
        unit.save(draft)
        return None
    if draft.tries:
        draft.note_return()
        unit.save(draft)
    return draft


def _mark(unit: Unit, secrecy: Secrecy, code: str) -> str:
    return secrecy.mark(unit.tenant, "returned", code)

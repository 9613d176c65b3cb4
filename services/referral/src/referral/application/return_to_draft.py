"""Save a draft for later under a return code, and come back to it from another device."""

from __future__ import annotations

from datetime import date

from movewell.store.unit import Unit

from referral.application.keep_draft import find_draft, read_birth_date
from referral.application.limit_use import forget_use
from referral.application.receive_referral import Secrecy
from referral.domain.allowance import Allowance
from referral.domain.draft import KEPT, MOST_TRIES, Draft
from referral.domain.reference import read_reference, reference_of


def return_code(secrecy: Secrecy, draft: Draft) -> str:
    """The draft's code. It is made of the draft's id and the service's secret, so it is kept nowhere."""
    return reference_of(int(secrecy.mark(draft.tenant, "return-code", f"{draft.id}|{draft.codes}"), 16))


def save_for_later(unit: Unit, secrecy: Secrecy, draft_id: str) -> None:
    """Let a code lead back to the draft, another one if it was tried too often. Raises DraftEnded."""
    draft = find_draft(unit, draft_id)
    if not is_good(unit, secrecy, draft):
        draft.codes += 1
    mark = _mark(unit, secrecy, return_code(secrecy, draft))
    if draft.return_mark != mark:
        draft.save_for_later(mark, unit.now)
        unit.save(draft)


def is_good(unit: Unit, secrecy: Secrecy, draft: Draft) -> bool:
    """Whether the draft's code was not tried too often with wrong dates of birth."""
    tried = unit.find_one(Allowance, _mark(unit, secrecy, return_code(secrecy, draft)))
    return tried is None or not tried.is_used_up(MOST_TRIES)


def return_to_draft(unit: Unit, secrecy: Secrecy, code: str, born: date) -> Draft | None:
    """The draft that this code and this date of birth lead to; None if there is none, whatever is wrong.

    A code that leads nowhere is as much work as one that does, and wrong tries are counted with either: how long an
    answer takes, and after how many it is no longer given, tell nobody which codes there are.
    """
    reference = read_reference(code)
    if reference is None:
        return None
    mark = _mark(unit, secrecy, reference)
    tried = unit.find_one(Allowance, mark) or Allowance(id=mark, tenant=unit.tenant, ends_at=unit.now + KEPT)
    found = next(iter(unit.find(Draft, {"return_mark": mark}, limit=1)), None)
    draft = None if found is None or found.is_over(unit.now) else found
    was_born_then = read_birth_date(unit, secrecy, draft) == born.isoformat()
    if draft is None or not was_born_then or tried.is_used_up(MOST_TRIES):
        tried.used += 1
        unit.save(tried)
        unit.later("allowance.ended", mark, tried.ends_at)
        return None
    forget_use(unit, mark)
    return draft


def _mark(unit: Unit, secrecy: Secrecy, code: str) -> str:
    return secrecy.mark(unit.tenant, "returned", code)

"""Keep what somebody has answered so far, sealed under a key of the draft's own; and destroy both."""

from __future__ import annotations

from collections.abc import Mapping

from movewell.keyring.port import KeyDestroyed
from movewell.keyring.sealing import open_sealed, seal
from movewell.store.unit import Unit

from referral.application.receive_referral import Secrecy
from referral.domain.draft import Draft, DraftEnded, DraftStatus
from referral.domain.self_referral import Answers, Fields, Step, in_accord

ENDED = "draft.ended"
"""The timer that ends a draft."""


def start_draft(unit: Unit, secrecy: Secrecy, id: str) -> Draft:
    """An empty draft. The caller has made the id; its key is made here, again to no effect."""
    secrecy.keyring.create(unit.tenant, id)
    draft = Draft.start(id=id, tenant=unit.tenant, now=unit.now)
    unit.save(draft)
    unit.later(ENDED, id, draft.expires_at)
    return draft


def find_draft(unit: Unit, id: str) -> Draft:
    """The draft, sent or not. Raises DraftEnded when it is no longer kept."""
    draft = unit.find_one(Draft, id)
    if draft is None or draft.is_over(unit.now):
        raise DraftEnded("These answers were deleted.")
    return draft


def read_answers(unit: Unit, secrecy: Secrecy, draft: Draft) -> dict[Step, Fields]:
    """What was answered so far. Raises DraftEnded when it was sent."""
    if draft.status is DraftStatus.SENT:
        raise DraftEnded("These answers were sent.")
    kept = {step: draft.answers[step.value] for step in Step if step.value in draft.answers}
    return {step: _open(unit.tenant, secrecy, draft.id, step.value, each) for step, each in kept.items()}


def read_birth_date(unit: Unit, secrecy: Secrecy, draft: Draft | None) -> str | None:
    """The one answer that a return code is tried with; where there is no draft, the same work for nothing."""
    if draft is None:
        secrecy.open_decoy(unit.tenant)
        return None
    step = Step.DATE_OF_BIRTH.value
    return _open(unit.tenant, secrecy, draft.id, step, draft.answers[step]).get("birth_date")


def write_answer(unit: Unit, secrecy: Secrecy, draft_id: str, step: Step, fields: Fields) -> Answers:
    """Keep the answer to one question; all answers then. Raises DraftEnded."""
    draft = find_draft(unit, draft_id)
    answers = in_accord({**read_answers(unit, secrecy, draft), step: fields})
    sealed = {each.value: draft.answers[each.value] for each in answers if each is not step}
    sealed[step.value] = seal(secrecy.keyring, unit.tenant, draft.id, _purpose(step.value), fields)
    draft.write(sealed, unit.now)
    unit.save(draft)
    return answers


def end_draft(unit: Unit, draft_id: str) -> None:
    """Delete the draft, if it is there, and destroy its key."""
    draft = unit.find_one(Draft, draft_id)
    if draft is None:
        return
    unit.remove(draft)
    unit.not_later(ENDED, draft_id)
    unit.later("key.destroyed", draft_id, unit.now)


def _open(tenant: str, secrecy: Secrecy, draft_id: str, step: str, sealed: str) -> Mapping[str, str]:
    try:
        return open_sealed(secrecy.keyring, tenant, draft_id, _purpose(step), sealed)
    except KeyDestroyed:
        raise DraftEnded("These answers were deleted.") from None


def _purpose(step: str) -> str:
    return f"draft|{step}"

"""Make a referral of a draft, once."""

from __future__ import annotations

from collections.abc import Callable

from movewell.kernel import DomainError
from movewell.store.unit import Unit

from referral.application.keep_draft import ENDED, find_draft, read_answers
from referral.application.receive_referral import Secrecy, receive_referral
from referral.domain.draft import DraftStatus
from referral.domain.incoming import IncomingReferral
from referral.domain.london import london_day
from referral.domain.reference import reference_of
from referral.domain.referral import Referral
from referral.domain.self_referral import Answers, first_unanswered, stopped_by

Make = Callable[[Answers, str], IncomingReferral]
"""Makes what came in of the answers and the reference."""


class DraftIncomplete(DomainError):
    """Questions are unanswered, or an answer says that the service is not for this person."""

    code = "draft-incomplete"


def reference_for(secrecy: Secrecy, tenant: str, draft_id: str) -> str:
    """What the patient is given. It is made of the draft's id and the service's secret: the same each time."""
    return reference_of(int(secrecy.mark(tenant, "self-referral-reference", draft_id), 16))


def send_draft(unit: Unit, secrecy: Secrecy, draft_id: str, make: Make) -> Referral | None:
    """Take the referral; again, it changes nothing and gives None. Raises DraftEnded, DraftIncomplete.

    The answers' key is destroyed at once; what is left of the draft says that it was sent, for a day.
    """
    draft = find_draft(unit, draft_id)
    if draft.status is DraftStatus.SENT:
        return None
    answers = read_answers(unit, secrecy, draft)
    if first_unanswered(answers) is not None or stopped_by(answers, london_day(unit.now)) is not None:
        raise DraftIncomplete("Not all questions are answered.")
    referral = receive_referral(unit, secrecy, make(answers, reference_for(secrecy, unit.tenant, draft.id)))
    draft.send(unit.now)
    unit.save(draft)
    unit.later(ENDED, draft.id, draft.expires_at)
    unit.later("key.destroyed", draft.id, unit.now)
    return referral

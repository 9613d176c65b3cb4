"""The referral ended: what is not answered is closed; an erased person's answers and notes go."""

from __future__ import annotations

from movewell.contracts import referral as said
from movewell.contracts.types import CloseReason
from movewell.store.unit import Unit

from outcomes.application.ask_before_session import close
from outcomes.application.case_of import case_of, questionnaires_of
from outcomes.application.list_risks import risks_of

Ending = (
    said.ReferralCancelled
    | said.ReferralWithdrawn
    | said.ReferralDischarged
    | said.ReferralDeclined
    | said.ReferralSignposted
    | said.ReferralErased
)


def close_case(event: Ending, unit: Unit) -> None:
    """Close what is pending. This may be heard before the booking it makes void."""
    case = case_of(unit, event.referral_id)
    case.ended, case.person_id = True, event.person_id
    unit.save(case)
    for questionnaire in questionnaires_of(unit, event.referral_id):
        if isinstance(event, said.ReferralErased):
            questionnaire.forget_answers()
        close(unit, questionnaire, CloseReason.REFERRAL_ENDED)
    if isinstance(event, said.ReferralErased):
        for item in risks_of(unit, event.referral_id):
            item.note = None
            unit.save(item)

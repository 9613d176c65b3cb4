"""What is suggested, rule by rule; what goes against it."""

from __future__ import annotations

import pytest
from movewell.contracts.types import EndCode, RejectionReason, ScreeningOutcome, SessionFormat
from referral.domain import screening
from referral.domain.decision import Choice, Made
from referral.domain.suggestion import RULES, Standing, departs, suggest

CLEARED = {"accepted": False, "outcome": ScreeningOutcome.CLEARED, "in_force": True}
NOT_SCREENED = {"accepted": False, "outcome": None, "in_force": False}
REFUSED = {"accepted": False, "outcome": ScreeningOutcome.CONTRAINDICATED, "in_force": False}
LETTER = {"accepted": False, "outcome": ScreeningOutcome.MEDICAL_CLEARANCE_NEEDED, "in_force": False}
TAKEN = {**CLEARED, "accepted": True}


@pytest.mark.parametrize(
    ("standing", "rule", "wants"),
    [
        (NOT_SCREENED, "not-screened", "screen"),
        (REFUSED, "contraindicated", "decline"),
        (LETTER, "medical-clearance-needed", "ask_gp"),
        ({**CLEARED, "rules": ("acsm-1",)}, "cleared", "accept"),
        ({**CLEARED, "rules": ("acsm-1", "falls")}, "cleared-with-care", "accept"),
        ({**CLEARED, "in_force": False}, "clearance-over", "screen"),
        (TAKEN, "under-way", "none"),
        ({**TAKEN, "delivered": True}, "programme-over", "discharge"),
        ({**TAKEN, "in_force": False}, "clearance-lost", "screen"),
        ({**TAKEN, "in_force": False, "delivered": True}, "programme-over", "discharge"),
        ({**REFUSED, "accepted": True}, "clearance-lost", "screen"),
    ],
)
def test_each_state_has_its_suggestion(standing: dict, rule: str, wants: str) -> None:
    suggestion = suggest(Standing(**standing))
    assert (suggestion.rule, suggestion.wants) == (rule, wants)
    assert suggestion.reason and suggestion.source


def test_a_suggestion_says_all_that_the_decision_needs() -> None:
    group = suggest(Standing(**CLEARED))
    assert (group.format, group.sessions_planned) == (SessionFormat.GROUP, 8)
    assert suggest(Standing(**CLEARED, rules=("pregnancy",))).format is SessionFormat.ONE_TO_ONE
    assert suggest(Standing(**REFUSED)).rejection is RejectionReason.NOT_CLINICALLY_APPROPRIATE
    assert suggest(Standing(**TAKEN, delivered=True)).end_code is EndCode.MUTUALLY_AGREED


def test_every_state_that_can_be_has_a_suggestion() -> None:
    for accepted in (True, False):
        for outcome in (None, *ScreeningOutcome):
            for in_force in (True, False):
                for delivered in (True, False):
                    standing = Standing(accepted=accepted, outcome=outcome, in_force=in_force, delivered=delivered)
                    assert suggest(standing).rule


def test_the_rules_name_rules_of_the_screening() -> None:
    known = {rule["id"] for kind in ("acsm", "ticked", "vital") for rule in screening.RULES[kind]}
    assert {each for rule in RULES["suggestion"] for each in rule.get("any_of", [])} <= known


@pytest.mark.parametrize(
    ("standing", "made", "otherwise"),
    [
        (CLEARED, Made(choice=Choice.ACCEPT, format=SessionFormat.GROUP, sessions_planned=4), False),
        (CLEARED, Made(choice=Choice.ACCEPT, format=SessionFormat.ONE_TO_ONE, sessions_planned=8), True),
        (CLEARED, Made(choice=Choice.SIGNPOST, activity="parkrun"), True),
        (CLEARED, Made(choice=Choice.ASK_GP), True),
        (CLEARED, Made(choice=Choice.WITHDRAW), False),
        (CLEARED, Made(choice=Choice.DISCHARGE, end_code=EndCode.PATIENT_DECLINED), False),
        (NOT_SCREENED, Made(choice=Choice.DECLINE, rejection=RejectionReason.NOT_ELIGIBLE), True),
        (REFUSED, Made(choice=Choice.DECLINE, rejection=RejectionReason.OTHER), False),
        (LETTER, Made(choice=Choice.ASK_GP), False),
        (TAKEN, Made(choice=Choice.DISCHARGE, end_code=EndCode.DROPPED_OUT), False),
    ],
)
def test_only_what_is_not_suggested_needs_a_reason(standing: dict, made: Made, otherwise: bool) -> None:
    assert departs(made, suggest(Standing(**standing))) is otherwise

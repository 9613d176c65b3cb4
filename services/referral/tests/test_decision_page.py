"""The decision: what is suggested and why, an override that says why, once, by clinicians, kept for later."""

from __future__ import annotations

import re
from typing import Any

import pytest
from movewell.contracts.adverse_events import AdverseEventAction, AdverseEventKind
from movewell.contracts.types import (
    AttendanceCode,
    CloseReason,
    EndCode,
    MessageKind,
    RejectionReason,
    RiskOutcome,
    RiskTrigger,
    SessionFormat,
    SourceOfReferral,
    StopReason,
)
from movewell.store.unit import new_id
from referral.domain.decision import Choice, OverrideReason
from referral.domain.referral import ReferralStatus
from referral.entrypoints import wording as words_of
from referral.entrypoints.decision_page import FAULTS

from .clinic import DAY, Clinic
from .test_worklist_page import words

GROUP = {"format": "group", "sessions_planned": "8"}


@pytest.fixture
def clinic(monkeypatch: pytest.MonkeyPatch) -> Clinic:
    monkeypatch.setenv("SIGNPOST_ACTIVITIES", '{"ZT001": {"parkrun": "parkrun, a free weekly 5 km"}}')
    return Clinic()


@pytest.fixture
def fit(clinic: Clinic) -> str:
    """Somebody who is cleared and for whom group sessions are suggested."""
    id = clinic.refer(email="ada@patients.example")
    clinic.screen(id)
    return id


def shown(clinic: Clinic, id: str) -> str:
    return words(clinic.get(f"/referrals/{id}/decision", "clinician").text)


def test_a_suggestion_has_its_reason_and_source(clinic: Clinic, fit: str) -> None:
    page = shown(clinic, fit)
    assert "Suggestion Accept for sessions Kind of sessions Group sessions Why The patient is cleared" in page


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"systolic": "190"}, "Decline the referral"),
        ({"symptoms": "yes"}, "Ask the GP for medical clearance"),
        ({"active": "yes", "disease": "yes"}, "Accept for sessions Kind of sessions One-to-one sessions"),
    ],
)
def test_the_suggestion_follows_the_screening(clinic: Clinic, facts: dict[str, str], said: str) -> None:
    id = clinic.refer()
    assert "Suggestion Screen the patient first" in shown(clinic, id)
    clinic.screen(id, **facts)
    assert f"Suggestion {said}" in shown(clinic, id)


def test_the_suggested_decision_is_made_and_kept(clinic: Clinic, fit: str) -> None:
    answer = clinic.decide(fit, "accept", **GROUP)
    assert answer.status_code == 303
    page = words(clinic.get(answer.headers["Location"], "clinician").text)
    assert "The referral is accepted." in page and "Accepted, no place offered yet" in page
    assert "The referral was accepted for 8 group sessions." in page
    found = clinic.referral(fit)
    (decision,) = found.decisions
    assert (found.status, found.format) == (ReferralStatus.ACCEPTED, SessionFormat.GROUP)
    assert (decision.choice, decision.by, decision.suggested) == (Choice.ACCEPT, "clinician-1", "cleared")
    assert (decision.ruleset, decision.override, decision.note) == ("2026.1", None, None)


def test_the_banner_is_shown_just_after_and_for_what_was_done(clinic: Clinic, fit: str) -> None:
    location = clinic.decide(fit, "accept", **GROUP).headers["Location"]
    assert "is declined." not in words(clinic.get(f"/referrals/{fit}?done=decline", "clinician").text)
    clinic.clock.moment += DAY
    assert "The referral is accepted." not in words(clinic.get(location, "clinician").text)


def test_an_override_needs_its_reason_and_is_kept_with_a_sealed_note(clinic: Clinic, fit: str) -> None:
    asked = {"format": "one_to_one", "sessions_planned": "6", "note": "Is afraid of groups"}
    refused = clinic.decide(fit, "accept", **asked)
    assert refused.status_code == 400 and FAULTS["override"] in refused.text and 'href="#override"' in refused.text
    assert "Is afraid of groups" in refused.text and re.search(r'value="one_to_one" checked', refused.text)
    assert clinic.decide(fit, "accept", **asked, override="patient_preference").status_code == 303
    (decision,) = clinic.referral(fit).decisions
    assert decision.override is OverrideReason.PATIENT_PREFERENCE
    assert decision.note and "groups" not in decision.note
    assert "Is afraid of groups" in words(clinic.get(f"/referrals/{fit}", "clinician").text)
    seen = words(clinic.get(f"/referrals/{fit}", "coordinator").text)
    assert "The patient prefers it" in seen and "Is afraid of groups" not in seen


def test_another_reason_is_written(clinic: Clinic, fit: str) -> None:
    assert clinic.decide(fit, "decline", rejection="42", override="other").status_code == 400
    assert clinic.decide(fit, "decline", rejection="42", override="other", note="Moved away").status_code == 303
    assert clinic.referral(fit).status is ReferralStatus.DECLINED


def test_a_reason_for_what_is_suggested_is_not_kept(clinic: Clinic, fit: str) -> None:
    clinic.decide(fit, "accept", **GROUP, override="practical")
    assert clinic.referral(fit).decisions[0].override is None


@pytest.mark.parametrize(
    ("choice", "more", "status"),
    [
        ("signpost", {"activity": "parkrun", "override": "patient_preference"}, ReferralStatus.SIGNPOSTED),
        ("decline", {"rejection": "40", "override": "new_information"}, ReferralStatus.DECLINED),
        ("ask_gp", {"override": "clinical_judgement"}, ReferralStatus.SCREENED),
        ("withdraw", {}, ReferralStatus.WITHDRAWN),
        ("discharge", {"end_code": "14"}, ReferralStatus.DISCHARGED),
    ],
)
def test_each_decision_is_made_by_its_use_case(
    clinic: Clinic, fit: str, choice: str, more: dict[str, Any], status: ReferralStatus
) -> None:
    answer = clinic.decide(fit, choice, **more)
    assert answer.status_code == 303 and clinic.referral(fit).status is status
    assert clinic.get(answer.headers["Location"], "clinician").status_code == 200


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "choice"),
        ({"choice": "promote"}, "choice"),
        ({"choice": "accept", "sessions_planned": "8"}, "format"),
        ({"choice": "accept", "format": "group", "sessions_planned": "0"}, "sessions_planned"),
        ({"choice": "accept", "format": "group", "sessions_planned": "53"}, "sessions_planned"),
        ({"choice": "accept", "format": "group", "sessions_planned": "eight"}, "sessions_planned"),
        ({"choice": "signpost", "activity": "bungee"}, "activity"),
        ({"choice": "decline", "rejection": "1"}, "rejection"),
        ({"choice": "discharge", "end_code": ""}, "end_code"),
        ({"choice": "withdraw", "note": "x" * 1201}, "note"),
        ({"choice": "withdraw", "note": "\x00"}, "note"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(clinic: Clinic, fit: str, given: dict[str, str], field: str) -> None:
    form = {"seen": clinic.referral(fit).version, "key": new_id(), **given}
    answer = clinic.post(f"/referrals/{fit}/decision", "clinician", form)
    assert answer.status_code == 400 and f'href="#{field}"' in answer.text and f'id="{field}"' in answer.text
    assert re.search(r"<title>\s*Error: Decision", answer.text) and FAULTS[field] in answer.text
    assert clinic.referral(fit).decisions == []


def test_a_double_press_decides_once(clinic: Clinic, fit: str) -> None:
    form = {"choice": "decline", "rejection": "40", "override": "practical", "key": new_id(), "seen": 2}
    answers = [clinic.post(f"/referrals/{fit}/decision", "clinician", form) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert len(clinic.referral(fit).decisions) == 1


def test_who_decides_on_an_old_page_is_told_that_it_changed(clinic: Clinic, fit: str) -> None:
    before = clinic.referral(fit).version
    clinic.screen(fit, systolic="190")
    answer = clinic.decide(fit, "accept", **GROUP, seen=before)
    assert answer.status_code == 409 and "Somebody has changed this referral" in words(answer.text)
    assert "Suggestion Decline the referral" in words(answer.text)
    assert clinic.referral(fit).status is ReferralStatus.SCREENED


def test_nobody_is_accepted_without_a_clearance_whatever_reason_is_given(clinic: Clinic) -> None:
    id = clinic.refer()
    answer = clinic.decide(id, "accept", **GROUP, override="clinical_judgement")
    assert answer.status_code == 409 and "no valid clearance" in words(answer.text)
    assert clinic.referral(id).decisions == []


def test_after_acceptance_there_is_discharge_and_withdrawal(clinic: Clinic, fit: str) -> None:
    clinic.decide(fit, "accept", **GROUP)
    page = clinic.get(f"/referrals/{fit}/decision", "clinician").text
    assert re.findall(r'name="choice" type="radio" value="(\w+)"', page) == ["discharge", "withdraw"]
    codes = re.findall(r'<option value="(\d+)"', page)
    assert codes == ["46", "47", "48", "49", "96"]
    assert clinic.decide(fit, "discharge", end_code="14").status_code == 409
    assert clinic.decide(fit, "discharge", end_code="46").status_code == 303
    assert [each.choice for each in clinic.referral(fit).decisions] == [Choice.ACCEPT, Choice.DISCHARGE]


def test_what_has_ended_is_not_decided_again(clinic: Clinic, fit: str) -> None:
    clinic.decide(fit, "withdraw")
    assert "This referral has ended." in shown(clinic, fit)
    answer = clinic.decide(fit, "decline", rejection="40")
    assert answer.status_code == 409 and 'href="#ended"' in answer.text


def test_codes_that_are_offered_have_their_words() -> None:
    for of, table in ((EndCode, words_of.END_CODES), (RejectionReason, words_of.REJECTIONS)):
        assert {each.value for each in of} == set(table)
    for of, table in ((RiskOutcome, words_of.RISK_OUTCOMES), (AdverseEventKind, words_of.ADVERSE_EVENTS)):
        assert {each.value for each in of} == set(table)
    for of, table in ((AdverseEventAction, words_of.ADVERSE_ACTIONS), (MessageKind, words_of.MESSAGES)):
        assert {each.value for each in of} == set(table)
    for of, table in ((StopReason, words_of.STOPS), (CloseReason, words_of.CLOSES), (RiskTrigger, words_of.RISKS)):
        assert {each.value for each in of} <= set(table)
    for of, table in ((SourceOfReferral, words_of.SOURCES), (AttendanceCode, words_of.ATTENDANCE)):
        assert {each.value for each in of} == set(table)
    for of, table in ((Choice, words_of.CHOICES), (OverrideReason, words_of.OVERRIDES)):
        assert {each.value for each in of} == set(table)

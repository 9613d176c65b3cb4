"""A referral's page: who, where it stands, what is missing, what happened; each look is written down."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from movewell.contracts import outcomes as scored
from movewell.contracts import scheduling as scheduled
from movewell.contracts.declare import declaration_of
from movewell.contracts.types import (
    AttendanceCode,
    IntakeChannel,
    Measure,
    RiskTrigger,
    SessionFormat,
    SourceOfReferral,
)
from movewell.store.unit import new_id
from referral.application.receive_referral import receive_referral
from referral.domain.incoming import (
    CurrentTherapy,
    EmergencyContact,
    IncomingPerson,
    IncomingReferral,
    SelfReferral,
)
from referral.domain.reference import reference_of
from referral.entrypoints.timeline_words import WORDS, told
from referral.projections.timeline_rows import TIMELINES, TOLD

from .clinic import DAY, Clinic
from .followed import STORY, TENANT, uid
from .test_found_by_name import secrecy_of
from .test_worklist_page import listed, words


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def booked(id: str, clinic: Clinic) -> dict[str, Any]:
    ids = {"referral_id": id, "person_id": new_id(), "booking_id": new_id(), "session_id": new_id()}
    starts_at = clinic.clock.now() + DAY
    given = {"venue_id": "gym", "format": SessionFormat.GROUP, "ordinal": 1}
    return {**ids, **given, "starts_at": starts_at, "ends_at": starts_at}


def test_the_page_says_who_it_is_about(clinic: Clinic) -> None:
    id = clinic.refer(nhs_number="9990000018", phone="07700 900123", email="ada@patients.example", postcode="ZZ99 3WZ")
    page = words(clinic.get(f"/referrals/{id}", "clinician").text)
    for said in ("Ada Quux", "9 March 1984 (41 years old)", "999 000 0018", "07700 900123", "ada@patients.example"):
        assert said in page
    assert "ZZ99 3WZ" in page and "Low mood since the winter." in page and "GP practice" in page


def test_what_is_not_known_is_said_to_be_so(clinic: Clinic) -> None:
    page = words(clinic.get(f"/referrals/{clinic.refer()}", "clinician").text)
    assert "NHS number Not known" in page and "Phone Not known" in page and "Received, not screened" in page
    assert "Missing Screening Contact details" in page and "There are no scores yet." in page


def test_sessions_scores_and_risks_come_from_the_other_services(clinic: Clinic) -> None:
    id = clinic.refer()
    session, now = booked(id, clinic), clinic.clock.now()
    attended = {each: session[each] for each in ("referral_id", "booking_id", "session_id", "starts_at")}
    scores = {"referral_id": id, "questionnaire_id": new_id(), "measure": Measure.PHQ9, "scored_at": now}
    clinic.tell(
        scheduled.SessionBooked(**session),
        scheduled.SessionAttended(**attended, code=AttendanceCode.ATTENDED, recorded_at=now),
        scored.MeasureScored(**scores, score=15, at_caseness=True),
        scored.MeasureScored(**{**scores, "questionnaire_id": new_id()}, score=8, at_caseness=False),
        scored.RiskRaised(
            referral_id=id, person_id=new_id(), risk_id=new_id(), trigger=RiskTrigger.PHQ9_ITEM9, raised_at=now
        ),
    )
    answer = clinic.get(f"/referrals/{id}", "clinician")
    page = words(answer.text)
    assert "1 of 1 sessions attended." in page and "15, at caseness" in page and "8, below caseness" in page
    assert "Look at this first" in page and "Risk: nobody has taken it on" in page
    assert f'href="/cases/{id}"' in answer.text and "First session after 1 day" in page


def test_a_coordinator_sees_the_page_and_no_clinical_actions(clinic: Clinic) -> None:
    id = clinic.refer()
    clinic.screen(id)
    page = clinic.get(f"/referrals/{id}", "coordinator")
    assert page.status_code == 200 and "/screening" not in page.text and "/decision" not in page.text
    for path in ("screening", "screening/result", "decision"):
        assert clinic.get(f"/referrals/{id}/{path}", "coordinator").status_code == 403
    for path in ("screening", "decision"):
        assert clinic.post(f"/referrals/{id}/{path}", "coordinator").status_code == 403


@pytest.mark.parametrize("path", ["", "/screening", "/screening/result", "/decision"])
def test_another_services_referral_does_not_exist(clinic: Clinic, path: str) -> None:
    id = clinic.refer()
    clinic.door.sign_in("clinician", "ZT002")
    assert clinic.get(f"/referrals/{id}{path}").status_code == 404
    assert clinic.get(f"/referrals/{new_id()}{path}", "clinician").status_code == 404


@pytest.mark.parametrize("path", ["", "/screening", "/screening/result", "/decision"])
def test_every_look_is_written_down(clinic: Clinic, path: str) -> None:
    id = clinic.refer()
    assert clinic.get(f"/referrals/{id}{path}", "clinician").status_code == 200
    assert (f"/referrals/<referral_id>{path}", "clinician-1", id) in clinic.accesses()


def test_of_an_erased_person_nothing_is_shown(clinic: Clinic) -> None:
    id = clinic.refer(family_name="Zzyxwell")
    clinic.decide(id, "signpost", activity="parkrun", override="other", note="Prefers Zzyxwell park")
    person = clinic.referral(id).person_id
    clinic.door.call("POST", f"/api/people/{person}/erase", "clinician")
    clinic.door.running.timers().step()
    clinic.follow()
    page = clinic.get(f"/referrals/{id}", "clinician").text
    assert "Zzyxwell" not in page and "Details erased" in page and "Low mood" not in page
    assert clinic.get("/worklist", "clinician").status_code == 200
    found = clinic.post("/worklist/search", "clinician", {"term": "Zzyxwell"})
    assert "No referral was found" in words(found.text)


def test_everything_that_is_told_has_its_words() -> None:
    row: dict[str, Any] = {"id": uid(1), "tenant": TENANT}
    for event in STORY:
        if type(event) in TOLD:
            row = TIMELINES.folds[type(event)](row, event)
    entries = told(row["entries"], {})
    assert len(entries) == len(row["entries"]) and entries[0].at > entries[-1].at
    assert {each["what"] for each in row["entries"]} <= set(WORDS)
    assert entries[-1].words == "The referral was received" and entries[-1].hint == "From: GP practice."


def test_each_event_of_the_timeline_has_a_sentence() -> None:
    assert {declaration_of(cls).name for cls in TOLD} == set(WORDS)


def test_what_a_patient_wrote_is_shown_and_said_to_be_unchecked(clinic: Clinic) -> None:
    incoming = IncomingReferral(
        person=IncomingPerson(
            family_name="Quux",
            given_names=("Ada",),
            birth_date=date(1984, 3, 9),
            nhs_number="9990000018",
            phone="07700 900123",
            may_leave_message=False,
            emergency_contact=EmergencyContact(name="Bo Quux", phone="07700 900456"),
        ),
        source=SourceOfReferral.SELF,
        channel=IntakeChannel.WEB,
        referrer_reference=reference_of(12345678901234567890),
        self_referral=SelfReferral(therapy=CurrentTherapy.ELSEWHERE, needs="A ramp"),
    )
    secrecy = secrecy_of(clinic)
    id = clinic.door.do(lambda unit: receive_referral(unit, secrecy, incoming).id)
    clinic.follow()
    page = words(clinic.get(f"/referrals/{id}", "clinician").text)
    assert "Nobody has checked who they are. Check the NHS number." in page
    for said in ("Bo Quux, 07700 900456", "We may leave a message No", "Yes, with another service", "A ramp"):
        assert said in page
    written = incoming.referrer_reference.replace("-", " ").lower()
    assert listed(clinic.post("/worklist/search", "clinician", {"term": written}).text) == [id]

"""The worklist: who needs something first, who has waited longest, what is missing; found by what is read out."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from html import unescape

import pytest
from movewell.contracts import notifications as noted
from movewell.contracts import outcomes as scored
from movewell.contracts.types import MessageKind, RiskTrigger, StopReason
from movewell.store.unit import new_id
from movewell.testing.at_the_door import csrf_of, words_of
from referral.application.read_worklist import PAGE

from .clinic import DAY, Clinic


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def words(page: str) -> str:
    return words_of(page)


def listed(page: str) -> list[str]:
    return re.findall(r'<a href="/referrals/([0-9a-f-]{36})"', page)


def risk(id: str, clinic: Clinic) -> scored.RiskRaised:
    ids = {"referral_id": id, "person_id": new_id(), "risk_id": new_id()}
    return scored.RiskRaised(**ids, trigger=RiskTrigger.PHQ9_ITEM9, raised_at=clinic.clock.now())


def test_an_empty_list_says_so(clinic: Clinic) -> None:
    page = clinic.get("/worklist", "clinician")
    assert page.status_code == 200 and "There is no open referral." in words(page.text)


def test_flags_come_first_and_then_the_longest_wait(clinic: Clinic) -> None:
    longest = clinic.refer(family_name="Ahmed")
    clinic.clock.moment += DAY
    longer = clinic.refer(family_name="Brown")
    clinic.clock.moment += DAY
    flagged = clinic.refer(family_name="Clarke")
    clinic.tell(risk(flagged, clinic))
    page = clinic.get("/worklist", "coordinator").text
    assert listed(page) == [flagged, longest, longer]
    assert "Risk: nobody has taken it on" in words(page)
    assert listed(clinic.get("/worklist?sort=wait", "clinician").text) == [longest, longer, flagged]
    assert listed(clinic.get("/worklist?show=flagged", "clinician").text) == [flagged]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "Waiting 0 days Within 6 weeks, 42 days left"),
        (1, "Waiting 1 day Within 6 weeks, 41 days left"),
        (42, "Waiting 42 days Within 6 weeks, last day"),
        (43, "Waiting 43 days Over 6 weeks, 83 days left of 18 weeks"),
        (127, "Waiting 127 days Over 18 weeks"),
    ],
)
def test_a_wait_is_told_in_words_against_the_standards(clinic: Clinic, days: int, said: str) -> None:
    clinic.refer()
    clinic.clock.moment += days * DAY
    assert said in words(clinic.get("/worklist", "clinician").text)


def test_each_filter_shows_who_it_is_about(clinic: Clinic) -> None:
    fresh, screened, taken = (
        clinic.refer(family_name=each, email="a@b.example") for each in ("Ahmed", "Brown", "Clarke")
    )
    for each in (screened, taken):
        clinic.screen(each)
    clinic.decide(taken, "accept", format="group", sessions_planned="8")
    silent = clinic.refer(family_name="Davies")
    shown = {
        show: listed(clinic.get(f"/worklist?show={show}", "clinician").text)
        for show in ("no-screening", "no-decision", "accepted", "no-contact", "waiting", "booked", "clearance")
    }
    assert shown == {
        "no-screening": [fresh, silent],
        "no-decision": [screened],
        "accepted": [taken],
        "no-contact": [silent],
        "waiting": [],
        "booked": [],
        "clearance": [],
    }
    clinic.clock.moment += timedelta(days=340)
    ending = clinic.get("/worklist?show=clearance", "clinician").text
    assert sorted(listed(ending)) == sorted([screened, taken]) and "Clearance ends on 2 March 2027" in words(ending)


def test_a_message_that_reaches_nobody_is_flagged_and_missing(clinic: Clinic) -> None:
    id = clinic.refer()
    told = {"referral_id": id, "message_id": new_id(), "kind": MessageKind.OFFER}
    clinic.tell(noted.MessageStopped(**told, reason=StopReason.NO_CONTACT, stopped_at=clinic.clock.now()))
    page = words(clinic.get("/worklist", "clinician").text)
    assert "Messages do not reach the patient" in page and "Contact details" in page


def test_what_has_ended_is_not_listed(clinic: Clinic) -> None:
    id = clinic.refer()
    clinic.decide(id, "withdraw")
    assert listed(clinic.get("/worklist", "clinician").text) == []


def test_pages_follow_one_another_without_gap_or_repetition_and_back(clinic: Clinic) -> None:
    ids = []
    for number in range(2 * PAGE + 3):
        ids.append(clinic.refer(family_name=f"Name{number}"))
        clinic.clock.moment += timedelta(minutes=1)
    path, seen, previous = "/worklist", [], []
    while path:
        page = clinic.get(path, "clinician").text
        seen.append(listed(page))
        links = {rel: unescape(href) for href, rel in re.findall(r'href="(/worklist\?[^"]+)" rel="(prev|next)"', page)}
        previous.append(links.get("prev"))
        path = links.get("next")
    assert [each for page in seen for each in page] == ids
    assert [len(each) for each in seen] == [PAGE, PAGE, 3] and previous[0] is None
    back = clinic.get(previous[2], "clinician").text
    assert listed(back) == seen[1]
    first = re.search(r'href="(/worklist\?[^"]+)" rel="prev"', back)
    assert first and listed(clinic.get(unescape(first[1]), "clinician").text) == seen[0]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("show=everything", 400),
        ("sort=name", 400),
        ("show=all&after=x~y", 200),
        ("after=~", 200),
        ("show[$ne]=all", 200),
    ],
)
def test_what_the_list_does_not_know_is_refused_or_passed_over(clinic: Clinic, asked: str, status: int) -> None:
    clinic.refer()
    assert clinic.get(f"/worklist?{asked}", "clinician").status_code == status


@pytest.mark.parametrize("term", ["999 000 0018", "9990000018", "O’Brién", "obrien", "O'BRIEN"])
def test_somebody_is_found_by_number_or_name_however_it_is_written(clinic: Clinic, term: str) -> None:
    id = clinic.refer(family_name="O'Brién", nhs_number="9990000018")
    clinic.refer(family_name="Brien")
    page = clinic.post("/worklist/search", "clinician", {"term": term})
    assert page.status_code == 200 and listed(page.text) == [id]


def test_ended_referrals_are_found_too_and_a_stranger_is_not(clinic: Clinic) -> None:
    id = clinic.refer(family_name="Ahmed")
    clinic.decide(id, "withdraw")
    found = clinic.post("/worklist/search", "coordinator", {"term": "ahmed"}).text
    assert listed(found) == [id] and "Ended: withdrawn by the patient" in words(found)
    assert "No referral was found" in words(clinic.post("/worklist/search", "clinician", {"term": "Nobody"}).text)


@pytest.mark.parametrize("term", ["", "  ", "'-", "x" * 300])
def test_a_search_for_nothing_is_an_error_beside_the_field(clinic: Clinic, term: str) -> None:
    page = clinic.post("/worklist/search", "clinician", {"term": term})
    assert page.status_code == 400 and "<title>Error: Worklist" in re.sub(r"\s+", " ", page.text).replace(
        "<title> ", "<title>"
    )
    assert 'href="#term"' in page.text


def test_a_name_is_found_only_in_ones_own_service(clinic: Clinic) -> None:
    clinic.refer(family_name="Ahmed")
    clinic.door.sign_in("clinician", "ZT002")
    token = clinic.token("/worklist")
    page = clinic.post("/worklist/search", form={"term": "Ahmed", "csrf_token": token})
    assert page.status_code == 200 and listed(page.text) == [] and listed(clinic.get("/worklist").text) == []


def test_what_is_searched_for_is_in_no_log_and_no_address(clinic: Clinic, caplog: pytest.LogCaptureFixture) -> None:
    clinic.refer(family_name="Zzyxwell")
    with caplog.at_level(logging.DEBUG):
        page = clinic.post("/worklist/search", "clinician", {"term": "Zzyxwell"})
    assert "Zzyxwell" not in caplog.text
    assert not re.search(r'(href|action)="[^"]*Zzyxwell', page.text)


def test_everybody_on_the_page_is_written_down_as_seen(clinic: Clinic) -> None:
    ids = {clinic.refer(family_name=each) for each in ("Ahmed", "Brown")}
    clinic.get("/worklist", "clinician")
    assert {record for route, who, record in clinic.accesses() if (route, who) == ("/worklist", "clinician-1")} == ids


@pytest.mark.parametrize("role", ["instructor", "manager", "system"])
def test_others_do_not_see_it(clinic: Clinic, role: str) -> None:
    assert clinic.get("/worklist", role).status_code == 403


def test_names_are_shown_as_they_are_written(clinic: Clinic) -> None:
    clinic.refer(family_name="<b>محمد</b>")
    page = clinic.get("/worklist", "clinician").text
    assert "&lt;b&gt;محمد&lt;/b&gt;" in page and 'dir="auto"' in page


def test_a_form_by_cookie_needs_its_token(clinic: Clinic) -> None:
    clinic.door.sign_in("clinician")
    token = csrf_of(clinic.get("/worklist"))
    assert clinic.post("/worklist/search", form={"term": "Ahmed"}).status_code == 400
    assert clinic.post("/worklist/search", form={"term": "Ahmed", "csrf_token": token}).status_code == 200

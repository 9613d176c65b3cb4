"""Item 9 above 0 raises its risk at once, though answers are missing; once, and nothing else is kept (ADR 12)."""

from __future__ import annotations

from typing import Any

import pytest
from movewell.contracts.types import Actor
from outcomes.application.answer_questionnaire import answer_questionnaire
from outcomes.application.take_answers import take_answers
from outcomes.domain.questionnaire import QuestionnaireNotOpen

from .test_questionnaires import Site, answers


@pytest.fixture
def site() -> Site:
    return Site()


def take(site: Site, id: str, given: dict[str, Any]) -> Any:
    return site.do(lambda unit: take_answers(unit, id, given, Actor.PATIENT))


def raised(site: Site) -> list[tuple[str, bool]]:
    """Trigger of every risk item, and whether it came from incomplete answers; each has its one event."""
    items = list(site.running.store.scan("risk_items"))
    assert site.events().count("risk.raised.v1") == len(items)
    return [(each["trigger"], each["incomplete"]) for each in items]


@pytest.mark.parametrize("item9", [1, 2, 3])
def test_item_9_alone_raises_a_risk_and_neither_answer_nor_score_is_kept(site: Site, item9: int) -> None:
    id = site.booked()
    taken = take(site, id, {"phq9_9": item9})
    assert len(taken.refused.faults) == 15 and not taken.totals
    assert raised(site) == [("phq9_item9", True)]
    (kept,) = site.running.store.scan("questionnaires")
    assert (kept["status"], kept["answers"]) == ("open", {})
    assert not [each for each in site.events() if each.startswith(("measure.", "questionnaire.answered"))]


def test_incomplete_answers_sent_again_raise_nothing_again(site: Site) -> None:
    id = site.booked()
    for item9 in (1, 1, 3):
        take(site, id, {"phq9_9": item9})
    assert raised(site) == [("phq9_item9", True)]


@pytest.mark.parametrize("item9", [0, 2])
def test_the_whole_answers_that_follow_are_scored_and_raise_nothing_again(site: Site, item9: int) -> None:
    id = site.booked()
    take(site, id, {"phq9_9": 2})
    assert take(site, id, answers(9, 3, item9)).refused is None
    assert site.events().count("measure.scored.v1") == 2
    assert raised(site) == [("phq9_item9", True)]


def test_another_questionnaire_raises_its_own(site: Site) -> None:
    first, second = site.booked(1), site.booked(2)
    site.clock.moment = site.clock.moment.replace(day=15)
    site.fire()
    for id in (first, second):
        take(site, id, {"phq9_9": 1})
    assert raised(site) == [("phq9_item9", True)] * 2


def test_a_reliable_rise_is_still_raised_after_an_incomplete_item_9(site: Site) -> None:
    first, second = site.booked(1), site.booked(2)
    site.answer(first, answers(6, 4))
    site.clock.moment = site.clock.moment.replace(day=15)
    site.fire()
    take(site, second, {"phq9_9": 1})
    take(site, second, answers(12, 4, 1))
    assert sorted(raised(site)) == [("phq9_item9", True), ("reliable_deterioration", False)]


@pytest.mark.parametrize("said", [0, None, "", "1", True, 1.0, 4, -1, 10**30, [1], {"$ne": 0}])
def test_what_is_no_answer_above_nothing_raises_nothing(site: Site, said: Any) -> None:
    id = site.booked()
    before = list(site.running.store.scan("questionnaires"))
    assert take(site, id, {"phq9_9": said}).refused is not None
    assert raised(site) == []
    assert list(site.running.store.scan("questionnaires")) == before


def test_a_questionnaire_that_is_not_open_raises_nothing(site: Site) -> None:
    planned = site.booked(3)
    with pytest.raises(QuestionnaireNotOpen):
        take(site, planned, {"phq9_9": 3})
    assert raised(site) == []


def test_the_item_is_told_once_by_whole_answers_too(site: Site) -> None:
    id = site.booked()
    for _ in range(2):
        site.do(lambda unit: answer_questionnaire(unit, id, answers(9, 3, 1), Actor.PATIENT))
    assert raised(site) == [("phq9_item9", False)]

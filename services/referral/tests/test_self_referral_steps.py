"""Which questions are asked, in what order, and who is stopped."""

from datetime import date

import pytest
from referral.domain.self_referral import (
    Step,
    Stop,
    before,
    first_unanswered,
    in_accord,
    is_adult,
    may_be_asked,
    steps,
    stopped_by,
)

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("born", "today", "adult"),
    [
        (date(2008, 3, 2), date(2026, 3, 2), True),
        (date(2008, 3, 3), date(2026, 3, 2), False),
        (date(2008, 2, 29), date(2026, 2, 28), False),
        (date(2008, 2, 29), date(2026, 3, 1), True),
        (date(1900, 1, 1), date(2026, 3, 2), True),
        (date(2026, 3, 2), date(2026, 3, 2), False),
    ],
)
def test_somebody_is_adult_from_their_18th_birthday_on(born: date, today: date, adult: bool) -> None:
    assert is_adult(born, today) == adult


@pytest.mark.parametrize(
    ("contact", "asked"),
    [
        ({"email": "a@b.example"}, set()),
        ({"phone": "07700 900123"}, {Step.MESSAGES}),
        ({"email": "a@b.example", "phone": "07700 900123"}, {Step.MESSAGES, Step.PREFERRED_CONTACT}),
    ],
)
def test_what_is_asked_about_contact_depends_on_what_was_given(contact: dict[str, str], asked: set[Step]) -> None:
    assert set(steps({Step.CONTACT: contact})) & {Step.MESSAGES, Step.PREFERRED_CONTACT} == asked


@pytest.mark.parametrize(("group", "asked"), [("asian", True), ("other", False), ("not_said", False), (None, False)])
def test_the_background_is_asked_of_groups_that_have_several(group: str | None, asked: bool) -> None:
    answers = {Step.ETHNIC_GROUP: {"ethnic_group": group} if group else {}}
    assert (Step.ETHNIC_BACKGROUND in steps(answers)) == asked


def test_questions_come_one_after_another_and_none_is_jumped_over() -> None:
    answers: dict[Step, dict[str, str]] = {}
    seen = []
    while (step := first_unanswered(answers)) is not None:
        assert [each for each in Step if may_be_asked(each, answers)] == [*seen, step]
        assert before(step, answers) == (seen[-1] if seen else None)
        answers[step] = {}
        seen.append(step)
    assert seen == steps(answers)


def test_an_answer_that_another_has_made_meaningless_is_dropped() -> None:
    both = {"email": "a@b.example", "phone": "07700 900123"}
    answers = {Step.CONTACT: both, Step.MESSAGES: {"may_leave_message": "no"}, Step.GENDER: {}}
    assert in_accord(answers) == answers
    assert set(in_accord({**answers, Step.CONTACT: {"email": "a@b.example"}})) == {Step.CONTACT, Step.GENDER}


@pytest.mark.parametrize(
    ("group", "category", "kept"),
    [("asian", "R", True), ("white", "R", False), ("white", "Z", True), ("other", "A", False)],
)
def test_a_background_of_another_group_is_dropped(group: str, category: str, kept: bool) -> None:
    answers = {
        Step.ETHNIC_GROUP: {"ethnic_group": group},
        Step.ETHNIC_BACKGROUND: {"ethnic_category": category},
    }
    assert (Step.ETHNIC_BACKGROUND in in_accord(answers)) == kept


@pytest.mark.parametrize(
    ("born", "in_england", "stop"),
    [
        ("2008-03-03", "yes", Stop.TOO_YOUNG),
        ("2008-03-03", "no", Stop.TOO_YOUNG),
        ("2008-03-02", "no", Stop.NOT_IN_ENGLAND),
        ("2008-03-02", "yes", None),
    ],
)
def test_who_can_not_use_the_service_is_stopped(born: str, in_england: str, stop: Stop | None) -> None:
    answers = {Step.DATE_OF_BIRTH: {"birth_date": born}, Step.WHERE_YOU_LIVE: {"in_england": in_england}}
    assert stopped_by(answers, TODAY) is stop

"""What people type into the questions of a self-referral: taken in one form, or refused in words that help."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from movewell.kernel import Invalid
from referral.adapters.self_referral_form import MAX_HELP, MAX_NEEDS, read_answer
from referral.domain.self_referral import Step
from referral.entrypoints.self_referral_answers import shown
from referral.entrypoints.self_referral_words import question_for

TODAY = date(2026, 3, 2)
GIVEN = {Step.ETHNIC_GROUP: {"ethnic_group": "asian"}}


def born(day: str = "9", month: str = "3", year: str = "1984") -> dict[str, str]:
    return {"birth_date-day": day, "birth_date-month": month, "birth_date-year": year}


def read(step: Step, typed: dict[str, str]) -> dict[str, str]:
    return dict(read_answer(step, typed, GIVEN, TODAY))


TAKEN = [
    (Step.DATE_OF_BIRTH, born(), {"birth_date": "1984-03-09"}),
    (Step.DATE_OF_BIRTH, born(" 09 ", "03"), {"birth_date": "1984-03-09"}),
    (Step.DATE_OF_BIRTH, born("2", "3", "2026"), {"birth_date": "2026-03-02"}),
    (Step.WHERE_YOU_LIVE, {"in_england": "no"}, {"in_england": "no"}),
    (Step.THERAPY, {"therapy": "here", "therapy_service": "left over"}, {"therapy": "here"}),
    (Step.THERAPY_SERVICE, {"therapy_service": " Leeds "}, {"therapy_service": "Leeds"}),
    (Step.THERAPY_SERVICE, {}, {}),
    (Step.NAME, {"given_name": "", "family_name": " Nguyễn "}, {"family_name": "Nguyễn"}),
    (Step.KNOWS_NHS_NUMBER, {"knows_number": "no"}, {"knows_number": "no"}),
    (Step.NHS_NUMBER, {"nhs_number": " 999-000-0018 "}, {"nhs_number": "9990000018"}),
    (Step.CONTACT, {"email": "a@b.example", "phone": ""}, {"email": "a@b.example"}),
    (Step.CONTACT, {"phone": "07700 900123"}, {"phone": "07700 900123"}),
    (Step.PREFERRED_CONTACT, {"preferred": "email"}, {"preferred": "email"}),
    (Step.MESSAGES, {"may_leave_message": "yes"}, {"may_leave_message": "yes"}),
    (Step.ADDRESS, {}, {}),
    (Step.ADDRESS, {"postcode": " zz993cz"}, {"postcode": "ZZ99 3CZ"}),
    (Step.GENDER, {}, {}),
    (Step.GENDER, {"gender": "not_said"}, {"gender": "not_said"}),
    (Step.ETHNIC_GROUP, {"ethnic_group": "other"}, {"ethnic_group": "other"}),
    (Step.ETHNIC_BACKGROUND, {"ethnic_category": "R"}, {"ethnic_category": "R"}),
    (Step.ETHNIC_BACKGROUND, {"ethnic_category": "A"}, {}),
    (Step.EMERGENCY_CONTACT, {"emergency_name": " ", "emergency_phone": ""}, {}),
    (Step.HELP, {"help": "One.\r\nTwo. \r\n"}, {"help": "One.\nTwo."}),
    (Step.HELP, {"help": "\r\n" * 400 + "é" * MAX_HELP}, {"help": "é" * MAX_HELP}),
    (Step.NEEDS, {}, {}),
]
REFUSED = [
    (Step.DATE_OF_BIRTH, {}, {"birth_date-day": "Enter your date of birth"}),
    (Step.DATE_OF_BIRTH, born(month=""), {"birth_date-month": "Your date of birth must include a month"}),
    (
        Step.DATE_OF_BIRTH,
        {"birth_date-year": "1984"},
        {"birth_date-day": "Your date of birth must include a day and a month"},
    ),
    *(
        (Step.DATE_OF_BIRTH, typed, {"birth_date-day": "Your date of birth must be a real date"})
        for typed in (
            born("30", "2"),
            born("9", "13"),
            born("0"),
            born(year="84"),
            born("٩"),
            born("-9"),
            born("9" * 5_000),
            born(year="0000"),
        )
    ),
    (Step.DATE_OF_BIRTH, born("3", "3", "2026"), {"birth_date-day": "Your date of birth must be in the past"}),
    (Step.DATE_OF_BIRTH, born(year="1899"), {"birth_date-year": "Your date of birth must be in 1900 or later"}),
    (Step.NAME, {"given_name": "Alma"}, {"family_name": "Enter your last name"}),
    (
        Step.EMERGENCY_CONTACT,
        {"emergency_name": "Bo"},
        {"emergency_phone": "Enter their phone number, or leave both empty"},
    ),
    (
        Step.EMERGENCY_CONTACT,
        {"emergency_phone": "07700 900123"},
        {"emergency_name": "Enter their name, or leave both empty"},
    ),
    (Step.NEEDS, {"needs": "x" * 501}, {"needs": "What you need must be 500 characters or fewer"}),
    (Step.NEEDS, {"needs": "a\x1bb"}, {"needs": "What you need must be plain text"}),
]
FAULTY = [
    (Step.WHERE_YOU_LIVE, {}, {"in_england"}),
    (Step.WHERE_YOU_LIVE, {"in_england": "maybe"}, {"in_england"}),
    (Step.THERAPY, {}, {"therapy"}),
    (Step.THERAPY_SERVICE, {"therapy_service": "x" * 101}, {"therapy_service"}),
    (Step.NAME, {"given_name": "x" * 101, "family_name": "a\x00b"}, {"given_name", "family_name"}),
    (Step.KNOWS_NHS_NUMBER, {}, {"knows_number"}),
    (Step.NHS_NUMBER, {}, {"nhs_number"}),
    (Step.NHS_NUMBER, {"nhs_number": "9990000019"}, {"nhs_number"}),
    (Step.CONTACT, {}, {"email"}),
    (Step.CONTACT, {"email": "a", "phone": "b"}, {"email", "phone"}),
    (Step.PREFERRED_CONTACT, {"preferred": "letter"}, {"preferred"}),
    (Step.MESSAGES, {}, {"may_leave_message"}),
    (Step.ADDRESS, {"town": "x" * 101, "postcode": "LS1"}, {"town", "postcode"}),
    (Step.HELP, {"help": "x" * (MAX_HELP + 1)}, {"help"}),
    (Step.NEEDS, {"needs": "x" * (MAX_NEEDS + 1)}, {"needs"}),
    (Step.NEEDS, {"needs": "a\x1bb"}, {"needs"}),
]


@pytest.mark.parametrize(("step", "typed", "answer"), TAKEN)
def test_an_answer_is_taken_in_its_one_form(step: Step, typed: dict[str, str], answer: dict[str, str]) -> None:
    assert read(step, typed) == answer
    assert read(step, shown(step, answer)) == answer, "what is shown again is taken again"


@pytest.mark.parametrize(("step", "typed", "faults"), REFUSED)
def test_a_refusal_says_what_to_do(step: Step, typed: dict[str, str], faults: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        read(step, typed)
    assert dict(refused.value.faults) == faults


@pytest.mark.parametrize(("step", "typed", "fields"), FAULTY)
def test_every_wrong_field_is_named(step: Step, typed: dict[str, str], fields: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        read(step, typed)
    assert {field for field, _ in refused.value.faults} == fields


FIELDS = [
    *born(), "in_england", "therapy", "therapy_service", "given_name", "family_name", "knows_number", "nhs_number",
    "email", "phone", "preferred", "may_leave_message", "address_line_1", "address_line_2", "town", "postcode",
    "gender", "ethnic_group", "ethnic_category", "emergency_name", "emergency_phone", "help", "needs",
]  # fmt: skip
VALUES = st.text(max_size=120) | st.sampled_from(["yes", "no", "elsewhere", "1", "12", "1984", "a@b.example", "other"])


@given(st.sampled_from(Step), st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_whatever_is_typed_is_taken_for_good_or_refused_without_repeating_it(step: Step, typed: dict[str, str]) -> None:
    try:
        answer = read(step, typed)
    except Invalid as refused:
        said = " ".join(why for _, why in refused.faults)
        assert refused.faults and not [each for each in typed.values() if len(each) > 9 and each in said]
        return
    assert read(step, shown(step, answer)) == answer
    assert all(text and text == text.strip() for text in answer.values())


@pytest.mark.parametrize("step", Step)
def test_every_fault_is_about_a_field_that_the_page_has(step: Step) -> None:
    names = {each.name for each in question_for(step, GIVEN).fields}
    wrong = dict.fromkeys(FIELDS, "\x00" * 3000)
    for typed in ({}, wrong):
        try:
            read(step, typed)
        except Invalid as refused:
            assert {field.partition("-")[0] for field, _ in refused.faults} <= names

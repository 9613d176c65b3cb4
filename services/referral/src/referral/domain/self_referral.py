"""The questions that somebody who refers themselves is asked: which, in what order, and who is stopped.

Answers are texts by step and field, in the form that `adapters.self_referral_form` gives them. A step that was
passed over is an empty mapping; one that was not reached is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum

from referral.domain.incoming import EthnicCategory

ADULT = 18
"""Talking Therapies are for adults; services write "18 or over" and "over 18" for the same."""


class Step(str, Enum):
    """One question. The value is its place in the address."""

    DATE_OF_BIRTH = "date-of-birth"
    WHERE_YOU_LIVE = "where-you-live"
    THERAPY = "therapy"
    THERAPY_SERVICE = "therapy-service"
    NAME = "name"
    KNOWS_NHS_NUMBER = "knows-nhs-number"
    NHS_NUMBER = "nhs-number"
    CONTACT = "contact"
    PREFERRED_CONTACT = "preferred-contact"
    MESSAGES = "messages"
    ADDRESS = "address"
    GENDER = "gender"
    ETHNIC_GROUP = "ethnic-group"
    ETHNIC_BACKGROUND = "ethnic-background"
    EMERGENCY_CONTACT = "emergency-contact"
    HELP = "help"
    NEEDS = "needs"


class Stop(str, Enum):
    """Why somebody can not go on. The value is the place of its page."""

    TOO_YOUNG = "under-18"
    NOT_IN_ENGLAND = "not-in-england"


Fields = Mapping[str, str]
Answers = Mapping[Step, Fields]

BACKGROUNDS: Mapping[str, tuple[EthnicCategory, ...]] = {
    "white": (EthnicCategory.WHITE_BRITISH, EthnicCategory.WHITE_IRISH, EthnicCategory.OTHER_WHITE),
    "mixed": (
        EthnicCategory.WHITE_AND_BLACK_CARIBBEAN,
        EthnicCategory.WHITE_AND_BLACK_AFRICAN,
        EthnicCategory.WHITE_AND_ASIAN,
        EthnicCategory.OTHER_MIXED,
    ),
    "asian": (
        EthnicCategory.INDIAN,
        EthnicCategory.PAKISTANI,
        EthnicCategory.BANGLADESHI,
        EthnicCategory.CHINESE,
        EthnicCategory.OTHER_ASIAN,
    ),
    "black": (EthnicCategory.AFRICAN, EthnicCategory.CARIBBEAN, EthnicCategory.OTHER_BLACK),
}
"""Ethnic group → the backgrounds that are asked for next, as the NHS service manual groups them."""

_APPLIES: Mapping[Step, Callable[[Answers], bool]] = {
    Step.THERAPY_SERVICE: lambda answers: answers.get(Step.THERAPY, {}).get("therapy") == "elsewhere",
    Step.NHS_NUMBER: lambda answers: answers.get(Step.KNOWS_NHS_NUMBER, {}).get("knows_number") == "yes",
    Step.PREFERRED_CONTACT: lambda answers: len(answers.get(Step.CONTACT, {})) == 2,
    Step.MESSAGES: lambda answers: "phone" in answers.get(Step.CONTACT, {}),
    Step.ETHNIC_BACKGROUND: lambda answers: answers.get(Step.ETHNIC_GROUP, {}).get("ethnic_group") in BACKGROUNDS,
}
"""When a step is asked; those that are not here always are."""


def steps(answers: Answers) -> list[Step]:
    """The steps that are asked of who gave these answers, in order."""
    return [each for each in Step if _APPLIES.get(each, lambda _: True)(answers)]


def first_unanswered(answers: Answers) -> Step | None:
    """Where somebody goes on; None when all is answered."""
    return next((each for each in steps(answers) if each not in answers), None)


def before(step: Step, answers: Answers) -> Step | None:
    """The question before this one."""
    asked = steps(answers)
    return asked[asked.index(step) - 1] if step in asked[1:] else None


def may_be_asked(step: Step, answers: Answers) -> bool:
    """Whether the step is next or was answered: nobody is asked for a name who can not use the service."""
    return step in steps(answers) and (step in answers or step is first_unanswered(answers))


def in_accord(answers: Answers) -> dict[Step, Fields]:
    """The answers without those that another answer has made meaningless."""
    kept = dict(answers)
    group = kept.get(Step.ETHNIC_GROUP, {}).get("ethnic_group", "")
    background = kept.get(Step.ETHNIC_BACKGROUND, {}).get("ethnic_category")
    offered = [each.value for each in (*BACKGROUNDS.get(group, ()), EthnicCategory.NOT_STATED)]
    if background is not None and background not in offered:
        del kept[Step.ETHNIC_BACKGROUND]
    return {step: fields for step, fields in kept.items() if step in steps(kept)}


def stopped_by(answers: Answers, today: date) -> Stop | None:
    """Why somebody can not use the service, by what they have answered so far. `today` is the date in London."""
    born = answers.get(Step.DATE_OF_BIRTH, {}).get("birth_date")
    if born is not None and not is_adult(date.fromisoformat(born), today):
        return Stop.TOO_YOUNG
    if answers.get(Step.WHERE_YOU_LIVE, {}).get("in_england") == "no":
        return Stop.NOT_IN_ENGLAND
    return None


def is_adult(born: date, today: date) -> bool:
    """Whether the 18th birthday has come; in other years that of 29 February is 1 March."""
    return (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) >= ADULT

"""The words of each question of a self-referral: its heading, hints, fields and options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from referral.adapters.self_referral_form import MAX_HELP, MAX_NEEDS, NOT_SAID
from referral.domain.incoming import ContactMethod, CurrentTherapy, EthnicCategory
from referral.domain.self_referral import BACKGROUNDS, Answers, Step


@dataclass(frozen=True)
class Option:
    """One choice of a question."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Field:
    """One thing to fill in. `kind`: text, paragraphs, date, radios. `row` names it where answers are checked."""

    name: str
    label: str
    row: str
    kind: str = "text"
    hint: str = ""
    options: tuple[Option, ...] = ()
    most: int | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)
    """Of the input component: autocomplete, inputmode, width, type, spellcheck."""


@dataclass(frozen=True)
class Question:
    """One page. With a single field, the heading is that field's label."""

    heading: str
    fields: tuple[Field, ...]
    lead: tuple[str, ...] = ()
    optional: bool = False


YES_NO = (Option("yes", "Yes"), Option("no", "No"))
PHONE: Mapping[str, object] = {"type": "tel", "width": "20"}
TEXT: Mapping[str, object] = {"spellcheck": False}
_CATEGORIES = {
    EthnicCategory.WHITE_BRITISH: "English, Welsh, Scottish, Northern Irish or British",
    EthnicCategory.WHITE_IRISH: "Irish",
    EthnicCategory.OTHER_WHITE: "Any other White background",
    EthnicCategory.WHITE_AND_BLACK_CARIBBEAN: "White and Black Caribbean",
    EthnicCategory.WHITE_AND_BLACK_AFRICAN: "White and Black African",
    EthnicCategory.WHITE_AND_ASIAN: "White and Asian",
    EthnicCategory.OTHER_MIXED: "Any other mixed background",
    EthnicCategory.INDIAN: "Indian",
    EthnicCategory.PAKISTANI: "Pakistani",
    EthnicCategory.BANGLADESHI: "Bangladeshi",
    EthnicCategory.CHINESE: "Chinese",
    EthnicCategory.OTHER_ASIAN: "Any other Asian background",
    EthnicCategory.AFRICAN: "African",
    EthnicCategory.CARIBBEAN: "Caribbean",
    EthnicCategory.OTHER_BLACK: "Any other Black, Black British or Caribbean background",
}
_GROUPS = {
    "white": "White",
    "mixed": "Mixed or multiple ethnic groups",
    "asian": "Asian or Asian British",
    "black": "Black, African, Caribbean or Black British",
}

QUESTIONS: Mapping[Step, Question] = {
    Step.DATE_OF_BIRTH: Question(
        "What is your date of birth?",
        (Field("birth_date", "", "Date of birth", "date", "For example, 15 3 1984"),),
    ),
    Step.WHERE_YOU_LIVE: Question(
        "Do you live in England, or have a GP surgery there?",
        (Field("in_england", "", "Live or have a GP in England", "radios", options=YES_NO),),
    ),
    Step.THERAPY: Question(
        "Do you have talking therapy on the NHS now?",
        (
            Field(
                "therapy",
                "",
                "Talking therapy now",
                "radios",
                "You can ask for physical activity whatever your answer is.",
                (
                    Option(CurrentTherapy.HERE.value, "Yes, with this Talking Therapies service"),
                    Option(CurrentTherapy.ELSEWHERE.value, "Yes, with another service"),
                    Option(CurrentTherapy.NONE.value, "No", "This includes if you are on a waiting list."),
                    Option(CurrentTherapy.NOT_SURE.value, "I am not sure"),
                ),
            ),
        ),
    ),
    Step.THERAPY_SERVICE: Question(
        "Which service do you have talking therapy with?",
        (Field("therapy_service", "", "Name of the other service", hint="For example, the name of the area."),),
        optional=True,
    ),
    Step.NAME: Question(
        "What is your name?",
        (
            Field(
                "given_name",
                "First name",
                "First name",
                hint="Leave this empty if you have only one name.",
                attributes={**TEXT, "autocomplete": "given-name"},
            ),
            Field("family_name", "Last name", "Last name", attributes={**TEXT, "autocomplete": "family-name"}),
        ),
    ),
    Step.KNOWS_NHS_NUMBER: Question(
        "Do you know your NHS number?",
        (
            Field(
                "knows_number",
                "",
                "You know your NHS number",
                "radios",
                "It is on letters from the NHS and in the NHS App. You do not need it to refer yourself.",
                (Option("yes", "Yes, I know it"), Option("no", "No, I do not know it")),
            ),
        ),
    ),
    Step.NHS_NUMBER: Question(
        "What is your NHS number?",
        (
            Field(
                "nhs_number",
                "",
                "NHS number",
                hint="10 digits, for example 999 000 0018",
                attributes={"inputmode": "numeric", "width": "10", "code": True, **TEXT},
            ),
        ),
    ),
    Step.CONTACT: Question(
        "How can we contact you?",
        (
            Field(
                "email",
                "Email address",
                "Email address",
                attributes={"type": "email", "autocomplete": "email", "spellcheck": False},
            ),
            Field("phone", "Phone number", "Phone number", attributes={**PHONE, "autocomplete": "tel"}),
        ),
        (
            "Give us an email address, a phone number, or both.",
            "Only give an address or a number that is yours, and where nobody else sees what we send you.",
        ),
    ),
    Step.PREFERRED_CONTACT: Question(
        "How would you like us to contact you?",
        (
            Field(
                "preferred",
                "",
                "Contact you by",
                "radios",
                options=(Option(ContactMethod.EMAIL.value, "Email"), Option(ContactMethod.PHONE.value, "Phone")),
            ),
        ),
    ),
    Step.MESSAGES: Question(
        "Is it safe for us to leave you a message?",
        (
            Field(
                "may_leave_message",
                "",
                "Safe to leave a message",
                "radios",
                "If you do not answer the phone, we can leave a message. Say no if somebody else might hear or see it.",
                (
                    Option("yes", "Yes, you can leave a message"),
                    Option("no", "No, do not leave a message"),
                ),
            ),
        ),
    ),
    Step.ADDRESS: Question(
        "What is your address?",
        (
            Field("address_line_1", "Address line 1", "Address", attributes={"autocomplete": "address-line1"}),
            Field("address_line_2", "Address line 2", "", attributes={"autocomplete": "address-line2"}),
            Field("town", "Town or city", "", attributes={"autocomplete": "address-level2", "width": "20"}),
            Field("postcode", "Postcode", "", attributes={"autocomplete": "postal-code", "width": "10"}),
        ),
        ("We use it to find sessions near you. You can give the postcode only, or nothing.",),
        optional=True,
    ),
    Step.GENDER: Question(
        "What is your gender?",
        (
            Field(
                "gender",
                "",
                "Gender",
                "radios",
                "We ask so that we can see whether our service is fair to everybody.",
                (
                    Option("female", "Female"),
                    Option("male", "Male"),
                    Option("other", "I describe myself in another way"),
                    Option(NOT_SAID, "I would rather not say"),
                ),
            ),
        ),
        optional=True,
    ),
    Step.ETHNIC_GROUP: Question(
        "What is your ethnic group?",
        (
            Field(
                "ethnic_group",
                "",
                "Ethnic group",
                "radios",
                "We ask so that we can see whether our service is fair to everybody.",
                (
                    *(Option(value, label) for value, label in _GROUPS.items()),
                    Option("other", "Other ethnic group", "For example Arab."),
                    Option(NOT_SAID, "I would rather not say"),
                ),
            ),
        ),
        optional=True,
    ),
    Step.EMERGENCY_CONTACT: Question(
        "Who should we call in an emergency?",
        (
            Field("emergency_name", "Their name", "Emergency contact", attributes=TEXT),
            Field("emergency_phone", "Their phone number", "", attributes=PHONE),
        ),
        (
            "If you become unwell at a session, your instructor can call this person.",
            "Please ask them first whether they agree.",
        ),
        optional=True,
    ),
    Step.HELP: Question(
        "What would you like help with?",
        (
            Field(
                "help",
                "",
                "What you would like help with",
                "paragraphs",
                "Tell us in your own words how you feel and what you hope for. Nobody looks at this at once: if you"
                " need help now, call 111 and choose option 2.",
                most=MAX_HELP,
            ),
        ),
        optional=True,
    ),
    Step.NEEDS: Question(
        "Is there anything you need from us?",
        (
            Field(
                "needs",
                "",
                "What you need from us",
                "paragraphs",
                "For example an interpreter, large print, a place without steps, or somebody with you.",
                most=MAX_NEEDS,
            ),
        ),
        optional=True,
    ),
}


def question_for(step: Step, answers: Answers) -> Question:
    """The words of a step; which backgrounds there are depends on the ethnic group."""
    if step is not Step.ETHNIC_BACKGROUND:
        return QUESTIONS[step]
    group = answers[Step.ETHNIC_GROUP]["ethnic_group"]
    categories = (Option(each.value, _CATEGORIES[each]) for each in BACKGROUNDS[group])
    options = (*categories, Option(EthnicCategory.NOT_STATED.value, "I would rather not say"))
    asked = Field("ethnic_category", "", "Background", "radios", f"You chose: {_GROUPS[group]}", options)
    return Question("Which of these best describes your background?", (asked,), optional=True)

"""What somebody typed into a question's form, read into the answer that is kept.

Every reader takes the form's fields and returns the answer's, or raises Invalid with a fault for each field that
is wrong: its name, and what to do about it in the words of the NHS service manual. Faults never repeat what was
typed. An optional question that was passed over is an empty answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from movewell.kernel import Invalid

from referral.adapters.nhs_numbers import read_nhs_number
from referral.domain.incoming import (
    MAX_NAME,
    AdministrativeGender,
    ContactMethod,
    CurrentTherapy,
    EthnicCategory,
    Unreadable,
    read_email,
    read_line,
    read_phone,
    read_postcode,
    read_text,
)
from referral.domain.self_referral import BACKGROUNDS, Answers, Fields, Step

MAX_HELP, MAX_NEEDS, MAX_ADDRESS = 1_000, 500, 100
NOT_SAID = "not_said"
GROUPS = (*BACKGROUNDS, "other", NOT_SAID)
GENDERS = (*(each.value for each in AdministrativeGender if each is not AdministrativeGender.UNKNOWN), NOT_SAID)
DATE_PARTS = ("day", "month", "year")
_YES_OR_NO = ("yes", "no")


class Form:
    """The fields of a form, the faults found so far, and the answer so far."""

    def __init__(self, typed: Mapping[str, str], answers: Answers, today: date) -> None:
        self.typed, self.answers, self.today = typed, answers, today
        self.faults: list[tuple[str, str]] = []
        self.answer: dict[str, str] = {}

    def text(self, field: str) -> str:
        return self.typed.get(field, "").replace("\r\n", "\n").strip()

    def refuse(self, field: str, why: str) -> None:
        self.faults.append((field, why))

    def choose(self, field: str, options: tuple[str, ...], missing: str | None) -> None:
        """The option that was chosen. `missing` is said when there is none; None where one may pass."""
        if (chosen := self.text(field)) in options:
            self.answer[field] = chosen
        elif missing is not None:
            self.refuse(field, missing)

    def read(self, field: str, reader: Callable[[str], str], wrong: str, missing: str | None = None) -> None:
        """What was typed in its one form. `missing` as in `choose`."""
        if not (typed := self.text(field)):
            if missing is not None:
                self.refuse(field, missing)
            return
        try:
            self.answer[field] = reader(typed)
        except Unreadable:
            self.refuse(field, wrong)

    def line(self, field: str, name: str, missing: str | None = None, most: int = MAX_NAME) -> None:
        self.read(field, lambda typed: read_line(typed, most), self._too_long(field, name, most), missing)

    def paragraphs(self, field: str, name: str, most: int) -> None:
        def reader(typed: str) -> str:
            if len(typed) > most:
                raise Unreadable("is too long")
            return read_text(typed)

        self.read(field, reader, self._too_long(field, name, most))

    def _too_long(self, field: str, name: str, most: int) -> str:
        """What is wrong with text that cannot be read: its length, or else characters that no keyboard makes."""
        too_long = len(self.text(field)) > most
        return f"{name} must be {most:,} characters or fewer" if too_long else f"{name} must be plain text"


def read_answer(step: Step, typed: Mapping[str, str], answers: Answers, today: date) -> Fields:
    """The answer to one question. Raises Invalid with every fault."""
    form = Form(typed, answers, today)
    _READERS[step](form)
    if form.faults:
        raise Invalid("The answer is not right.", form.faults)
    return form.answer


def read_date(form: Form, field: str, name: str) -> date | None:
    """A date in the past since 1900, of three fields; or the fault, at the first part that is wrong."""
    parts = {each: form.text(f"{field}-{each}") for each in DATE_PARTS}
    missing = [each for each in DATE_PARTS if not parts[each]]
    if len(missing) == len(DATE_PARTS):
        form.refuse(f"{field}-day", f"Enter your {name}")
    elif missing:
        form.refuse(f"{field}-{missing[0]}", f"Your {name} must include a {' and a '.join(missing)}")
    elif (read := _real_date(parts)) is None:
        form.refuse(f"{field}-day", f"Your {name} must be a real date")
    elif read > form.today:
        form.refuse(f"{field}-day", f"Your {name} must be in the past")
    elif read.year < 1900:
        form.refuse(f"{field}-year", f"Your {name} must be in 1900 or later")
    else:
        return read
    return None


def _real_date(parts: Mapping[str, str]) -> date | None:
    texts = [parts[each] for each in reversed(DATE_PARTS)]
    if len(texts[0]) != 4 or not all(each.isascii() and each.isdigit() and len(each) <= 4 for each in texts):
        return None
    try:
        return date(*map(int, texts))
    except ValueError:
        return None


def _date_of_birth(form: Form) -> None:
    if (born := read_date(form, "birth_date", "date of birth")) is not None:
        form.answer["birth_date"] = born.isoformat()


def _where_you_live(form: Form) -> None:
    form.choose("in_england", _YES_OR_NO, "Select yes if you live in England or have a GP surgery there")


def _therapy(form: Form) -> None:
    options = tuple(each.value for each in CurrentTherapy)
    form.choose("therapy", options, "Select whether you have talking therapy now")


def _therapy_service(form: Form) -> None:
    form.line("therapy_service", "Name of the service")


def _name(form: Form) -> None:
    form.line("given_name", "First name")
    form.line("family_name", "Last name", "Enter your last name")


def _knows_nhs_number(form: Form) -> None:
    form.choose("knows_number", _YES_OR_NO, "Select whether you know your NHS number")


def _nhs_number(form: Form) -> None:
    wrong = "Check your NHS number: it has 10 digits, for example 999 000 0018"
    missing = "Enter your NHS number, or go back and select that you do not know it"
    form.read("nhs_number", read_nhs_number, wrong, missing)


def _contact(form: Form) -> None:
    if not (form.text("email") or form.text("phone")):
        return form.refuse("email", "Enter an email address or a phone number, so that we can contact you")
    form.read("email", read_email, "Enter an email address in the right format, like name@example.com")
    form.read("phone", read_phone, "Enter a phone number, like 020 7946 0000 or +44 20 7946 0000")
    return None


def _preferred_contact(form: Form) -> None:
    options = tuple(each.value for each in ContactMethod)
    form.choose("preferred", options, "Select how you would like us to contact you")


def _messages(form: Form) -> None:
    form.choose("may_leave_message", _YES_OR_NO, "Select yes if we can leave you a message")


def _address(form: Form) -> None:
    for field, name in (("address_line_1", "Address line 1"), ("address_line_2", "Address line 2"), ("town", "Town")):
        form.line(field, name, most=MAX_ADDRESS)
    form.read("postcode", read_postcode, "Enter a full UK postcode, like LS1 4AP")


def _gender(form: Form) -> None:
    form.choose("gender", GENDERS, None)


def _ethnic_group(form: Form) -> None:
    form.choose("ethnic_group", GROUPS, None)


def _ethnic_background(form: Form) -> None:
    group = form.answers.get(Step.ETHNIC_GROUP, {}).get("ethnic_group", "")
    offered = (*BACKGROUNDS.get(group, ()), EthnicCategory.NOT_STATED)
    form.choose("ethnic_category", tuple(each.value for each in offered), None)


def _emergency_contact(form: Form) -> None:
    name, phone = form.text("emergency_name"), form.text("emergency_phone")
    if not (name or phone):
        return
    form.line("emergency_name", "Their name", "Enter their name, or leave both empty")
    wrong = "Enter a phone number, like 020 7946 0000 or +44 20 7946 0000"
    form.read("emergency_phone", read_phone, wrong, "Enter their phone number, or leave both empty")


def _help(form: Form) -> None:
    form.paragraphs("help", "What you would like help with", MAX_HELP)


def _needs(form: Form) -> None:
    form.paragraphs("needs", "What you need", MAX_NEEDS)


_READERS: Mapping[Step, Callable[[Form], None]] = {
    Step.DATE_OF_BIRTH: _date_of_birth,
    Step.WHERE_YOU_LIVE: _where_you_live,
    Step.THERAPY: _therapy,
    Step.THERAPY_SERVICE: _therapy_service,
    Step.NAME: _name,
    Step.KNOWS_NHS_NUMBER: _knows_nhs_number,
    Step.NHS_NUMBER: _nhs_number,
    Step.CONTACT: _contact,
    Step.PREFERRED_CONTACT: _preferred_contact,
    Step.MESSAGES: _messages,
    Step.ADDRESS: _address,
    Step.GENDER: _gender,
    Step.ETHNIC_GROUP: _ethnic_group,
    Step.ETHNIC_BACKGROUND: _ethnic_background,
    Step.EMERGENCY_CONTACT: _emergency_contact,
    Step.HELP: _help,
    Step.NEEDS: _needs,
}

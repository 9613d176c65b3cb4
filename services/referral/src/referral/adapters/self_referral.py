"""The answers of a self-referral as what came in: source B1, channel `web`."""

from __future__ import annotations

from datetime import date

from movewell.contracts.types import IntakeChannel, SourceOfReferral

from referral.adapters.self_referral_form import NOT_SAID
from referral.domain.incoming import (
    AdministrativeGender,
    ContactMethod,
    CurrentTherapy,
    EmergencyContact,
    EthnicCategory,
    IncomingPerson,
    IncomingReferral,
    SelfReferral,
)
from referral.domain.self_referral import Answers, Step

_GROUPS = {"other": EthnicCategory.OTHER, NOT_SAID: EthnicCategory.NOT_STATED}
"""Ethnic groups that are categories themselves."""


def as_incoming(answers: Answers, reference: str) -> IncomingReferral:
    """The referral in complete answers. `reference` is what the patient is given."""
    every = {field: text for fields in answers.values() for field, text in fields.items()}
    return IncomingReferral(
        person=_person(answers, every),
        source=SourceOfReferral.SELF,
        channel=IntakeChannel.WEB,
        referrer_reference=reference,
        reason=every.get("help"),
        self_referral=SelfReferral(
            therapy=CurrentTherapy(every["therapy"]),
            therapy_service=every.get("therapy_service"),
            needs=every.get("needs"),
        ),
    )


def _person(answers: Answers, every: dict[str, str]) -> IncomingPerson:
    lines = [every.get(each) for each in ("address_line_1", "address_line_2", "town")]
    may_leave_message = every.get("may_leave_message")
    return IncomingPerson(
        nhs_number=every.get("nhs_number"),
        family_name=every["family_name"],
        given_names=(every["given_name"],) if "given_name" in every else (),
        birth_date=date.fromisoformat(every["birth_date"]),
        gender=_gender(every.get("gender")),
        email=every.get("email"),
        phone=every.get("phone"),
        postcode=every.get("postcode"),
        address_lines=tuple(each for each in lines if each),
        ethnic_category=_ethnic_category(every),
        preferred_contact=_preferred_contact(every, answers),
        may_leave_message=None if may_leave_message is None else may_leave_message == "yes",
        emergency_contact=_emergency_contact(every),
    )


def _gender(chosen: str | None) -> AdministrativeGender | None:
    return None if chosen in (None, NOT_SAID) else AdministrativeGender(chosen)


def _ethnic_category(every: dict[str, str]) -> EthnicCategory | None:
    if background := every.get("ethnic_category"):
        return EthnicCategory(background)
    return _GROUPS.get(every.get("ethnic_group", ""))


def _preferred_contact(every: dict[str, str], answers: Answers) -> ContactMethod:
    """What they chose, or the only one that they gave."""
    (given, *_) = answers[Step.CONTACT]
    return ContactMethod(every.get("preferred", given))


def _emergency_contact(every: dict[str, str]) -> EmergencyContact | None:
    if "emergency_name" not in every:
        return None
    return EmergencyContact(name=every["emergency_name"], phone=every["emergency_phone"])

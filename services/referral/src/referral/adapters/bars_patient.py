"""Level 3: the Patient of a BaRS message as an incoming person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, TypeVar

from referral.adapters.fhir_nodes import Node, of_system
from referral.adapters.nhs_numbers import read_nhs_number
from referral.adapters.refusal import Issue
from referral.domain.incoming import (
    MAX_LINE,
    AdministrativeGender,
    EthnicCategory,
    IncomingPerson,
    Unreadable,
    read_birth_date,
    read_email,
    read_line,
    read_phone,
    read_postcode,
)

T = TypeVar("T")

NHS_NUMBERS = "https://fhir.nhs.uk/Id/nhs-number"
ETHNIC_CATEGORY = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory"
_SELF = "ONESELF"  # http://terminology.hl7.org/CodeSystem/v3-RoleCode
_NAME_USES = ("official", "usual", None, "temp", "nickname", "anonymous", "maiden")
_ADDRESS_USES = ("home", None, "temp")


def read_patient(patient: Node, today: date, issues: list[Issue]) -> IncomingPerson | None:
    """The person, or None if something about them can't be read; what, is added to `issues`.

    A name of use official comes before usual before one without use before the other uses; an address of
    use home before one without use before temp; nothing of use old is taken. Telephone and e-mail are the
    Patient's own: from Patient.telecom, and from a Patient.contact whose relationship is ONESELF, where the
    official examples put them (never from another contact, who might be anybody). Of several, the lowest
    rank is taken.
    """
    before = len(issues)
    name = _preferred(patient, "name", _NAME_USES)
    address = _preferred(patient, "address", _ADDRESS_USES)
    person = {
        "nhs_number": read_one_nhs_number(patient, issues),
        "family_name": _required(name, "family", read_line, issues),
        "given_names": _all(name, "given", read_line, issues),
        "birth_date": _required(patient, "birthDate", partial(read_birth_date, today=today), issues),
        "gender": _optional(patient.each("gender"), _gender, issues),
        "email": _optional(_telecom(patient, "email"), read_email, issues),
        "phone": _optional(_telecom(patient, "phone"), read_phone, issues),
        "postcode": _optional(address.each("postalCode"), read_postcode, issues),
        "address_lines": _address_lines(address, issues),
        "ethnic_category": _optional(_ethnic_category(patient), _ethnicity, issues),
    }
    return IncomingPerson(**person) if len(issues) == before else None


def read_one_nhs_number(patient: Node, issues: list[Issue]) -> str | None:
    """The NHS number, of which there must be one."""
    identifiers = of_system(patient.each("identifier"), NHS_NUMBERS)
    if len(identifiers) != 1:
        said = f"Patient.identifier has {len(identifiers)} NHS numbers; there must be exactly one."
        issues.append(Issue("value" if identifiers else "required", said, f"{patient.path}.identifier"))
        return None
    return _required(identifiers[0], "value", read_nhs_number, issues)


def read_node(node: Node, read: Callable[[str], T], issues: list[Issue]) -> T | None:
    """What `read` makes of a node's text; what it says against it is added to `issues`."""
    try:
        if not isinstance(node.value, str):
            raise Unreadable("is not text")
        return read(node.value)
    except Unreadable as unreadable:
        issues.append(Issue("value", f"{node.name} {unreadable}.", node.path))
        return None


def _required(node: Node, step: str, read: Callable[[str], T], issues: list[Issue]) -> T | None:
    found = node.each(step)
    for missing in node.absent(step):
        issues.append(Issue("required", f"{missing.name} is missing.", missing.path))
    return read_node(found[0], read, issues) if found else None


def _optional(found: list[Node], read: Callable[[str], T], issues: list[Issue]) -> T | None:
    return read_node(found[0], read, issues) if found else None


def _all(node: Node, step: str, read: Callable[[str], T], issues: list[Issue]) -> tuple[T | None, ...]:
    return tuple(read_node(each, read, issues) for each in node.each(step))


def _preferred(patient: Node, element: str, uses: tuple[str | None, ...]) -> Node:
    for use in uses:
        for each in patient.each(element):
            if each.text("use") == use:
                return each
    return Node(f"{patient.path}.{element}", f"{patient.name}.{element}", {})


def _telecom(patient: Node, system: str) -> list[Node]:
    own = patient.each("telecom")
    for contact in patient.each("contact"):
        if any(code.value == _SELF for code in contact.each("relationship.coding.code")):
            own += contact.each("telecom")
    fit = [each for each in own if each.text("system") == system and each.text("use") != "old"]
    return [value for each in sorted(fit, key=_rank) for value in each.each("value")]


def _rank(telecom: Node) -> int:
    ranks = [node.value for node in telecom.each("rank") if isinstance(node.value, int)]
    return ranks[0] if ranks else 1_000


def _address_lines(address: Node, issues: list[Issue]) -> tuple[Any, ...]:
    parts = [node for step in ("line", "city", "district") for node in address.each(step)]
    parts = parts or address.each("text")
    return tuple(read_node(part, partial(read_line, longest=MAX_LINE), issues) for part in parts)


def _ethnic_category(patient: Node) -> list[Node]:
    extensions = [each for each in patient.each("extension") if each.text("url") == ETHNIC_CATEGORY]
    return [code for each in extensions for code in each.each("valueCodeableConcept.coding.code")]


def _ethnicity(written: str) -> EthnicCategory:
    return _code(EthnicCategory, written, "is not a code of the NHS ethnic categories")


def _gender(written: str) -> AdministrativeGender:
    return _code(AdministrativeGender, written, "is not male, female, other or unknown")


def _code(codes: Any, written: str, otherwise: str) -> Any:
    try:
        return codes(written)
    except ValueError:
        raise Unreadable(otherwise) from None

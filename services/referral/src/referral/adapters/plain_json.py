"""The plain JSON door: a referral for senders that have no FHIR.

    {
      "person": {                             required
        "nhs_number": "999 000 0018",         ten digits, check digit by modulus 11; null if not known
        "family_name": "Testwell",            required
        "given_names": ["Alma"],
        "birth_date": "1984-03-09",           required; not in the future, not before 1900
        "gender": "female",                   male, female, other, unknown (administrative)
        "email": "alma@patients.example",
        "phone": "07700 900123",
        "postcode": "ZZ99 3CZ",
        "address_lines": ["1 Example Row", "Testford"],
        "ethnic_category": "A"                NHS ethnic category
      },
      "source": "A1",                         required; SOURCE OF REFERRAL FOR IAPT
      "referrer_organisation": "A81001",      ODS code
      "referrer_reference": "REF-0001",       the sender's own, to ask or cancel by
      "reason": "Low mood; wants to become active again."
    }

What is not required may be left out or null. Everything is a string or a list of strings; nothing else is
known, so an operator (`{"$ne": null}`) fits nowhere. A retry is known by the Idempotency-Key header.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache, partial
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate
from movewell.contracts.types import IntakeChannel, SourceOfReferral
from movewell.kernel import Invalid

from referral.adapters.nhs_numbers import read_nhs_number
from referral.domain.incoming import (
    MAX_LINE,
    MAX_NAME,
    MAX_REFERENCE,
    MAX_TEXT,
    AdministrativeGender,
    EthnicCategory,
    IncomingPerson,
    IncomingReferral,
    Unreadable,
    read_birth_date,
    read_email,
    read_line,
    read_ods_code,
    read_phone,
    read_postcode,
    read_text,
)

MAX_FAULTS = 100
MAX_ITEMS = 10
_UNKNOWN = "Unknown field."


def read_plain_referral(document: object, today: date) -> IncomingReferral:
    """The referral in a parsed JSON document.

    Raises Invalid with every fault (the first hundred), as JSON pointer (RFC 6901) and message. Neither
    repeats what was written; a field that is not known is told by its place, since its name is the
    sender's own words too.
    """
    try:
        read = _schema(today).load(document)
    except ValidationError as error:
        faults = sorted(_faults(error.messages, document, ""))
        raise Invalid("The referral can not be read.", faults[:MAX_FAULTS]) from None
    person = {name: _fixed(value) for name, value in read.pop("person").items()}
    return IncomingReferral(person=IncomingPerson(**person), channel=IntakeChannel.JSON, **read)


class _Read(fields.String):
    """A string in the form that a reader of the domain gives it. `said` is what JSON Schema can say of that form."""

    def __init__(self, read: Callable[[str], Any], said: Mapping[str, Any] = {}, **kwargs: Any) -> None:  # noqa: B006
        super().__init__(metadata=dict(said), **kwargs)
        self.read = read

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        written = super()._deserialize(value, attr, data, **kwargs)
        try:
            return self.read(written)
        except Unreadable as unreadable:
            raise ValidationError(f"It {unreadable}.") from None


def _optional(read: Callable[[str], Any], **said: Any) -> _Read:
    return _Read(read, said, allow_none=True, load_default=None)


def _line(longest: int) -> dict[str, Any]:
    return {"format": "line", "minLength": 1, "maxLength": longest}


def _lines(longest: int) -> fields.List:
    line = _Read(partial(read_line, longest=longest), _line(longest))
    return fields.List(line, load_default=[], validate=validate.Length(max=MAX_ITEMS))


def _code(codes: type) -> fields.Enum:
    return fields.Enum(codes, by_value=True, allow_none=True, load_default=None)


@lru_cache(maxsize=2)
def _schema(today: date) -> Schema:
    person = {
        "nhs_number": _optional(read_nhs_number, format="nhs-number"),
        "family_name": _Read(read_line, _line(MAX_NAME), required=True),
        "given_names": _lines(MAX_NAME),
        "birth_date": _Read(partial(read_birth_date, today=today), {"format": "past-date"}, required=True),
        "gender": _code(AdministrativeGender),
        "email": _optional(read_email, format="email"),
        "phone": _optional(read_phone, format="phone"),
        "postcode": _optional(read_postcode, format="postcode"),
        "address_lines": _lines(MAX_LINE),
        "ethnic_category": _code(EthnicCategory),
    }
    referral = {
        "person": fields.Nested(Schema.from_dict(person, name="PlainPersonSchema"), required=True),
        "source": fields.Enum(SourceOfReferral, by_value=True, required=True),
        "referrer_organisation": _optional(read_ods_code, format="ods-code"),
        "referrer_reference": _optional(partial(read_line, longest=MAX_REFERENCE), **_line(MAX_REFERENCE)),
        "reason": _optional(read_text, format="text", minLength=1, maxLength=MAX_TEXT),
    }
    return Schema.from_dict(referral, name="PlainReferralSchema")()


PlainReferralSchema = type(_schema(date.max))
"""Its form, for the description of the API: of the birth date it can only say that it is past."""


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _faults(said: Any, document: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """What marshmallow says (dicts by field or index, lists of texts) as pointers and texts."""
    if isinstance(said, list):
        yield from ((pointer, text) for text in said)
        return
    for step, below in said.items():
        if below == [_UNKNOWN]:
            place = list(document).index(step) + 1
            yield pointer, f"It has a field that is not known: number {place} of {len(document)}."
        elif step == "_schema":
            yield from _faults(below, document, pointer)
        else:
            inner = document.get(step) if isinstance(document, dict) else None
            yield from _faults(below, inner, f"{pointer}/{step}")

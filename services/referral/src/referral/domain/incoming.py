"""What comes in by an intake door, whichever door it was, and how its personal details are read.

The readers (`read_…`) take what a sender wrote and return it in one canonical form. They raise
`Unreadable`, whose text completes the sentence "the birth date …" and never repeats what was written.
Nobody is refused here for age or need: who is suitable is decided in triage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from movewell.contracts.types import CancellationReason, EthnicCategory, IntakeChannel, SourceOfReferral


class AdministrativeGender(str, Enum):
    """Gender for administration, not a clinical fact: FHIR R4 ValueSet administrative-gender."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    UNKNOWN = "unknown"


class ContactMethod(str, Enum):
    """How somebody would rather be contacted."""

    EMAIL = "email"
    PHONE = "phone"


class CurrentTherapy(str, Enum):
    """Whether somebody who refers themselves has Talking Therapies now, and where."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    NONE = "none"
    NOT_SURE = "not_sure"


@dataclass(frozen=True, kw_only=True)
class EmergencyContact:
    """Whom to call for somebody. Nothing of it shows in a repr."""

    name: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class IncomingPerson:
    """The person referred, as the sender wrote them. Nothing of it shows in a repr.

    `nhs_number` is ten digits with a valid check digit; `postcode` is upper case with one space.
    """

    nhs_number: str | None = field(default=None, repr=False)
    family_name: str = field(repr=False)
    given_names: tuple[str, ...] = field(default=(), repr=False)
    birth_date: date = field(repr=False)
    gender: AdministrativeGender | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    postcode: str | None = field(default=None, repr=False)
    address_lines: tuple[str, ...] = field(default=(), repr=False)
    ethnic_category: EthnicCategory | None = field(default=None, repr=False)
    preferred_contact: ContactMethod | None = field(default=None, repr=False)
    may_leave_message: bool | None = field(default=None, repr=False)
    emergency_contact: EmergencyContact | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class SelfReferral:
    """What somebody who refers themselves says beyond the reason. Nothing of it shows in a repr.

    `needs` is what they need to communicate or take part; `therapy_service` names the Talking Therapies service that
    they are with elsewhere.
    """

    therapy: CurrentTherapy | None = field(default=None, repr=False)
    therapy_service: str | None = field(default=None, repr=False)
    needs: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class IncomingReferral:
    """A referral that a door has read and found in order.

    `referrer_organisation` is an ODS code. `referrer_reference` is the sender's own identifier of the
    request: the same in the referral and in its cancellation. `message_id` is what a retry repeats; it
    is None where the door recognises a retry by something outside the document. The next three are of
    the BaRS door: the Bundle a later response refers to, the service it was addressed to, and where a
    response goes (system|value, as MessageHeader.source.endpoint has it). `self_referral` is of the web door,
    where nobody vouches for who the sender is; their `referrer_reference` is the reference that they are given.
    """

    person: IncomingPerson
    source: SourceOfReferral
    channel: IntakeChannel
    referrer_organisation: str | None = None
    referrer_reference: str | None = field(default=None, repr=False)
    message_id: str | None = None
    reason: str | None = field(default=None, repr=False)
    bundle_id: str | None = None
    target_service: str | None = None
    reply_to: str | None = None
    self_referral: SelfReferral | None = None


@dataclass(frozen=True, kw_only=True)
class IncomingCancellation:
    """A referrer's cancellation, in order in itself; whether there is such a referral is not known here.

    `service_request_id` is the identifier that this service gave the request, when the sender has read
    it back first as the standard asks. `nhs_number` must match the referral's before anything is ended.
    """

    referrer_reference: str = field(repr=False)
    message_id: str
    reason: CancellationReason
    nhs_number: str = field(repr=False)
    referrer_organisation: str | None = None
    service_request_id: str | None = None
    bundle_id: str | None = None
    target_service: str | None = None
    reply_to: str | None = None


class Unreadable(ValueError):
    """What was written is not in the form that its field has. The text never repeats what was written."""


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?|GIR)([0-9][A-Z]{2})")
_PHONE = re.compile(r"(?P<number>\+?[0-9 ().-]{1,30})(?i:(?:ext\.?|x|#) ?[0-9]{1,6})?")
_EMAIL = re.compile(
    r"[^\s@<>()\[\],;:\"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+"
)
_ODS_CODE = re.compile(r"[A-Z0-9]{3,10}")
_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_IN_A_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

MAX_NAME, MAX_LINE, MAX_EMAIL, MAX_REFERENCE, MAX_TEXT = 100, 200, 254, 255, 20_000


def read_birth_date(written: str, today: date) -> date:
    """A whole date of the calendar, from 1900 until today."""
    if not _DATE.fullmatch(written):
        raise Unreadable("is not a whole date, written YYYY-MM-DD")
    try:
        born = date.fromisoformat(written)
    except ValueError:
        raise Unreadable("is not a date of the calendar") from None
    if born > today:
        raise Unreadable("is in the future")
    if born.year < 1900:
        raise Unreadable("is before 1900")
    return born


def read_postcode(written: str) -> str:
    """The form of a United Kingdom postcode, upper case with one space. Whether it exists is not asked."""
    parts = _POSTCODE.fullmatch(written[:20].replace(" ", "").upper())
    if not parts or len(written) > 20:
        raise Unreadable("is not written as a United Kingdom postcode")
    return " ".join(parts.groups())


def read_phone(written: str) -> str:
    """Anything that may be dialled: 7 to 15 digits (ITU-T E.164), with the usual punctuation and an extension kept."""
    number = written.strip().removeprefix("tel:")
    parts = _PHONE.fullmatch(number)
    if not parts or not 7 <= sum(character.isdigit() for character in parts["number"]) <= 15:
        raise Unreadable("is not written as a telephone number")
    return number


def read_email(written: str) -> str:
    """Something before one @ and a domain with a dot after it. Whether it is delivered is not asked."""
    address = written.strip().removeprefix("mailto:")
    if len(address) > MAX_EMAIL or not _EMAIL.fullmatch(address):
        raise Unreadable("is not written as an e-mail address")
    return address


def read_line(written: str, longest: int = MAX_NAME) -> str:
    """One line of text: not blank, not too long, without control characters."""
    text = written.strip()
    if not text:
        raise Unreadable("is blank")
    if len(text) > longest:
        raise Unreadable(f"is longer than {longest} characters")
    if _NOT_IN_A_LINE.search(text):
        raise Unreadable("has control characters in it")
    return text


def read_text(written: str) -> str:
    """Text of several lines: not blank, not too long, without control characters but tabs and line ends."""
    text = written.strip()
    if not text:
        raise Unreadable("is blank")
    if len(text) > MAX_TEXT:
        raise Unreadable(f"is longer than {MAX_TEXT} characters")
    if _NOT_IN_A_TEXT.search(text):
        raise Unreadable("has control characters in it")
    return text


def read_ods_code(written: str) -> str:
    """The form of an ODS code. Whether it exists is not asked."""
    code = written.strip().upper()
    if not _ODS_CODE.fullmatch(code):
        raise Unreadable("is not written as an ODS code")
    return code

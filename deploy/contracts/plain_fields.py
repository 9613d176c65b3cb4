"""What the data dictionary says of fields whose type carries no words: times, days, and what is true or false."""

from __future__ import annotations

from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from movewell.contracts.shapes import Whole

_SAID = {
    "accepted_at": "When it was accepted",
    "acknowledged_at": "When a clinician took it on",
    "answered_at": "When it was answered",
    "at_caseness": "At or above the national cut-off; of a review, by the first scores",
    "cancelled_at": "When it was cancelled",
    "closed_at": "When it was closed",
    "contactable": "Whether an e-mail address or a phone number is known",
    "corrected_at": "When the mark was corrected",
    "declined_at": "When it was declined",
    "delivered_at": "When every session had its attendance",
    "discharged_at": "When the patient was discharged",
    "due_at": "When it is due",
    "ended_at": "When the wait ended",
    "ends_at": "When the session ends",
    "erased_at": "When the person was erased",
    "expires_at": "Until when the seats are held",
    "first_starts_at": "When the first session of the programme starts",
    "former_starts_at": "When the session that it was moved from starts",
    "lapsed_at": "When the offer lapsed",
    "moved_at": "When the booking was moved",
    "offered_at": "When the place was offered",
    "opened_at": "When the patient was asked",
    "raised_at": "When the risk was raised",
    "received_at": "When the referral was taken: the waiting-time clock starts",
    "recorded_at": "When the attendance was recorded",
    "recovered": "Whether the patient recovered, by the national definition",
    "registered_at": "When the person became known",
    "reliably_deteriorated": "Whether the patient reliably deteriorated, by the national definition",
    "reliably_improved": "Whether the patient reliably improved, by the national definition",
    "replaced_at": "When the contact details were replaced",
    "reported_at": "When it was reported",
    "returned_at": "When the patient asked for another time",
    "reviewed_at": "When the outcome was reviewed",
    "scored_at": "When it was scored",
    "screened_at": "When the screening was recorded",
    "sent_at": "When the message was handed to its channel",
    "signposted_at": "When the activity was recommended",
    "since": "Since when the patient waits",
    "starts_at": "When the session starts",
    "stopped_at": "When the message was stopped",
    "valid_until": "Last day of the clearance",
    "withdrawn_at": "When it was withdrawn",
}
_UNITS = {datetime: "microseconds, UTC", date: "calendar day"}


class Unsaid(LookupError):
    """Nothing is said of a field: give its type a description, or say it here."""


def said_of(field: str) -> str:
    """Raises Unsaid."""
    if field not in _SAID:
        raise Unsaid(field)
    return _SAID[field]


def unit_of(hint: Any) -> str:
    """What a value is counted in; empty for text, codes, and true or false."""
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (each for each in get_args(hint) if each is not NoneType)
    if get_origin(hint) is Annotated:
        shape = hint.__metadata__[0]
        return shape.unit if isinstance(shape, Whole) else ""
    return _UNITS.get(hint, "")

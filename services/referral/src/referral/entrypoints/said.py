"""What somebody wrote who referred themselves, opened for one page. Nobody has vouched for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from movewell.keyring.port import KeyDestroyed
from movewell.keyring.sealing import open_sealed
from movewell.web.times import long_date

from referral.application.receive_referral import CONTACT, EMERGENCY_CONTACT, IDENTITY, SAID, Secrecy
from referral.domain.referral import Referral
from referral.entrypoints.who import grouped

_THERAPIES = {
    "here": "Yes, with this service",
    "elsewhere": "Yes, with another service",
    "none": "No",
    "not_sure": "Not sure",
}


def said_by_patient(secrecy: Secrecy, referral: Referral) -> list[tuple[str, str]]:
    """Question and answer, in order; nothing for a referral by somebody else, or once it is erased."""
    try:
        opened = {
            kind: open_sealed(secrecy.keyring, referral.tenant, referral.person_id, kind, sealed)
            for kind, sealed in referral.particulars.items()
        }
    except KeyDestroyed:
        return []
    return [(asked, answer) for asked, answer in _answers(opened) if answer]


def _answers(opened: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    identity, contact = opened.get(IDENTITY, {}), opened.get(CONTACT, {})
    said, emergency = opened.get(SAID, {}), opened.get(EMERGENCY_CONTACT, {})
    yield "Name", " ".join(filter(None, (*identity.get("given_names", ()), identity.get("family_name"))))
    yield "Born", long_date(date.fromisoformat(identity["birth_date"])) if identity else ""
    yield "NHS number", grouped(identity.get("nhs_number") or "")
    yield "Phone", contact.get("phone") or ""
    yield "Email", contact.get("email") or ""
    yield "Would rather be contacted by", {"email": "Email", "phone": "Phone"}.get(contact.get("preferred") or "", "")
    if (may := contact.get("may_leave_message")) is not None:
        yield "We may leave a message", "Yes" if may else "No"
    yield "In an emergency, call", ", ".join(filter(None, (emergency.get("name"), emergency.get("phone"))))
    yield "Has Talking Therapies now", _THERAPIES.get(said.get("therapy") or "", "")
    yield "With", said.get("therapy_service") or ""
    yield "Needs to take part", said.get("needs") or ""
    yield "Reference", said.get("reference") or ""

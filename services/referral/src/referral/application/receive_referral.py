"""Take a referral: find or register the person, seal what is personal, start the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from movewell.contracts.types import CancellationReason
from movewell.kernel import NotFound
from movewell.keyring.port import Keyring
from movewell.keyring.sealing import blind_index, seal
from movewell.store.unit import Unit, new_id

from referral.domain.incoming import IncomingCancellation, IncomingPerson, IncomingReferral
from referral.domain.person import Person
from referral.domain.referral import Referral

IDENTITY, CONTACT, REASON = "identity", "contact", "reason"
_PART = 1_200
"""Characters of a reason that are sealed at once: four bytes each stay within what one ciphertext holds."""


def _no_decile(postcode: str) -> int | None:
    return None


@dataclass(frozen=True)
class Secrecy:
    """What sealing needs: the keyring, and the secret of the blind index.

    `decile_of` makes of a postcode, which stays at home, the deprivation decile of its area, which may leave.
    """

    keyring: Keyring
    secret: bytes
    decile_of: Callable[[str], int | None] = _no_decile

    def mark(self, tenant: str, kind: str, value: str) -> str:
        """The keyed mark of an identifier, by which it is found again."""
        return blind_index(self.secret, tenant, f"{kind}|{value}")


def receive_referral(unit: Unit, secrecy: Secrecy, incoming: IncomingReferral) -> Referral:
    """Save the person, if new, and the referral.

    The key of a new person is made in the keyring first; if the unit is run again it makes another
    person's, and a key that nobody uses is left behind.
    """
    person = _known_person(unit, secrecy, incoming.person) or _register(unit, secrecy, incoming.person)
    referral = Referral.receive(
        id=new_id(),
        tenant=unit.tenant,
        person_id=person.id,
        source=incoming.source,
        channel=incoming.channel,
        referrer_organisation=incoming.referrer_organisation,
        referrer_mark=_referrer_mark(unit.tenant, secrecy, incoming),
        reason=_sealed_reason(unit.tenant, secrecy, person.id, incoming),
        now=unit.now,
        ethnic_category=incoming.person.ethnic_category,
        deprivation_decile=secrecy.decile_of(incoming.person.postcode) if incoming.person.postcode else None,
    )
    unit.save(referral)
    return referral


def _known_person(unit: Unit, secrecy: Secrecy, incoming: IncomingPerson) -> Person | None:
    """Who has this NHS number, with the contact details brought up to date."""
    if incoming.nhs_number is None:
        return None
    mark = secrecy.mark(unit.tenant, "nhs-number", incoming.nhs_number)
    found = unit.find(Person, {"nhs_number_mark": mark}, limit=1)
    if not found:
        return None
    (person,) = found
    if incoming.email or incoming.phone:
        person.replace_contact(_sealed_contact(unit.tenant, secrecy, person.id, incoming), unit.now)
        unit.save(person)
    return person


def _register(unit: Unit, secrecy: Secrecy, incoming: IncomingPerson) -> Person:
    id, tenant = new_id(), unit.tenant
    secrecy.keyring.create(tenant, id)
    number = incoming.nhs_number
    person = Person.register(
        id=id,
        tenant=tenant,
        identity=seal(secrecy.keyring, tenant, id, IDENTITY, _identity(incoming)),
        contact=_sealed_contact(tenant, secrecy, id, incoming),
        nhs_number_mark=secrecy.mark(tenant, "nhs-number", number) if number else None,
        now=unit.now,
    )
    unit.save(person)
    return person


def _identity(incoming: IncomingPerson) -> dict[str, object]:
    return {
        "nhs_number": incoming.nhs_number,
        "family_name": incoming.family_name,
        "given_names": list(incoming.given_names),
        "birth_date": incoming.birth_date.isoformat(),
        "gender": incoming.gender.value if incoming.gender else None,
        "ethnic_category": incoming.ethnic_category.value if incoming.ethnic_category else None,
        "postcode": incoming.postcode,
        "address_lines": list(incoming.address_lines),
    }


def _sealed_contact(tenant: str, secrecy: Secrecy, person_id: str, incoming: IncomingPerson) -> str:
    contact = {"email": incoming.email, "phone": incoming.phone}
    return seal(secrecy.keyring, tenant, person_id, CONTACT, contact)


def _sealed_reason(tenant: str, secrecy: Secrecy, person_id: str, incoming: IncomingReferral) -> list[str]:
    """The reason whole, in parts that can be sealed."""
    text = incoming.reason or ""
    parts = [text[start : start + _PART] for start in range(0, len(text), _PART)]
    return [seal(secrecy.keyring, tenant, person_id, REASON, {"text": each}) for each in parts]


def _referrer_mark(tenant: str, secrecy: Secrecy, incoming: IncomingReferral) -> str | None:
    if incoming.referrer_reference is None:
        return None
    return secrecy.mark(tenant, "reference", incoming.referrer_reference)


def cancel_referral(unit: Unit, secrecy: Secrecy, incoming: IncomingCancellation) -> Referral:
    """End the referral that the sender means. Raises NotFound, ReferralEnded.

    Reference and NHS number must both be those of the referral.
    """
    mark = secrecy.mark(unit.tenant, "reference", incoming.referrer_reference)
    found = unit.find(Referral, {"referrer_mark": mark}, order=("received_at",), descending=True, limit=10)
    number = secrecy.mark(unit.tenant, "nhs-number", incoming.nhs_number)
    for referral in found:
        person = unit.get(Person, referral.person_id)
        if person.nhs_number_mark == number:
            referral.cancel(CancellationReason(incoming.reason), unit.now)
            unit.save(referral)
            return referral
    raise NotFound("There is no such referral.")

"""Take a referral: find or register the person, seal what is personal, start the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from movewell.contracts.types import CancellationReason
from movewell.kernel import NotFound
from movewell.keyring.port import Keyring
from movewell.keyring.sealing import blind_index, open_sealed, seal
from movewell.store.unit import Unit, new_id

from referral.domain.incoming import IncomingCancellation, IncomingPerson, IncomingReferral
from referral.domain.names import searchable_name
from referral.domain.person import Person
from referral.domain.referral import Referral

IDENTITY, CONTACT, REASON = "identity", "contact", "reason"
EMERGENCY_CONTACT, SAID = "emergency_contact", "said"
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
    is_claim = incoming.self_referral is not None
    known = (_claimed_person if is_claim else _known_person)(unit, secrecy, incoming.person)
    person = known or _register(unit, secrecy, incoming.person, is_claim=is_claim)
    referral = Referral.receive(
        id=new_id(),
        tenant=unit.tenant,
        person_id=person.id,
        particulars=_particulars(unit.tenant, secrecy, person, incoming),
        source=incoming.source,
        channel=incoming.channel,
        referrer_organisation=incoming.referrer_organisation,
        referrer_mark=_referrer_mark(unit.tenant, secrecy, incoming),
        reason=_sealed_reason(unit.tenant, secrecy, person.id, incoming),
        contactable=_is_contactable(secrecy, person),
        now=unit.now,
        ethnic_category=incoming.person.ethnic_category,
        deprivation_decile=secrecy.decile_of(incoming.person.postcode) if incoming.person.postcode else None,
    )
    unit.save(referral)
    return referral


def _known_person(unit: Unit, secrecy: Secrecy, incoming: IncomingPerson) -> Person | None:
    """Who has this NHS number, with the contact details brought up to date.

    Somebody born on another day who only claimed the number gives it up.
    """
    person = _holder(unit, secrecy, incoming)
    if person is None:
        return None
    was_claimed = person.number_is_claimed
    if was_claimed and not _was_born_then(unit, secrecy, person, incoming):
        person.give_up_number()
        unit.save(person)
        return None
    person.vouch()
    if incoming.email or incoming.phone:
        person.replace_contact(_sealed_contact(unit.tenant, secrecy, person.id, incoming), unit.now)
    if was_claimed or incoming.email or incoming.phone:
        unit.save(person)
    return person


def _claimed_person(unit: Unit, secrecy: Secrecy, incoming: IncomingPerson) -> Person | None:
    """Who has this NHS number and this date of birth.

    Anybody may refer themselves, and nobody vouches for who they are. So nothing known is replaced, lest messages
    to a patient go to whoever has learnt their number: what was given stays with the referral.
    """
    person = _holder(unit, secrecy, incoming)
    if person is None or not _was_born_then(unit, secrecy, person, incoming):
        return None
    unit.touch(person)
    return person


def _holder(unit: Unit, secrecy: Secrecy, incoming: IncomingPerson) -> Person | None:
    if incoming.nhs_number is None:
        return None
    mark = secrecy.mark(unit.tenant, "nhs-number", incoming.nhs_number)
    return next(iter(unit.find(Person, {"nhs_number_mark": mark}, limit=1)), None)


def _was_born_then(unit: Unit, secrecy: Secrecy, person: Person, incoming: IncomingPerson) -> bool:
    if person.identity is None:
        return False
    identity = open_sealed(secrecy.keyring, unit.tenant, person.id, IDENTITY, person.identity)
    return bool(identity["birth_date"] == incoming.birth_date.isoformat())


def _register(unit: Unit, secrecy: Secrecy, incoming: IncomingPerson, *, is_claim: bool) -> Person:
    """A new person. A number that is claimed and somebody else's is kept with the identity only."""
    id, tenant = new_id(), unit.tenant
    secrecy.keyring.create(tenant, id)
    number = None if is_claim and _holder(unit, secrecy, incoming) else incoming.nhs_number
    person = Person.register(
        id=id,
        tenant=tenant,
        emergency_contact=_sealed_emergency_contact(tenant, secrecy, id, incoming),
        number_is_claimed=is_claim and number is not None,
        identity=seal(secrecy.keyring, tenant, id, IDENTITY, _identity(incoming)),
        contact=_sealed_contact(tenant, secrecy, id, incoming),
        nhs_number_mark=secrecy.mark(tenant, "nhs-number", number) if number else None,
        family_name_mark=family_name_mark(tenant, secrecy, incoming.family_name),
        now=unit.now,
    )
    unit.save(person)
    return person


def family_name_mark(tenant: str, secrecy: Secrecy, written: str) -> str | None:
    """The mark by which somebody of this family name is found, however it is written."""
    name = searchable_name(written)
    return secrecy.mark(tenant, "family-name", name) if name else None


def _is_contactable(secrecy: Secrecy, person: Person) -> bool:
    if person.contact is None:
        return False
    contact = open_sealed(secrecy.keyring, person.tenant, person.id, CONTACT, person.contact)
    return bool(contact["email"] or contact["phone"])


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
    contact: dict[str, object] = {"email": incoming.email, "phone": incoming.phone}
    if incoming.preferred_contact is not None:
        contact["preferred"] = incoming.preferred_contact.value
    if incoming.may_leave_message is not None:
        contact["may_leave_message"] = incoming.may_leave_message
    return seal(secrecy.keyring, tenant, person_id, CONTACT, contact)


def _sealed_emergency_contact(tenant: str, secrecy: Secrecy, person_id: str, incoming: IncomingPerson) -> str | None:
    if (contact := incoming.emergency_contact) is None:
        return None
    fields = {"name": contact.name, "phone": contact.phone}
    return seal(secrecy.keyring, tenant, person_id, EMERGENCY_CONTACT, fields)


def _particulars(tenant: str, secrecy: Secrecy, person: Person, incoming: IncomingReferral) -> dict[str, str]:
    """What a self-referral says beyond the reason, sealed by kind.

    Of whom it is also how they described themselves: if they were known before, it is kept nowhere else.
    """
    if (said := incoming.self_referral) is None:
        return {}
    fields = {
        "reference": incoming.referrer_reference,
        "therapy": said.therapy.value if said.therapy else None,
        "therapy_service": said.therapy_service,
        "needs": said.needs,
    }
    sealed = {
        SAID: seal(secrecy.keyring, tenant, person.id, SAID, fields),
        IDENTITY: seal(secrecy.keyring, tenant, person.id, IDENTITY, _identity(incoming.person)),
        CONTACT: _sealed_contact(tenant, secrecy, person.id, incoming.person),
        EMERGENCY_CONTACT: _sealed_emergency_contact(tenant, secrecy, person.id, incoming.person),
    }
    return {kind: each for kind, each in sealed.items() if each is not None}


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

"""Take a referral: find or register the person, seal what is personal, start the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from movewell.contracts.types import CancellationReason
from movewell.kernel import NotFound
from movewell.keyring.port import Keyring
from movewell.keyring.sealing import blind_index, open_sealed, seal
from movewell.store.unit import Unit, new_id

from referral.domain.incoming import IncomingCancellation, IncomingPerson, IncomingReferral
from referral.domain.names import searchable_name
from referral.domain.person import Person
from referral.domain.referral import Referral

IDENTITY, CONTACT, REASON, REFERENCE = "identity", "contact", "reason", "reference"
DECOY = str(UUID(int=0))
"""Nobody's id: its key opens what is opened in vain."""
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
    _decoys: dict[str, str] = field(default_factory=dict, compare=False)

    def mark(self, tenant: str, kind: str, value: str) -> str:
        """The keyed mark of an identifier, by which it is found again."""
        return blind_index(self.secret, tenant, f"{kind}|{value}")

    def open_decoy(self, tenant: str) -> None:
        """Open what is nobody's, where nothing was found: else the time of an answer would tell who is known."""
        if tenant not in self._decoys:
            self.keyring.create(tenant, DECOY)
            self._decoys[tenant] = seal(self.keyring, tenant, DECOY, IDENTITY, {"birth_date": None})
        open_sealed(self.keyring, tenant, DECOY, IDENTITY, self._decoys[tenant])


def receive_referral(
    unit: Unit, secrecy: Secrecy, incoming: IncomingReferral, client_id: str | None = None
) -> Referral:
    """Save the person, if new, and the referral. `client_id` is the system that sends it, if one does.

    The key of a new person is made in the keyring first; if the unit is run again it makes another
    person's, and a key that nobody uses is left behind.
    """
    person = (_claimant if incoming.self_referral is not None else _vouched_for)(unit, secrecy, incoming.person)
    referral = Referral.receive(
        id=new_id(),
        tenant=unit.tenant,
        person_id=person.id,
        particulars=_particulars(unit.tenant, secrecy, person, incoming),
        source=incoming.source,
        channel=incoming.channel,
        referrer_organisation=incoming.referrer_organisation,
        referrer_mark=_referrer_mark(unit.tenant, secrecy, incoming),
        client_id=client_id,
        referrer_reference=_sealed_reference(unit.tenant, secrecy, person.id, incoming) if client_id else None,
        reason=_sealed_reason(unit.tenant, secrecy, person.id, incoming),
        contactable=_is_contactable(secrecy, person),
        now=unit.now,
        ethnic_category=incoming.person.ethnic_category,
        deprivation_decile=secrecy.decile_of(incoming.person.postcode) if incoming.person.postcode else None,
    )
    unit.save(referral)
    return referral


def _vouched_for(unit: Unit, secrecy: Secrecy, incoming: IncomingPerson) -> Person:
    if (known := _known_person(unit, secrecy, incoming)) is not None:
        return known
    person = _registered(unit, secrecy, incoming, number=incoming.nhs_number)
    unit.save(person)
    return person


def _claimant(unit: Unit, secrecy: Secrecy, incoming: IncomingPerson) -> Person:
    """Somebody known or new, with the same work for either: anybody can ask, and shall not learn which it was.

    A number that is claimed and somebody else's is kept with the identity only. The key that was made for somebody
    who turns out to be known is destroyed.
    """
    holder = _holder(unit, secrecy, incoming)
    person = _registered(unit, secrecy, incoming, number=None if holder else incoming.nhs_number, is_claim=True)
    if _claims_truly(unit, secrecy, holder, incoming) and holder is not None:
        unit.touch(holder)
        unit.later("key.destroyed", person.id, unit.now)
        return holder
    unit.save(person)
    return person


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


def _claims_truly(unit: Unit, secrecy: Secrecy, holder: Person | None, incoming: IncomingPerson) -> bool:
    """Whether who has this NHS number has this date of birth too.

    Anybody may refer themselves, and nobody vouches for who they are. So nothing known is replaced, lest messages
    to a patient go to whoever has learnt their number: what was given stays with the referral.
    """
    if holder is None or holder.identity is None:
        secrecy.open_decoy(unit.tenant)
        return False
    return _was_born_then(unit, secrecy, holder, incoming)


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


def _registered(
    unit: Unit, secrecy: Secrecy, incoming: IncomingPerson, *, number: str | None, is_claim: bool = False
) -> Person:
    """A new person, not yet saved, who is found by `number`."""
    id, tenant = new_id(), unit.tenant
    secrecy.keyring.create(tenant, id)
    return Person.register(
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


def _sealed_reference(tenant: str, secrecy: Secrecy, person_id: str, incoming: IncomingReferral) -> str | None:
    if incoming.referrer_reference is None:
        return None
    return seal(secrecy.keyring, tenant, person_id, REFERENCE, {"text": incoming.referrer_reference})


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

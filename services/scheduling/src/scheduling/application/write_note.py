"""Keep a note about a patient at a session, sealed under the person's key."""

from __future__ import annotations

from movewell.keyring.port import KeyDestroyed, Keyring
from movewell.keyring.sealing import seal
from movewell.store.unit import Unit, new_id

from scheduling.application.keep_person import person_of
from scheduling.domain.booking import Booking
from scheduling.domain.person import Note

NOTE = "note"
MOST_CHARACTERS = 1_000
"""Four bytes each stay within what one ciphertext holds."""


def write_note(unit: Unit, keyring: Keyring, booking_id: str, text: str, by: str) -> Note:
    """`by` is the subject of who signed in. Raises NotFound, KeyDestroyed, KeyUnknown."""
    booking = unit.get(Booking, booking_id)
    person = person_of(unit, booking.person_id)
    if person.erased:
        raise KeyDestroyed("This person was erased. Nothing can be written about them.")
    if person.version:  # who erases them at the same moment conflicts with this, and so meets the note
        unit.touch(person)
    else:
        unit.save(person)
    note = Note(
        id=new_id(),
        tenant=unit.tenant,
        referral_id=booking.referral_id,
        person_id=booking.person_id,
        session_id=booking.session_id,
        text=seal(keyring, unit.tenant, booking.person_id, NOTE, {"text": text}),
        written_by=by,
        written_at=unit.now,
    )
    unit.save(note)
    return note

"""A person: sealed identity and contact, and a mark by which their NHS number is found again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from movewell.contracts.people import ContactReplaced, PersonErased, PersonRegistered
from movewell.kernel import Aggregate, DomainError


class PersonGone(DomainError):
    """The person was erased."""

    code = "person-erased"


@dataclass(kw_only=True)
class Person(Aggregate):
    """`identity`, `contact` and `emergency_contact` are ciphertext, None once erased, as are the marks.

    Where `number_is_claimed`, the NHS number is the word of somebody who referred themselves and nobody else's.
    `family_name_mark` is of the searchable family name; persons from before it existed get theirs by `mark-names`.
    """

    identity: str | None
    contact: str | None
    nhs_number_mark: str | None = None
    family_name_mark: str | None = None
    emergency_contact: str | None = None
    number_is_claimed: bool = False
    erased_at: datetime | None = None

    @classmethod
    def register(
        cls,
        *,
        id: str,
        tenant: str,
        identity: str,
        contact: str,
        nhs_number_mark: str | None,
        now: datetime,
        family_name_mark: str | None = None,
        emergency_contact: str | None = None,
        number_is_claimed: bool = False,
    ) -> Person:
        """Make a person known. The caller seals what is personal and keys the marks."""
        sealed = {"identity": identity, "contact": contact, "emergency_contact": emergency_contact}
        marks = {"nhs_number_mark": nhs_number_mark, "family_name_mark": family_name_mark}
        person = cls(id=id, tenant=tenant, number_is_claimed=number_is_claimed, **marks, **sealed)
        person.record(PersonRegistered(person_id=id, **sealed, registered_at=now))
        return person

    def vouch(self) -> None:
        """A referrer gave the same NHS number and date of birth."""
        self.number_is_claimed = False

    def give_up_number(self) -> None:
        """The NHS number that was claimed is somebody else's."""
        self.nhs_number_mark, self.number_is_claimed = None, False

    def replace_contact(self, contact: str, now: datetime) -> None:
        """Raises PersonGone."""
        if self.erased_at is not None:
            raise PersonGone("This person was erased.")
        self.contact = contact
        self.record(ContactReplaced(person_id=self.id, contact=contact, replaced_at=now))

    def erase(self, now: datetime) -> None:
        """Forget everything; again, it changes nothing."""
        if self.erased_at is not None:
            return
        self.identity = self.contact = self.emergency_contact = None
        self.nhs_number_mark = self.family_name_mark = None
        self.erased_at = now
        self.record(PersonErased(person_id=self.id, erased_at=now))

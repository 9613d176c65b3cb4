"""Events about persons, keyed by person. Personal data are ciphertext under the person's key."""

from datetime import datetime

from movewell.contracts.declare import event
from movewell.contracts.types import PersonId, Sealed

OWNER = "referral"


@event("person.registered", key="person_id")
class PersonRegistered:
    """A person became known. What is sealed can be opened by holders of a grant.

    `emergency_contact` (`name`, `phone`) is whom to call for the person; sealed for `emergency_contact`.
    """

    person_id: PersonId
    identity: Sealed
    contact: Sealed
    registered_at: datetime
    emergency_contact: Sealed | None = None


@event("contact.replaced", key="person_id")
class ContactReplaced:
    """The person's contact details were replaced."""

    person_id: PersonId
    contact: Sealed
    replaced_at: datetime


@event("person.erased", key="person_id")
class PersonErased:
    """The person's key is destroyed; every service deletes what it had opened or kept sealed."""

    person_id: PersonId
    erased_at: datetime

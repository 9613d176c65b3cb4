"""Who one may be in local mode, where nobody has a password: four roles in each of two made-up services."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Persona:
    """`subject` is what the platform knows them by: an instructor's is the `instructor_id` of their sessions."""

    subject: str
    name: str
    role: str
    tenant: str

    @property
    def key(self) -> str:
        return f"{self.tenant}-{self.subject}"


SERVICES = {"ZT001": "Northtown Talking Therapies", "ZT002": "Southtown Talking Therapies"}
"""ODS codes that no organisation has, and names for them."""

PERSONAS = (
    Persona("clinician-1", "Amina Yusuf", "clinician", "ZT001"),
    Persona("instructor-1", "Ben Carter", "instructor", "ZT001"),
    Persona("coordinator-1", "Chloe Evans", "coordinator", "ZT001"),
    Persona("manager-1", "Dev Patel", "manager", "ZT001"),
    Persona("clinician-2", "Ewa Nowak", "clinician", "ZT002"),
    Persona("instructor-2", "Femi Adeyemi", "instructor", "ZT002"),
    Persona("coordinator-2", "Grace Hall", "coordinator", "ZT002"),
    Persona("manager-2", "Hana Suzuki", "manager", "ZT002"),
)


def persona(key: str) -> Persona | None:
    """By its key."""
    return next((each for each in PERSONAS if each.key == key), None)

"""A person as scheduling knows them: what is sealed, and nothing that is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from movewell.kernel import Aggregate


@dataclass(kw_only=True)
class Person(Aggregate):
    """`identity` and `emergency_contact` are ciphertext, None until known and after the person is erased."""

    identity: str | None = None
    emergency_contact: str | None = None
    erased: bool = False

    def erase(self) -> None:
        """Forget everything, for ever; what comes late changes nothing."""
        self.identity = self.emergency_contact = None
        self.erased = True


@dataclass(kw_only=True)
class Note(Aggregate):
    """What an instructor wrote about a patient at a session; `text` is sealed under the person's key.

    `written_by` is the subject of who signed in.
    """

    referral_id: str
    person_id: str
    session_id: str
    text: str
    written_by: str
    written_at: datetime

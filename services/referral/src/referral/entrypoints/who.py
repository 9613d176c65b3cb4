"""Who a referral is about, opened for one page. Nothing of it shows in a repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from movewell.keyring.port import KeyDestroyed, Keyring, KeyUnknown
from movewell.keyring.sealing import SealBroken, open_sealed
from movewell.web.times import long_date

from referral.application.receive_referral import CONTACT, IDENTITY
from referral.domain.person import Person

ERASED, UNREADABLE = "Details erased", "Details cannot be shown"


@dataclass(frozen=True)
class Who:
    """`nhs_number` is grouped 3-3-4; what is not known is empty."""

    name: str = field(repr=False)
    born: date | None = field(default=None, repr=False)
    nhs_number: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    address: tuple[str, ...] = field(default=(), repr=False)

    @property
    def birth_date(self) -> str:
        return long_date(self.born) if self.born else "Not known"

    def age(self, today: date) -> int | None:
        """In whole years."""
        if self.born is None:
            return None
        return today.year - self.born.year - ((today.month, today.day) < (self.born.month, self.born.day))


def who(keyring: Keyring, person: Person, *, contact: bool = False) -> Who:
    """The person; their contact only where it is asked for. Who was erased, or can't be opened, is said to be so."""
    if person.identity is None:
        return Who(ERASED)
    try:
        identity = open_sealed(keyring, person.tenant, person.id, IDENTITY, person.identity)
        reached = _opened_contact(keyring, person) if contact else {}
    except KeyDestroyed:
        return Who(ERASED)
    except (KeyUnknown, SealBroken):
        return Who(UNREADABLE)
    return Who(
        " ".join([*identity["given_names"], identity["family_name"]]),
        date.fromisoformat(identity["birth_date"]),
        grouped(identity["nhs_number"] or ""),
        reached.get("phone") or "",
        reached.get("email") or "",
        tuple(each for each in (*identity["address_lines"], identity["postcode"]) if each) if contact else (),
    )


def grouped(nhs_number: str) -> str:
    """As the NHS writes it for people: 999 000 0018."""
    return " ".join(filter(None, (nhs_number[:3], nhs_number[3:6], nhs_number[6:])))


def _opened_contact(keyring: Keyring, person: Person) -> dict[str, str | None]:
    return open_sealed(keyring, person.tenant, person.id, CONTACT, person.contact) if person.contact else {}

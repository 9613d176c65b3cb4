"""Find a self-referral by the reference that the patient reads out."""

from __future__ import annotations

from movewell.store.unit import Unit

from referral.application.receive_referral import Secrecy
from referral.domain.reference import read_reference
from referral.domain.referral import Referral


def find_by_reference(unit: Unit, secrecy: Secrecy, written: str) -> Referral | None:
    """However it is written; None if there is none of this service."""
    reference = read_reference(written)
    if reference is None:
        return None
    mark = secrecy.mark(unit.tenant, "reference", reference)
    return next(iter(unit.find(Referral, {"referrer_mark": mark}, order=("received_at",), limit=1)), None)

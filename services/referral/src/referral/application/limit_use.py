"""Let one network address do something only so often."""

from __future__ import annotations

from datetime import timedelta

from movewell.store.unit import Unit

from referral.application.receive_referral import Secrecy
from referral.domain.allowance import WINDOW, Allowance


def limit_use(unit: Unit, secrecy: Secrecy, what: str, address: str, most: int) -> None:
    """Count one use within the hour. Raises AllowanceUsed."""
    began = unit.now - timedelta(seconds=unit.now.timestamp() % WINDOW.total_seconds())
    id = secrecy.mark(unit.tenant, "allowance", f"{what}|{address}|{began.isoformat()}")
    allowance = unit.find_one(Allowance, id)
    if allowance is None:
        allowance = Allowance(id=id, tenant=unit.tenant, ends_at=began + WINDOW)
        unit.later("allowance.ended", id, allowance.ends_at)
    allowance.use(most)
    unit.save(allowance)


def forget_use(unit: Unit, id: str) -> None:
    """The time is over, or who came back knew what was asked."""
    if (allowance := unit.find_one(Allowance, id)) is not None:
        unit.remove(allowance)
        unit.not_later("allowance.ended", id)

"""Whom to write to, and whether to write at all."""

from __future__ import annotations

from dataclasses import dataclass

from movewell.contracts.types import EndCode, MessageKind
from movewell.kernel import Aggregate

EVEN_THEN = frozenset({MessageKind.RISK_ALERT, MessageKind.CANCELLATION})
"""What is told although the referral has ended: a risk, and that somebody need not come."""
DECEASED = frozenset({EndCode.DECEASED, EndCode.DECEASED_NOT_TAKEN_ON})


@dataclass(kw_only=True)
class Addressee(Aggregate):
    """A person's contact and identity, sealed; None until known and after they are erased. `id` is the person's."""

    contact: str | None = None
    identity: str | None = None
    erased: bool = False


@dataclass(kw_only=True)
class Correspondence(Aggregate):
    """The messages of one referral end with it. `id` is the referral's; the team alone is told of one who died."""

    ended: bool = False
    deceased: bool = False

    def admits(self, kind: MessageKind) -> bool:
        """Whether such a message may still be planned or sent."""
        if self.deceased:
            return kind is MessageKind.RISK_ALERT
        return not self.ended or kind in EVEN_THEN

"""A self-referral that is not sent yet: answers under a key of its own, which is destroyed when the draft ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from movewell.kernel import Aggregate, DomainError

KEPT = timedelta(days=14)
"""How long answers are kept that are not sent, from the first of them on."""

SHOWN_AFTERWARDS = timedelta(days=1)
"""How long a browser is told the reference again after sending. The answers are gone by then."""

MOST_TRIES = 5
"""Wrong dates of birth with a return code, until it is no longer good; another is made where the draft is open."""


class DraftEnded(DomainError):
    """The draft was sent, or its time is over."""

    code = "draft-ended"


class DraftStatus(str, Enum):
    """Where a draft stands. One that is deleted or expired is no longer there."""

    OPEN = "open"
    SENT = "sent"


@dataclass(kw_only=True)
class Draft(Aggregate):
    """`answers` are ciphertext under the draft's own key, by step. Nothing of a draft is told to other services.

    `return_mark` finds it by the return code, of which `codes` were made so far.
    """

    expires_at: datetime
    answers: dict[str, str] = field(default_factory=dict)
    status: DraftStatus = DraftStatus.OPEN
    return_mark: str | None = None
    codes: int = 0

    @classmethod
    def start(cls, *, id: str, tenant: str, now: datetime) -> Draft:
        """An empty draft, kept for a time that is stated to who writes it."""
        return cls(id=id, tenant=tenant, expires_at=now + KEPT)

    def is_over(self, now: datetime) -> bool:
        return now >= self.expires_at

    def write(self, answers: dict[str, str], now: datetime) -> None:
        """Replace the answers by these. Raises DraftEnded."""
        self._require_open(now)
        self.answers = answers

    def save_for_later(self, mark: str, now: datetime) -> None:
        """Let who has the return code and knows the date of birth come back. Raises DraftEnded."""
        self._require_open(now)
        self.return_mark = mark

    def send(self, now: datetime) -> None:
        """It became a referral; its answers are forgotten here. Raises DraftEnded."""
        self._require_open(now)
        self.status, self.answers, self.return_mark = DraftStatus.SENT, {}, None
        self.expires_at = now + SHOWN_AFTERWARDS

    def _require_open(self, now: datetime) -> None:
        if self.status is not DraftStatus.OPEN or self.is_over(now):
            raise DraftEnded("These answers were sent, or deleted after their time.")

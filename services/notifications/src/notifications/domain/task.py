"""A task for a coordinator: a message that could not be sent, and that a person must see to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from movewell.contracts.types import MessageKind
from movewell.kernel import Aggregate


class Problem(str, Enum):
    """Why nobody could be written to."""

    NO_ADDRESS = "no_address"
    SEAL_BROKEN = "seal_broken"
    NEVER_CAME = "never_came"


@dataclass(kw_only=True)
class Task(Aggregate):
    """`id` is the message's. Open until somebody says that it is done; what they did is not kept here."""

    referral_id: str
    person_id: str
    kind: MessageKind
    problem: Problem
    since: datetime
    done_by: str | None = None
    done_at: datetime | None = None

    def finish(self, by: str, now: datetime) -> None:
        """Somebody has seen to it; once is enough, and the first one has it."""
        if self.done_at is None:
            self.done_by, self.done_at = by, now

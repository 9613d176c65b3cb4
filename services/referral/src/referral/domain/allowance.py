"""How often something may be done from one network address within an hour, or with one return code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from movewell.kernel import Aggregate, DomainError

WINDOW = timedelta(hours=1)


class AllowanceUsed(DomainError):
    """This was done too often from one address."""

    code = "allowance-used"


@dataclass(kw_only=True)
class Allowance(Aggregate):
    """`id` is a keyed mark of what and where from, so that no address is kept. Gone when the window ends."""

    ends_at: datetime
    used: int = 0

    def use(self, most: int) -> None:
        """Raises AllowanceUsed when it was used `most` times before."""
        if self.used >= most:
            raise AllowanceUsed("This was tried too often. Try again in an hour.")
        self.used += 1

    def is_used_up(self, most: int) -> bool:
        return self.used >= most

"""The smallest words of the domain: an aggregate that records events, an error with a code, a clock.

Standard library only. The domain of every service imports this and `movewell.contracts`, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol


class Clock(Protocol):
    """Where the time comes from. `now` is timezone-aware UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class DomainError(Exception):
    """A rule of the domain was broken.

    Subclasses are named by the rule and carry a stable `code`; one table in `movewell.web` maps codes
    to HTTP. `detail` is shown to the caller, so it never holds personal data.
    """

    code: ClassVar[str] = "rule-broken"

    def __init__(self, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts


class NotFound(DomainError):
    """What was asked for does not exist, or may not be seen by who asks."""

    code = "not-found"


class StaleVersion(DomainError):
    """The caller's copy is older than the stored one."""

    code = "stale-version"


class Invalid(DomainError):
    """Input breaks the rules of its form. `faults` lists all of them, as (pointer, message)."""

    code = "invalid"

    def __init__(self, detail: str, faults: list[tuple[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.faults = faults or []


@dataclass(kw_only=True)
class Aggregate:
    """A thing with an identity whose state and events are saved together.

    `version` is 0 until first saved and is raised by the store at each save. `record` keeps an event
    (an instance of a class declared in `movewell.contracts`) until the aggregate is saved.
    """

    id: str
    tenant: str
    version: int = 0
    _recorded: list[Any] = field(default_factory=list, repr=False, compare=False)

    def record(self, event: Any) -> None:
        """Keep `event`; saving the aggregate appends it to the outbox in the same transaction."""
        self._recorded.append(event)

    def take_events(self) -> list[Any]:
        """The events recorded since the last save, which are then forgotten here."""
        taken, self._recorded = self._recorded, []
        return taken

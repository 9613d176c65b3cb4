"""Which records of the log an analyst gets: topics, one tenant or all; persons only if that is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from movewell.contracts import topics
from movewell.log.port import Delivered, EventLog, Position

PERSONAL = frozenset({"people"})
"""Topics that hold personal data, though sealed: never given unless they are named."""
PAGE = 1_000


class UnknownTopic(ValueError):
    """No event is declared for the topic."""


@dataclass(frozen=True)
class Chosen:
    """The topics, and the tenant (ODS code), None for all."""

    topics: tuple[str, ...]
    tenant: str | None = None

    @classmethod
    def of(cls, named: Sequence[str] = (), tenant: str | None = None) -> Chosen:
        """The topics that are named; of none, every one without personal data. Raises UnknownTopic."""
        known = topics()
        for each in named:
            if each not in known:
                raise UnknownTopic(f"there is no topic {each}: known are {', '.join(sorted(known))}")
        return cls(tuple(sorted(set(named) or known.keys() - PERSONAL)), tenant)

    def takes(self, record: Delivered) -> bool:
        """A record that does not say whose it is belongs to no tenant."""
        return self.tenant is None or record.headers.get("ce_tenant") == self.tenant


def pages(log: EventLog, since: Mapping[Position, int], ends: Mapping[Position, int]) -> Iterator[list[Delivered]]:
    """The records of each partition from `since` (else its beginning) up to `ends`, in order, a page at a time."""
    for position, end in ends.items():
        at = since.get(position, 0)
        while at < end:
            found = log.read(*position, at, min(PAGE, end - at))
            if not found:
                break
            yield found
            at = found[-1].offset + 1

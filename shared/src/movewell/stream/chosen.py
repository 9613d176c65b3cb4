"""Which records of the log an analyst gets: topics, events, one tenant or all; persons only if that is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from movewell.contracts import declarations, topics
from movewell.log.port import Delivered, EventLog, Position

PERSONAL = frozenset({"people"})
"""Topics that hold personal data, though sealed: never given unless they are named."""
PAGE = 1_000


class UnknownTopic(ValueError):
    """No event is declared for the topic."""


class UnknownEvent(ValueError):
    """No event of that name is declared."""


@dataclass(frozen=True)
class Chosen:
    """The topics; the tenant (ODS code), None for all; the names of the events, none for all."""

    topics: tuple[str, ...]
    tenant: str | None = None
    events: frozenset[str] = frozenset()

    @classmethod
    def of(cls, named: Sequence[str] = (), tenant: str | None = None, events: Sequence[str] = ()) -> Chosen:
        """The topics that are named; of none, every one without personal data. Raises UnknownTopic, UnknownEvent."""
        known = topics()
        for each in named:
            if each not in known:
                raise UnknownTopic(f"there is no topic {each}: known are {', '.join(sorted(known))}")
        if unknown := set(events) - {each.name for each in declarations()}:
            raise UnknownEvent(f"there is no event {min(unknown)}")
        return cls(tuple(sorted(set(named) or known.keys() - PERSONAL)), tenant, frozenset(events))

    def takes(self, record: Delivered) -> bool:
        """A record that does not say whose it is belongs to no tenant; one that names no event is none of those."""
        if self.tenant is not None and record.headers.get("ce_tenant") != self.tenant:
            return False
        return not self.events or _event(record) in self.events


def _event(record: Delivered) -> str:
    """`movewell.session.booked.v1` → `session.booked`."""
    return record.headers.get("ce_type", "").removeprefix("movewell.").rpartition(".v")[0]


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

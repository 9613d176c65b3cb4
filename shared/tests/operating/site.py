"""A site of two small services: one that tells of offers, one that hears of them, on backends of a test's choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from movewell.adapters import open_log, open_store
from movewell.contracts.scheduling import OfferDeclined, OfferLapsed
from movewell.log.consumer import Consumer
from movewell.projections import Projection
from movewell.service import Running, Service
from movewell.store.documents import stored
from movewell.store.port import Collection
from movewell.store.unit import Cause, Unit
from movewell.testing.hand_clock import HandClock

TENANT, TOPIC = "ZT001", "scheduling"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def key(number: int) -> str:
    return str(UUID(int=number))


def tell(event: OfferLapsed | OfferDeclined, unit: Unit) -> None:
    """Write down what was heard, in order, however often."""
    told = unit.tx.get("told", event.referral_id)
    if told is None:
        unit.tx.add("told", {"id": event.referral_id, "tenant": unit.tenant, "offers": [event.offer_id]})
    else:
        unit.tx.replace("told", {**told, "offers": [*told["offers"], event.offer_id]}, told["version"])


def lapsed(row: dict, event: OfferLapsed) -> dict:
    return {**row, "lapses": row.get("lapses", 0) + 1}


TELLING = Service("scheduling", stored())
HEARING = Service(
    "notifications",
    stored(),
    {OfferLapsed: tell, OfferDeclined: tell},
    (Projection(Collection("lapses"), "referral_id", {OfferLapsed: lapsed}),),
    collections=(Collection("told"),),
)


@dataclass
class Site:
    """`store_url` gives each store by its name; a name that was not used before is an empty store."""

    store_url: Callable[[str], str]
    log_url: str
    clock: HandClock = field(default_factory=lambda: HandClock(START))
    opened: list[Running] = field(default_factory=list)

    def telling(self, store: str = "telling") -> Running:
        return self._running(TELLING, store)

    def hearing(self, store: str = "hearing") -> Running:
        return self._running(HEARING, store)

    def _running(self, service: Service, store: str) -> Running:
        made = Running(service, open_store(self.store_url(store)), open_log(self.log_url), self.clock)
        made.prepare()
        self.opened.append(made)
        return made

    def close(self) -> None:
        for each in self.opened:
            each.log.close()
            each.store.close()


def append(telling: Running, *offers: tuple[int, int]) -> None:
    """An offer of a referral lapses: in the outbox, not published."""
    for referral, offer in offers:
        event = OfferLapsed(referral_id=key(referral), offer_id=key(offer), lapsed_at=START)
        telling.units.run(TENANT, Cause("test"), lambda unit, event=event: unit.publish(event))


def relay(telling: Running) -> int:
    """Publish what is pending."""
    relay, published = telling.relay(), 0
    while done := relay.step():
        published += done
    relay.release()
    return published


def hear(hearing: Running) -> None:
    """Let both consumers come to the end of the log, and leave their groups."""
    for consumer in (hearing.reactions(), hearing.projections()):
        _drain(hearing, consumer)
        consumer.close()


def _drain(running: Running, consumer: Consumer) -> None:
    ends = running.log.ends(consumer.topics)
    group = next(each for each in running.groups() if each in consumer._subscription.name)
    for _ in range(300):
        if not consumer.step(0.1) and running.log.committed(group, consumer.topics) == ends:
            return
    raise AssertionError("the consumer did not come to the end of the log")


def told(hearing: Running) -> dict[int, list[int]]:
    """Referral → the offers that were heard of, in order."""
    return {UUID(row["id"]).int: [UUID(each).int for each in row["offers"]] for row in hearing.store.scan("told")}


def sequences(telling: Running) -> dict[int, list[int]]:
    """Referral → the sequences in the journal, in order."""
    found: dict[int, list[int]] = {}
    for row in telling.store.scan("outbox"):
        found.setdefault(UUID(row["key"]).int, []).append(row["sequence"])
    return {key: sorted(each) for key, each in found.items()}

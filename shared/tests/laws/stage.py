"""Two small services on stores in memory, and a death at a named place: the ground of the tests of the laws."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from movewell import failpoints
from movewell.contracts.scheduling import OfferDeclined, OfferLapsed
from movewell.contracts.types import Actor
from movewell.log.consumer import Consumer, Subscription
from movewell.log.port import Delivered
from movewell.log.sqlite import SqliteLog
from movewell.projections import Projection
from movewell.service import Running, Service
from movewell.store.documents import stored
from movewell.store.port import Collection
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause, Unit
from movewell.testing.hand_clock import HandClock

TENANT, TOPIC = "ZT001", "scheduling"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
THINGS = Collection("things")


def uid(number: int) -> str:
    return str(UUID(int=number))


def lapsed(referral: int, offer: int) -> OfferLapsed:
    return OfferLapsed(referral_id=uid(referral), offer_id=uid(offer), lapsed_at=START)


def declined(referral: int, offer: int) -> OfferDeclined:
    return OfferDeclined(referral_id=uid(referral), offer_id=uid(offer), by=Actor.PATIENT, declined_at=START)


def note(unit: Unit, collection: str, id: str, offer: str) -> None:
    """Append to a document's list of offers."""
    found = unit.tx.get(collection, id)
    if found is None:
        unit.tx.add(collection, {"id": id, "tenant": unit.tenant, "offers": [offer]})
    else:
        unit.tx.replace(collection, {**found, "offers": [*found["offers"], offer]}, found["version"])


def _count(row: dict, event: OfferLapsed) -> dict:
    return {**row, "lapses": row.get("lapses", 0) + 1}


TELLING = Service("scheduling", stored(), collections=(THINGS,))
VIEWS = (Projection(Collection("lapses"), "referral_id", {OfferLapsed: _count}),)
HEARING = Service("notifications", stored(), projections=VIEWS, collections=(Collection("told"), Collection("heard")))


class Stage:
    """`telling` tells of offers, `hearing` hears of them; the clock stands still until a test moves it."""

    def __init__(self) -> None:
        self.clock = HandClock(START)
        self.log = SqliteLog(None)
        self.telling = Running(TELLING, SqliteStore(None), self.log, self.clock)
        self.hearing = Running(HEARING, SqliteStore(None), self.log, self.clock)
        for each in (self.telling, self.hearing):
            each.prepare()
        self.fails: Callable[[str], Exception | None] = lambda offer: None

    def say(self, *events: OfferLapsed | OfferDeclined) -> None:
        """Append to the outbox, each in a unit of its own."""
        for event in events:
            self.telling.units.run(TENANT, Cause("c"), lambda unit, event=event: unit.publish(event))

    def publish(self, *events: OfferLapsed | OfferDeclined) -> None:
        self.say(*events)
        relay = self.telling.relay()
        while relay.step():
            pass
        relay.release()

    def consumer(self, name: str = "told") -> Consumer:
        """Writes down what it hears in the collection of its name."""

        def tell(event: OfferLapsed | OfferDeclined, unit: Unit) -> None:
            if error := self.fails(event.offer_id):
                raise error
            note(unit, name, event.referral_id, event.offer_id)

        handlers = {OfferLapsed: tell, OfferDeclined: tell}
        return Consumer(self.log, self.hearing.units, Subscription(name, handlers))

    def told(self, referral: int, by: str = "told") -> list[int]:
        document = self.hearing.store.read(TENANT, lambda tx: tx.get(by, uid(referral)))
        return [UUID(each).int for each in document["offers"]] if document else []

    def waiting(self) -> list[dict]:
        return list(self.hearing.store.scan("waiting"))

    def records(self) -> list[Delivered]:
        ends = self.log.ends([TOPIC])
        return [each for (topic, p), end in ends.items() for each in self.log.read(topic, p, 0, end)]


class Died(BaseException):
    """A process is killed here; no handler of an exception runs in it."""


def die_at(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """The next to reach the failpoint dies, and nobody after."""
    armed = [place]

    def reach(name: str) -> None:
        if name in armed:
            armed.clear()
            raise Died(name)

    monkeypatch.setattr(failpoints, "reach", reach)

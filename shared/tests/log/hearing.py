"""Two small services on one log in memory: one tells of offers, one hears of them and can be made to fail."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from movewell.contracts.scheduling import OfferLapsed
from movewell.doors import DOORS
from movewell.errors import Unavailable
from movewell.log.port import Delivered, Record
from movewell.log.relay import Relay
from movewell.log.sqlite import SqliteLog
from movewell.log.waiting_list import WaitingList
from movewell.log.waiting_shown import summary
from movewell.service import Running, Service
from movewell.store.documents import stored
from movewell.store.port import Collection
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause, Unit

TENANT = "ZT001"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CORRELATION = str(UUID(int=7))

Spoil = Callable[[Record], Record]


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


class SpoilingLog:
    """Publishes what `spoil` makes of each record."""

    def __init__(self, log: SqliteLog) -> None:
        self._log = log
        self.spoil: Spoil = lambda record: record

    def publish(self, records: Sequence[Record]) -> list[bool]:
        return self._log.publish([self.spoil(each) for each in records])


def key(number: int) -> str:
    return str(UUID(int=number))


class Hearing:
    """Offers are (referral, offer) by number; `told` gives the offers that were heard of, in order."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.log = SqliteLog(None)
        self.spoiling = SpoilingLog(self.log)
        self.broken: set[int] = set()
        self.away = False
        self.telling = self._running(Service("scheduling", stored()))
        heard = Service("notifications", stored(), {OfferLapsed: self._hear}, collections=(Collection("told"),))
        self.running = self._running(heard)
        self.relay = Relay(self.telling.store, self.spoiling, "relay")
        self.consumer = self.running.reactions()

    def _running(self, service: Service) -> Running:
        made = Running(service, SqliteStore(None), self.log, self.clock)
        made.prepare()
        return made

    def _hear(self, event: OfferLapsed, unit: Unit) -> None:
        if self.away:
            raise Unavailable("the store is away")
        if UUID(event.offer_id).int in self.broken:
            raise ZeroDivisionError
        told = unit.tx.get("told", event.referral_id)
        if told is None:
            unit.tx.add("told", {"id": event.referral_id, "tenant": unit.tenant, "offers": [event.offer_id]})
        else:
            unit.tx.replace("told", {**told, "offers": [*told["offers"], event.offer_id]}, told["version"])

    def append(self, *offers: tuple[int, int], correlation: str = CORRELATION) -> None:
        for referral, offer in offers:
            event = OfferLapsed(referral_id=key(referral), offer_id=key(offer), lapsed_at=START)
            self.telling.units.run(TENANT, Cause(correlation), lambda unit, event=event: unit.publish(event))

    def publish(self, *offers: tuple[int, int], spoil: Spoil | None = None) -> None:
        """To the log, spoilt on the way if asked for."""
        self.append(*offers)
        self.spoiling.spoil = spoil or (lambda record: record)
        self.relay.step()

    def step(self) -> int:
        return self.consumer.step(0)

    def begin_anew(self) -> None:
        """As a worker does after a pause."""
        self.consumer.close()
        self.consumer = self.running.reactions()

    def told(self, referral: int) -> list[int]:
        document = self.running.store.read(TENANT, lambda tx: tx.get("told", key(referral)))
        return [UUID(each).int for each in document["offers"]] if document else []

    def rows(self, collection: str = "waiting") -> list[dict[str, Any]]:
        return list(self.running.store.scan(collection))

    def ids(self) -> list[str]:
        """As they are listed: by key, in order of sequence."""
        return [each["id"] for each in self.listed()]

    def listed(self) -> list[dict[str, Any]]:
        records = self.waiting_list()
        return [summary(each) for each in (*records.waiting(), *records.set_aside())]

    def waiting_list(self) -> WaitingList:
        return WaitingList(self.running.units, lambda name: self.running.reactions())

    def progress(self, referral: int) -> tuple[int, int]:
        id = f"notifications-reactions/scheduling/{key(referral)}"
        document = self.running.store.read("*", lambda tx: tx.get("progress", id))
        return (document["applied"], document["blocked"]) if document else (0, 0)

    def log_records(self) -> list[Delivered]:
        ends = self.log.ends(["scheduling"])
        return [each for (topic, p), end in ends.items() for each in self.log.read(topic, p, 0, end)]

    def unread(self) -> int:
        ends, at = self.log.ends(["scheduling"]), self.log.committed("notifications-reactions", ["scheduling"])
        return sum(end - at[position] for position, end in ends.items())

    def park(self, referral: int, offer: int) -> None:
        """An offer whose reaction fails until it is parked."""
        self.broken.add(offer)
        self.publish((referral, offer))
        for _ in range(8):
            self.step()
            self.clock.move(hours=3)

    def door(self, *words: str) -> int:
        """`python -m notifications waiting …`: the exit status."""
        (door,) = (each for each in DOORS if each.name == "waiting")
        parser = argparse.ArgumentParser()
        door.arguments(parser)
        return door.open(SimpleNamespace(running=self.running), parser.parse_args(words))


def with_headers(**changes: str | None) -> Spoil:
    """Headers changed, or taken away where they are None."""

    def spoil(record: Record) -> Record:
        headers = {**record.headers, **changes}
        return replace(record, headers={name: value for name, value in headers.items() if value is not None})

    return spoil


def with_value(value: bytes) -> Spoil:
    return lambda record: replace(record, value=value)


def parked_with_two_behind() -> Hearing:
    hearing = Hearing()
    hearing.park(1, 10)
    hearing.publish((1, 11), (1, 12))
    hearing.step()
    return hearing

"""One service alone, on a fresh store, hears the records of a rich run in whatever order they come.

How it is made comparable: the clock stands still while records are delivered, and afterwards goes from one due
timer to the next until none is left (`ring_out`). Ids that a service makes are named after the event or the timer
that they are made because of, so that they are the same whatever came before. A service's own commands (sessions
at the beginning, answers to open offers and questionnaires at the end) are given in the same places each time.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import NAMESPACE_OID, UUID, uuid5

import uuid_utils
from movewell.contracts.types import Actor, SessionFormat
from movewell.keyring.port import Keyring
from movewell.log.consumer import Consumer, Subscription
from movewell.log.port import Delivered
from movewell.log.sqlite import SqliteLog
from movewell.projections import live_consumer
from movewell.service import Running, Service
from movewell.store.sqlite import SqliteStore
from movewell.store.timers import Alarm
from movewell.store.unit import Cause, Unit
from movewell.web.links import mint_link
from movewell.web.tokens import new_key
from notifications.application.send_message import Post
from notifications.bootstrap import STORED as MESSAGES
from notifications.bootstrap import make_service as notifications
from outcomes.application.answer_questionnaire import answer_questionnaire
from outcomes.bootstrap import SERVICE as OUTCOMES
from outcomes.domain.questionnaire import QuestionnaireStatus
from referral.bootstrap import make_service as referral
from reporting.bootstrap import SERVICE as REPORTING
from scheduling.application.answer_offer import accept_offer
from scheduling.application.schedule_series import Series, schedule_series
from scheduling.bootstrap import SERVICE as SCHEDULING
from scheduling.domain.offer import Offer, OfferStatus

from deploy.local.people import answers
from tests.journeys.visitors import FIRST_SESSION
from tests.journeys.world import START, HandClock

TENANT = "ZT001"
HEARS = ("referral", "scheduling", "outcomes", "notifications", "reporting")
_KEY = new_key()


class Names:
    """Ids by what they are made because of, in the order in which they are made."""

    def __init__(self) -> None:
        self._because, self._made = "", 0

    @contextmanager
    def because_of(self, what: str) -> Iterator[None]:
        earlier = self._because, self._made
        self._because, self._made = what, 0
        try:
            yield
        finally:
            self._because, self._made = earlier

    def next(self) -> UUID:
        self._made += 1
        return uuid5(NAMESPACE_OID, f"{self._because}/{self._made}")


@dataclass
class Sent:
    """Where messages go, by id."""

    messages: dict[str, bytes] = field(default_factory=dict)

    def put(self, message_id: str, content: bytes) -> None:
        self.messages.setdefault(message_id, content)

    def holds(self, message_id: str) -> bool:
        return message_id in self.messages


class Listener:
    """A service that hears what it is given. `keyring` is that of the rich run."""

    def __init__(self, name: str, keyring: Keyring, capacity: int = 20) -> None:
        self._capacity = capacity
        self.name, self.clock, self.sent, self._names = name, HandClock(), Sent(), Names()
        store = SqliteStore(None)
        service = self._service(store, keyring)
        named = replace(
            service,
            reactions={cls: self._named(handler) for cls, handler in service.reactions.items()},
            alarms={kind: self._named_alarm(alarm) for kind, alarm in service.alarms.items()},
        )
        log = SqliteLog(None)
        self.running = Running(named, store, log, self.clock)
        self.running.prepare()
        self.consumers = []
        if named.reactions:
            self.consumers.append(Consumer(log, self.running.units, Subscription(f"{name}-reactions", named.reactions)))
        if service.projections:
            self.consumers.append(live_consumer(name, log, self.running.units, service.projections))
        if name == "scheduling":
            self._give(self._sessions, "the beginning")

    def _service(self, store: SqliteStore, keyring: Keyring) -> Service:
        if self.name == "notifications":
            mint = partial(mint_link, _KEY)
            return notifications(Post(store, MESSAGES, keyring, self.sent, mint, "http://x.test", "team@x.test"))
        if self.name == "referral":
            return referral(keyring)
        return {"scheduling": SCHEDULING, "outcomes": OUTCOMES, "reporting": REPORTING}[self.name]

    def _named(self, handler: Callable[[Any, Unit], None]) -> Callable[[Any, Unit], None]:
        def handle(event: Any, unit: Unit) -> None:
            with self._names.because_of(str(unit.cause.causation_id)):
                handler(event, unit)

        return handle

    def _named_alarm(self, alarm: Alarm) -> Alarm:
        def settle(timer: Any, unit: Unit) -> None:
            with self._names.because_of(f"{timer.kind}/{timer.subject}"):
                alarm.settle(timer, unit)

        return replace(alarm, settle=settle)

    def hear(self, batches: Sequence[Sequence[Delivered]]) -> Listener:
        """Meet the records, batch by batch; ring what is due; answer; let every timer ring at its time."""
        with patch.object(uuid_utils, "uuid7", self._names.next):
            for batch in batches:
                for consumer in self.consumers:
                    consumer.apply([each for each in batch if each.topic in consumer.topics])
                    consumer.drain()
            while self.running.timers().step():
                pass
            self._give(self._answers if self.name == "scheduling" else self._replies, "the answers")
            self._ring_out()
        return self

    def _give(self, command: Callable[[Unit], None], name: str) -> None:
        with patch.object(uuid_utils, "uuid7", self._names.next), self._names.because_of(name):
            self.running.units.run(TENANT, Cause(name), command)

    def _sessions(self, unit: Unit) -> None:
        begins = FIRST_SESSION.replace(tzinfo=None)
        schedule_series(unit, Series("monday", "gym", "instructor", SessionFormat.GROUP, self._capacity, begins, 60, 2))

    def _answers(self, unit: Unit) -> None:
        for document in sorted(self.running.store.scan("offers"), key=lambda each: each["id"]):
            if document["status"] == OfferStatus.OPEN.value:
                accept_offer(unit, unit.get(Offer, document["id"]).id, Actor.PATIENT)

    def _replies(self, unit: Unit) -> None:
        """Outcomes: every open questionnaire is answered, item 9 with 1."""
        if self.name == "outcomes":
            given = {name: int(answer) for name, answer in answers(10, 8, item9=1).items()}
            for document in sorted(self.running.store.scan("questionnaires"), key=lambda each: each["id"]):
                if document["status"] == QuestionnaireStatus.OPEN.value:
                    answer_questionnaire(unit, document["id"], given, Actor.PATIENT)

    def _ring_out(self) -> None:
        timers, end = self.running.timers(), START + timedelta(days=60)
        while due := [each["due"] for each in self.running.store.scan("timers") if not each["parked"]]:
            self.clock.moment = max(self.clock.moment, datetime.fromisoformat(min(due)))
            assert self.clock.moment < end, "a timer that never ends"
            timers.step()

    def came_to(self) -> dict[str, Any]:
        """What is settled: documents and progress without their version, events by key and order, messages sent.

        What was begun for a referral that has ended, and was taken back before anybody noticed, counts as never
        begun, since it depends on the order whether it is begun at all: a questionnaire closed unanswered, a
        message stopped unsent, and their events.
        """
        back = self._taken_back()
        rows = [(name, row) for name in self._kept() for row in self._rows(name) if row["id"] not in back]
        return {"documents": rows, "events": self._events(back), "sent": self.sent.messages}

    def _kept(self) -> list[str]:
        views = (f"{each.collection.name}@1" for each in self.running.service.projections)
        stored = (each.name for each in self.running.service.stored.collections.values())
        return [*stored, *views, "progress", "waiting", "set_aside", "timers"]

    def _rows(self, name: str) -> list[dict[str, Any]]:
        rows = self.running.store.scan(name)
        return [{field: value for field, value in row.items() if field != "version"} for row in rows]

    def _taken_back(self) -> set[str]:
        """Ids of questionnaires and messages."""
        by = {
            "outcomes": ("cases", "questionnaires", "closed"),
            "notifications": ("correspondences", "messages", "stopped"),
        }
        if self.name not in by:
            return set()
        stories, things, status = by[self.name]
        ended = {row["id"] for row in self._rows(stories) if row["ended"]}
        return {row["id"] for row in self._rows(things) if row["status"] == status and row["referral_id"] in ended}

    def _events(self, taken_back: set[str]) -> dict[tuple[str, str], list[tuple[str, str]]]:
        found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for row in sorted(self.running.store.scan("outbox"), key=lambda each: each["sequence"]):
            if not any(id in row["value"] for id in taken_back):
                found[row["topic"], row["key"]].append((row["headers"]["ce_type"], row["value"]))
        if self.name != "scheduling":  # two topics tell these, so their order is nobody's
            return {key: sorted(said) for key, said in found.items()}
        return dict(found)

    def close(self) -> None:
        self.running.store.close()
        self.running.log.close()


def shuffled(records: Sequence[Delivered], seed: int, duplicates: float, longest: int) -> list[list[Delivered]]:
    """The records in an order that keeps only that of each (topic, key), some of them again, in batches."""
    chance, queues = random.Random(seed), defaultdict(list)
    for each in reversed(records):
        queues[each.topic, each.key].append(each)
    waiting, told, order = sorted(queues), [], []
    while waiting:
        at = chance.randrange(len(waiting))
        queue = queues[waiting[at]]
        order.append(queue.pop())
        told.append(order[-1])
        if not queue:
            waiting[at] = waiting[-1]
            waiting.pop()
        if chance.random() < duplicates:
            order.append(chance.choice(told))
    batches = []
    while order:
        size = chance.randint(1, longest)
        batches.append(order[:size])
        order = order[size:]
    return batches

"""The event log on Apache Kafka 4: topics are provisioned, records read outside of any group, offsets told."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from kafka import IsolationLevel, KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import (
    IllegalGenerationError,
    KafkaError,
    NoError,
    NonEmptyGroupError,
    RebalanceInProgressError,
    RetriableError,
    TopicAlreadyExistsError,
    UnknownMemberIdError,
)
from kafka.structs import OffsetAndMetadata

from movewell.errors import Unavailable
from movewell.log.kafka_options import ANSWER_SECONDS, TOPIC_CONFIGS, Site
from movewell.log.kafka_publisher import KafkaPublisher
from movewell.log.kafka_subscriber import KafkaSubscriber, delivered, place
from movewell.log.port import PARTITIONS, Delivered, GroupInUse, Position, Record

T = TypeVar("T")
_IN_USE = (IllegalGenerationError, NonEmptyGroupError, RebalanceInProgressError, UnknownMemberIdError)


class TopicMisshapen(Exception):
    """A topic exists with another number of partitions: keys would move. Nobody but an operator may mend it."""


class KafkaLog:
    """Implements `movewell.log.port.EventLog`. Connections are made when first needed, and again after a failure."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._publisher = KafkaPublisher(site)
        self._lock = threading.RLock()
        self._admin: KafkaAdminClient | None = None
        self._reader: KafkaConsumer | None = None
        self._reading: tuple[TopicPartition, int] | None = None

    def prepare(self, topics: Sequence[str]) -> None:
        """Create what is missing, with 12 partitions, kept for ever. Raises Unavailable, TopicMisshapen."""
        with self._administering() as admin:
            names = [self._site.named(each) for each in topics]
            missing = sorted(set(names) - set(admin.list_topics()))
            shape = {"num_partitions": PARTITIONS, "replication_factor": -1, "configs": TOPIC_CONFIGS}
            if missing:
                with contextlib.suppress(TopicAlreadyExistsError):  # another process was faster
                    admin.create_topics(dict.fromkeys(missing, shape))
                admin.wait_for_topics(missing, timeout_ms=int(ANSWER_SECONDS * 1000))
            found = {each["name"]: len(each["partitions"]) for each in admin.describe_topics(names)}
        for topic, partitions in found.items():
            if partitions != PARTITIONS:
                raise TopicMisshapen(f"{topic} has {partitions} partitions instead of {PARTITIONS}")

    def publish(self, records: Sequence[Record]) -> list[bool]:
        return self._publisher.publish(records)

    def subscribe(self, group: str, topics: Sequence[str]) -> KafkaSubscriber:
        return KafkaSubscriber(self._site, group, topics)

    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[Delivered]:
        at = place(self._site, topic, partition)
        with self._outside_of_groups() as reader:
            if self._reading != (at, offset):
                reader.assign([at])
                reader.seek(at, offset)
            found = self._poll(reader, at, limit)
            self._reading = (at, found[-1].offset + 1) if found else None
        return found

    def ends(self, topics: Sequence[str]) -> dict[Position, int]:
        places = self._places(topics)
        return {places[each]: at for each, at in self._ends(places).items()}

    def committed(self, group: str, topics: Sequence[str]) -> dict[Position, int]:
        places, name = self._places(topics), self._site.named(group)
        found = self._asked(lambda admin: admin.list_group_offsets({name: list(places)})[name])
        offsets = {places[each]: max(kept.offset, 0) for each, kept in found.items()}
        return dict.fromkeys(places.values(), 0) | offsets

    def groups(self, topic: str) -> list[str]:
        """As the brokers list them, of this site's prefix. With a topic the brokers delete the offsets in it."""
        places = self._places([topic])
        with self._administering() as admin:
            names = sorted({each["group_id"] for each in admin.list_groups()})
            ours = [each for each in names if each.startswith(self._site.prefix)]
            found = admin.list_group_offsets({each: list(places) for each in ours}) if ours else {}
            members = {name: each["members"] for name, each in admin.describe_groups(ours).items()} if ours else {}
        reading = [
            name
            for name in ours
            if any(kept.offset >= 0 for kept in found[name].values())
            or any(_subscribes(each, self._site.named(topic)) for each in members[name])
        ]
        return [each.removeprefix(self._site.prefix) for each in reading]

    def place(self, group: str, positions: Mapping[Position, int]) -> None:
        offsets = {place(self._site, *each): OffsetAndMetadata(at) for each, at in positions.items()}
        with self._administering() as admin:
            answers = set(admin.alter_group_offsets(self._site.named(group), offsets).values())
        if any(issubclass(each, _IN_USE) for each in answers):
            raise GroupInUse(f"the group {group} has members")
        if answers - {NoError}:
            raise Unavailable("the event log did not take the group's offsets")

    def close(self) -> None:
        self._publisher.close()
        with self._lock:
            self._forget()

    def _places(self, topics: Sequence[str]) -> dict[TopicPartition, Position]:
        every = [(topic, partition) for topic in topics for partition in range(PARTITIONS)]
        return {place(self._site, *each): each for each in every}

    def _ends(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """By the admin client: the consumer's `end_offsets` leaves partitions out whose leader it must ask for."""
        with self._administering() as admin:
            specs = dict.fromkeys(places, OffsetSpec.LATEST)
            found = admin.list_partition_offsets(specs, isolation_level=IsolationLevel.READ_COMMITTED)
        return {each: kept.offset for each, kept in found.items()}

    def _poll(self, reader: KafkaConsumer, at: TopicPartition, limit: int) -> list[Delivered]:
        """Whatever lies from the reader's position on, waited for while the log is known to hold more."""
        end = self._ends([at])[at]
        until = time.monotonic() + ANSWER_SECONDS
        while reader.position(at, timeout_ms=int(ANSWER_SECONDS * 1000)) < end:
            if found := reader.poll(200, max_records=limit).get(at):
                return [delivered(each, self._site) for each in found]
            if time.monotonic() > until:
                raise Unavailable("the event log does not answer")
        return []

    def _asked(self, question: Callable[[KafkaAdminClient], T]) -> T:
        """The answer, asked again while a coordinator or a leader is being found: a broker that has just begun."""
        until = time.monotonic() + ANSWER_SECONDS
        with self._administering() as admin:
            while True:
                try:
                    return question(admin)
                except RetriableError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.1)

    @contextlib.contextmanager
    def _administering(self) -> Iterator[KafkaAdminClient]:
        with self._lock, self._giving_up_what_fails():
            self._admin = self._admin or KafkaAdminClient(**self._site.connection())
            yield self._admin

    @contextlib.contextmanager
    def _outside_of_groups(self) -> Iterator[KafkaConsumer]:
        with self._lock, self._giving_up_what_fails():
            self._reader = self._reader or KafkaConsumer(**self._site.consumer(None))
            yield self._reader

    @contextlib.contextmanager
    def _giving_up_what_fails(self) -> Iterator[None]:
        try:
            yield
        except (KafkaError, Unavailable) as error:
            self._forget()
            raise Unavailable("the event log is away") from error

    def _forget(self) -> None:
        admin, reader = self._admin, self._reader
        self._admin = self._reader = self._reading = None
        with contextlib.suppress(KafkaError):
            if admin is not None:
                admin.close()
            if reader is not None:
                reader.close(autocommit=False, timeout_ms=1_000)


def _subscribes(member: Mapping[str, Any], topic: str) -> bool:
    """Whether a member reads the topic; while its group is rebalanced nobody can tell, and it counts."""
    metadata = member["member_metadata"]
    return not metadata or topic in metadata["topics"]

"""What lies in Kafka and MongoDB, written as the files that the independent checker reads.

It asks the brokers and servers by their own clients alone, and uses nothing of the platform.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pymongo
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import OffsetSpec

_LOG = """
CREATE TABLE records (topic TEXT, partition INTEGER, offset INTEGER, key TEXT, headers TEXT, value BLOB);
CREATE TABLE heads (topic TEXT, partition INTEGER, next INTEGER);
CREATE TABLE offsets ("group" TEXT, topic TEXT, partition INTEGER, offset INTEGER);
"""


def export_log(servers: str, prefix: str, path: Path) -> int:
    """Every record of every topic with the prefix, where the topics end, and what the groups have committed."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as out, out:
        out.executescript(_LOG)
        admin = KafkaAdminClient(bootstrap_servers=servers)
        topics = [each for each in admin.list_topics() if each.startswith(prefix) and not each.startswith("__")]
        places = [TopicPartition(topic, number) for topic in topics for number in _partitions(admin, topic)]
        ends = {
            at: kept.offset
            for at, kept in admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST)).items()
        }
        out.executemany(
            "INSERT INTO heads VALUES (?, ?, ?)",
            [(at.topic.removeprefix(prefix), at.partition, end) for at, end in ends.items()],
        )
        records = list(_records(servers, ends, prefix))
        out.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", records)
        groups = [each["group_id"] for each in admin.list_groups() if each["group_id"].startswith(prefix)]
        for group in groups:
            for at, kept in admin.list_group_offsets({group: None})[group].items():
                row = (group.removeprefix(prefix), at.topic.removeprefix(prefix), at.partition, kept.offset)
                out.execute("INSERT INTO offsets VALUES (?, ?, ?, ?)", row)
        admin.close()
    return len(records)


def _partitions(admin: KafkaAdminClient, topic: str) -> Iterable[int]:
    (described,) = admin.describe_topics([topic])
    return [each["partition_index"] for each in described["partitions"]]


def _records(servers: str, ends: dict[TopicPartition, int], prefix: str) -> Iterator[tuple[Any, ...]]:
    consumer = KafkaConsumer(
        bootstrap_servers=servers, group_id=None, auto_offset_reset="earliest", enable_auto_commit=False
    )
    wanted = {at for at, end in ends.items() if end}
    consumer.assign(sorted(wanted))
    consumer.seek_to_beginning()
    while wanted:
        for at, batch in consumer.poll(500).items():
            for each in batch:
                headers = {name: (value or b"").decode() for name, value in each.headers}
                yield (
                    at.topic.removeprefix(prefix),
                    at.partition,
                    each.offset,
                    (each.key or b"").decode(),
                    json.dumps(headers),
                    each.value,
                )
            if batch[-1].offset + 1 >= ends[at]:
                wanted.discard(at)
    consumer.close()


def export_store(url: str, path: Path) -> None:
    """Every collection of the database as a table of `id, tenant, version, body`."""
    path.unlink(missing_ok=True)
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(url)
    database = client.get_default_database()
    with closing(sqlite3.connect(path)) as out, out:
        for name in database.list_collection_names():
            out.execute(f'CREATE TABLE "{name}" (id TEXT, tenant TEXT, version INTEGER, body TEXT, x_parked INTEGER)')
            rows = []
            for each in database[name].find({}):
                body = {
                    field: value
                    for field, value in each.items()
                    if field not in ("_id", "tenant", "version", "touched")
                }
                rows.append(
                    (each["_id"], each.get("tenant"), each.get("version"), json.dumps(body), each.get("parked"))
                )
            out.executemany(f'INSERT INTO "{name}" VALUES (?, ?, ?, ?, ?)', rows)  # noqa: S608
    client.close()


def export_keyring(url: str, path: Path) -> None:
    """The keys as the checker knows them: tenant, person and what is wrapped."""
    path.unlink(missing_ok=True)
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(url)
    with closing(sqlite3.connect(path)) as out, out:
        out.execute("CREATE TABLE keys (tenant TEXT, person_id TEXT, wrapped TEXT)")
        rows = [
            (each["tenant"], each["person_id"], each["wrapped"])
            for each in client.get_default_database()["keys"].find({})
        ]
        out.executemany("INSERT INTO keys VALUES (?, ?, ?)", rows)
    client.close()

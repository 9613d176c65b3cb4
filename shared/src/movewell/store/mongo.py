"""The store on MongoDB 8 (a replica set): transactions at snapshot, majority, journalled; every wait is bounded.

What a unit of work writes goes out at its end, in bulk. Two units that touch one document conflict on the
server, whichever commits first wins, and the other's work is run again.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import pymongo
from pymongo import DeleteOne, InsertOne, MongoClient, ReplaceOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from movewell import failpoints
from movewell.errors import Unavailable
from movewell.store.buffered import BufferedTransaction, Write
from movewell.store.claims import claim_within
from movewell.store.mongo_queries import field, from_bson, index_model, query, sorting, to_bson
from movewell.store.port import ALL, Collection, Conflict, Document, Duplicate, Transaction, Where

T = TypeVar("T")
ANSWER_SECONDS = 8.0
"""How long a whole unit of work may take, its reruns within: a black hole is noticed within 10 seconds."""
_ATTEMPTS, _DUPLICATE_KEY = 5, 11000
_MAJORITY = WriteConcern("majority", j=True)
_SNAPSHOT = ReadConcern("snapshot")


def client_at(url: str) -> MongoClient[Document]:
    """A client with deliberate options. It connects when it is first used."""
    return MongoClient(
        url,
        w="majority",  # what is acknowledged survives an election
        journal=True,  # and the death of the machine
        readConcernLevel="majority",  # what is read does, too
        timeoutMS=int(ANSWER_SECONDS * 1000),  # none by default: a half-open connection would wait for ever
        connectTimeoutMS=3_000,
        serverSelectionTimeoutMS=5_000,  # 30 s: an API would keep its callers that long
        socketTimeoutMS=None,  # timeoutMS rules
        maxPoolSize=32,  # above the threads of one process
        appname="movewell",
    )


class MongoStore:
    """Implements `movewell.store.port.Store`. The URL names the database: `mongodb://host/movewell_referral`."""

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        self._client = client_at(url)
        self._database = self._client.get_default_database()
        self._clock = clock
        self._commits = _Commits(self._database)
        self.collections: dict[str, Collection] = {}

    def prepare(self, collections: Iterable[Collection]) -> None:
        with _or_unavailable():
            present = set(self._database.list_collection_names())
            for each in collections:
                if each.name not in present:
                    with contextlib.suppress(pymongo.errors.CollectionInvalid):  # another process was faster
                        self._database.create_collection(each.name)
                if each.indexes:
                    self._database[each.name].create_indexes([index_model(index) for index in each.indexes])
                self.collections[each.name] = each

    def transaction(self, tenant: str, work: Callable[[Transaction], T]) -> T:
        for attempt in range(_ATTEMPTS):
            try:
                result = self._once(lambda session: self._write(session, tenant, work))
            except Conflict:
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                failpoints.reach("store.after_commit")
                self._commits.announce()
                return result
        raise AssertionError("unreachable")

    def _once(self, work: Callable[[ClientSession], T]) -> T:
        with _or_unavailable(), pymongo.timeout(ANSWER_SECONDS), self._client.start_session() as session:
            return session.with_transaction(work, read_concern=_SNAPSHOT, write_concern=_MAJORITY)

    def _write(self, session: ClientSession, tenant: str, work: Callable[[Transaction], T]) -> T:
        self._commits.sessions.add(session.session_id["id"])
        unit = BufferedTransaction(_Backend(self._database, session, self.collections), tenant)
        result = work(unit)
        unit.flush()
        failpoints.reach("store.before_commit")
        return result

    def read(self, tenant: str, work: Callable[[Transaction], T]) -> T:
        def reading(session: ClientSession) -> T:
            backend = _Backend(self._database, session, self.collections)
            return work(BufferedTransaction(backend, tenant, writable=False))

        return self._once(reading)

    def claim(
        self, collection: str, where: Where, *, order: Sequence[str], owner: str, lease: float, limit: int
    ) -> list[Document]:
        return claim_within(self, collection, where, order, owner, lease, limit, self._clock)

    def scan(self, collection: str) -> Iterator[Document]:
        return (document for _, document in self.snapshot([collection]))

    def snapshot(self, collections: Sequence[str]) -> Iterator[tuple[str, Document]]:
        # a snapshot session, because a transaction may not live longer than 60 seconds
        with _or_unavailable(), self._client.start_session(snapshot=True) as session:
            for name in collections:
                for each in self._database[name].find({}, session=session).sort("_id"):
                    yield name, from_bson(each)

    def wait(self, timeout: float) -> bool:
        return self._commits.wait(timeout)

    def close(self) -> None:
        self._commits.close()
        self._client.close()


class _Commits:
    """Who waits for a commit: this process's own are announced, other processes' come by a change stream.

    The stream tells of a transaction with its session, so that those of `sessions`, our own, are told of once.
    """

    def __init__(self, database: Database[Document]) -> None:
        self._database = database
        self._changed = threading.Condition()
        self._local = threading.local()
        self._generation = 0
        self.sessions: set[Any] = set()
        self._watching = self._closed = False

    def announce(self) -> None:
        with self._changed:
            if getattr(self._local, "generation", -1) == self._generation:
                self._local.generation += 1  # a thread's own commit is no news to it
            self._generation += 1
            self._changed.notify_all()

    def wait(self, timeout: float) -> bool:
        with self._changed:
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, daemon=True, name="mongo-watch").start()
            seen = getattr(self._local, "generation", -1)
            self._changed.wait_for(lambda: self._generation != seen or self._closed, timeout)
            woken = self._generation != seen
            self._local.generation = self._generation
            return woken

    def close(self) -> None:
        self._closed = True
        self.announce()

    def _watch(self) -> None:
        """A hint only: whoever waits looks again at its time-out, so that a lost stream delays and loses nothing."""
        while not self._closed:
            try:
                with self._database.watch(max_await_time_ms=1_000) as stream:
                    while not self._closed:
                        change = stream.try_next()
                        if change is not None and change.get("lsid", {}).get("id") not in self.sessions:
                            self.announce()
            except PyMongoError:
                time.sleep(1.0)


class _Backend:
    """`movewell.store.buffered.Backend` on a session that is within a transaction."""

    def __init__(
        self, database: Database[Document], session: ClientSession, collections: Mapping[str, Collection]
    ) -> None:
        self._database = database
        self._session = session
        self.collections = collections

    def read_many(self, collection: str, ids: Sequence[str]) -> list[Document]:
        found = self._database[collection].find({"_id": {"$in": list(ids)}}, session=self._session)
        return [from_bson(each) for each in found]

    def query(
        self,
        collection: str,
        where: Where,
        order: Sequence[str],
        descending: bool,
        limit: int,
        after: Sequence[Any] | None,
        tenant: str,
    ) -> list[Document]:
        wanted, index = query(self.collections[collection], where, order, tenant, after, descending)
        if limit < 1:  # which MongoDB reads as no limit
            return []
        found = self._database[collection].find(wanted, session=self._session, hint=index.name)
        return [from_bson(each) for each in found.sort(sorting(order, descending)).limit(limit)]

    def tally(self, collection: str, where: Where, cap: int, tenant: str) -> int:
        wanted, index = query(self.collections[collection], where, (), tenant, None, False)
        if cap < 1:
            return 0
        found = self._database[collection].find(wanted, {"_id": 1}, session=self._session, hint=index.name)
        return sum(1 for _ in found.limit(cap))

    def columns(self, collection: str, fields: Sequence[str], where: Where, tenant: str) -> list[tuple[Any, ...]]:
        wanted, index = query(self.collections[collection], where, (), tenant, None, False)
        names = [field(each) for each in fields]
        only = {"_id": "_id" in names} | dict.fromkeys(names, True)
        found = self._database[collection].find(wanted, only, session=self._session, hint=index.name)
        return [tuple(map(each.get, names)) for each in found]

    def write(self, collection: str, writes: Sequence[Write]) -> None:
        target, kinds = self._database[collection], dict[str, list[Write]]()
        for each in writes:
            kinds.setdefault(each.kind, []).append(each)
        try:
            for kind in ("remove", "touch", "replace", "add"):
                if kind in kinds:
                    requests = [_request(each) for each in kinds[kind]]
                    done = target.bulk_write(requests, ordered=kind == "add", session=self._session)
                    if done.matched_count + done.deleted_count + done.inserted_count != len(requests):
                        raise Conflict(f"{collection} is not at the expected version")
        except BulkWriteError as error:
            _raise_duplicate(collection, error)
            raise
        except DuplicateKeyError as error:
            raise Duplicate(collection, "id") from error


def _request(write: Write) -> InsertOne[Document] | ReplaceOne[Document] | UpdateOne | DeleteOne:
    document = write.document
    as_expected: Document = {"_id": {"$eq": document["id"]}, "version": {"$eq": write.version}}
    if document["tenant"] != ALL:
        as_expected["tenant"] = {"$eq": document["tenant"]}
    if write.kind == "add":
        return InsertOne(to_bson(document))
    if write.kind == "replace":
        return ReplaceOne(as_expected, to_bson(document))
    if write.kind == "touch":
        return UpdateOne(as_expected, {"$inc": {"touched": 1}})
    return DeleteOne(as_expected)


def _raise_duplicate(collection: str, error: BulkWriteError) -> None:
    """Propagates out of the transaction: swallowed within it, `with_transaction` would loop."""
    for each in error.details.get("writeErrors", ()):
        if each.get("code") == _DUPLICATE_KEY:
            names = list(each.get("keyPattern", {}))
            raise Duplicate(collection, "id" if names == ["_id"] else "_".join(names)) from None


@contextlib.contextmanager
def _or_unavailable() -> Iterator[None]:
    try:
        yield
    except PyMongoError as error:
        raise Unavailable("the store is away") from error

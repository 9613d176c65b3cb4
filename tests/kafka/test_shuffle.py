"""Law 3 on real servers: records read from Kafka, delivered in any order, more than once, in batches cut anywhere."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from movewell.adapters import open_log, open_store
from movewell.contracts.referral import ReferralWithdrawn
from movewell.kernel import SystemClock
from movewell.log.port import PARTITIONS, Delivered
from movewell.service import Running, Service
from movewell.store.documents import stored
from movewell.store.unit import Cause, Unit

from tests import backends
from tests.kafka.member import SERVICE

KEYS, EACH = 3, 4


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Delivered]]:
    """Events of three referrals, published through an outbox and a relay, as they lie in Kafka."""
    try:
        log = open_log(f"{backends.kafka_url()}?prefix=s{uuid.uuid4().hex[:8]}.")
    except backends.Missing as error:
        backends.say_missing(error)
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('producer') / 'referral.sqlite'}")
    producer = Running(Service("referral", stored()), store, log, SystemClock())
    producer.prepare()

    def work(unit: Unit) -> None:
        for number in range(KEYS):
            referral_id = str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))
            about = {"referral_id": referral_id, "person_id": str(uuid.uuid4())}
            unit.publish(ReferralWithdrawn(**about, withdrawn_at=datetime.now(UTC)))

    for _ in range(EACH):
        producer.units.run("ZT001", Cause("test"), work)
    relay = producer.relay()
    while relay.step():
        pass
    yield [each for partition in range(PARTITIONS) for each in log.read("referral", partition, 0, 100)]
    store.close()
    log.close()


@pytest.mark.parametrize("kept_in", ["sqlite", "mongo"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_delivery_gives_the_same_state(
    records: list[Delivered], tmp_path: Path, kept_in: str, data: st.DataObject
) -> None:
    place = uuid.uuid4().hex[:12]
    url = backends.mongo_url(f"s{place}") if kept_in == "mongo" else f"sqlite:///{tmp_path / place}.sqlite"
    running = Running(SERVICE, open_store(url), open_log("sqlite://"), SystemClock())
    running.prepare()
    consumer = running.reactions()
    order = data.draw(st.lists(st.sampled_from(records), max_size=10)) + data.draw(st.permutations(records))
    while order:
        size = data.draw(st.integers(1, len(order)))
        consumer.apply(order[:size])
        order = order[size:]
        if data.draw(st.booleans()):
            consumer.drain()
    while consumer.drain():
        pass
    seen = {each["id"]: each["events"] for each in running.store.scan("seen")}
    for key in {each.key for each in records}:
        mine = sorted((each for each in records if each.key == key), key=lambda each: each.offset)
        assert seen[key] == [each.headers["ce_id"] for each in mine]
    assert list(running.store.scan("waiting")) == []
    running.store.close()

"""Law 9: a topic that was lost comes back in another order, so nobody may go on from the offsets of before."""

from __future__ import annotations

from movewell.log.port import partition_of
from movewell.operating.republish import publish_pending, republish

from .stage import TOPIC, Stage, lapsed, uid


def test_what_was_not_heard_before_a_topic_was_lost_is_heard_after() -> None:
    stage = Stage()
    later = next(n for n in range(2, 100) if partition_of(uid(n)) == partition_of(uid(1)))
    stage.publish(lapsed(later, 20))
    consumer = stage.consumer()
    consumer.step(0)
    consumer.close()
    stage.publish(lapsed(1, 10))  # not heard; its key sorts before, so that it comes back at the offset of the other
    with stage.log.file.writing() as connection:
        connection.execute("DELETE FROM records")
        connection.execute("DELETE FROM heads")
    republish(stage.telling, TOPIC)
    publish_pending(stage.telling)
    again = stage.consumer()
    while again.step(0):
        pass
    assert (stage.told(1), stage.told(later)) == ([10], [20])

"""Resends and drops among live records, in any order: each key keeps its order, each effect happens once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from movewell.kernel import DomainError
from movewell.log.port import Delivered

from .hearing import Hearing, key

KEYS, OFFERS = range(3), range(5)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_resends_and_drops_among_live_records_and_duplicates_keep_order_and_once_only(data: st.DataObject) -> None:
    """Whatever an operator does meanwhile, each key hears every offer but the dropped, once and in order."""
    hearing = Hearing()
    hearing.publish(*((n, 100 * n + m) for m in OFFERS for n in KEYS))
    records = hearing.log_records()
    everything = sorted(100 * n + m for n in KEYS for m in OFFERS)
    hearing.broken = set(data.draw(st.lists(st.sampled_from(everything), max_size=6)))
    dropped: set[int] = set()
    for act in data.draw(st.lists(st.sampled_from(("apply", "drain", "resend", "drop", "fix", "wait")), max_size=25)):
        if act == "apply":
            hearing.consumer.apply(data.draw(st.lists(st.sampled_from(records), min_size=1, max_size=8)))
        elif act == "drain":
            hearing.consumer.drain()
        elif act == "wait":
            hearing.clock.move(minutes=data.draw(st.sampled_from((0, 1, 300))))
        elif act == "fix" and hearing.broken:
            hearing.broken.remove(data.draw(st.sampled_from(sorted(hearing.broken))))
        elif act in ("resend", "drop"):
            _operate(hearing, act, data, records, dropped)
        _check(hearing, dropped)
    hearing.broken = set()
    hearing.consumer.apply(data.draw(st.permutations(records)))
    for _ in range(len(records)):
        hearing.clock.move(hours=3)
        hearing.consumer.drain()
        for each in hearing.listed():
            if each["state"] == "parked":
                hearing.waiting_list().resend(each["id"])
    assert hearing.rows() == []
    for n in KEYS:
        assert hearing.told(n) == [100 * n + m for m in OFFERS if 100 * n + m not in dropped]
        assert hearing.progress(n) == (len(OFFERS), 0)


def _operate(hearing: Hearing, act: str, data: st.DataObject, records: list[Delivered], dropped: set[int]) -> None:
    waiting = hearing.rows()
    if not waiting:
        return
    row = data.draw(st.sampled_from(waiting))
    id = f"{row['consumer']}/{row['topic']}/{row['partition']}/{row['offset']}"
    applied, _ = hearing.progress(_referral(row["key"]))
    try:
        if act == "resend":
            hearing.waiting_list().resend(id)
        else:
            hearing.waiting_list().drop(id, "wrong-schema", "operator")
            dropped.add(100 * _referral(row["key"]) + row["sequence"] - 1)
    except DomainError:
        assert row["sequence"] > applied + 1
    else:
        assert row["sequence"] == applied + 1


def _referral(key_: str) -> int:
    return int(key_[-12:], 16)


def _check(hearing: Hearing, dropped: set[int]) -> None:
    """What was heard so far has no gap but the dropped, and `blocked` is the number of rows."""
    for n in KEYS:
        applied, blocked = hearing.progress(n)
        assert hearing.told(n) == [100 * n + m for m in range(applied) if 100 * n + m not in dropped]
        assert blocked == sum(1 for row in hearing.rows() if row["key"] == key(n))

"""The door `waiting`: an operator looks, resends and drops; the order of each key and once-only are kept."""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from movewell.contracts.people import PersonRegistered
from movewell.doctor import examine
from movewell.errors import Unavailable
from movewell.kernel import DomainError, NotFound
from movewell.log.port import Delivered
from movewell.log.waiting import TRIES
from movewell.log.waiting_list import EarlierWaits, ReasonMissing, SequenceMissing, StillUnreadable
from movewell.log.waiting_shown import in_full
from movewell.wire.envelope import encode

from .hearing import START, TENANT, Hearing, key, with_headers, with_value

CONSUMER = "notifications-reactions"
CANARY = "quillonia-9990000018"


def parked_with_two_behind() -> Hearing:
    hearing = Hearing()
    hearing.park(1, 10)
    hearing.publish((1, 11), (1, 12))
    hearing.step()
    return hearing


def test_the_list_says_of_each_record_where_it_stands() -> None:
    hearing = parked_with_two_behind()
    hearing.publish((2, 20), spoil=with_value(b"{"))
    hearing.publish((3, 30), spoil=with_headers(ce_id=None))
    hearing.publish((3, 31))
    hearing.step()
    listed = [(each["state"], each["sequence"], each["error"], each["tries"]) for each in hearing.listed()]
    assert listed == [
        ("parked", 1, "ZeroDivisionError", TRIES),
        ("behind", 2, None, 0),
        ("behind", 3, None, 0),
        ("failed", 1, "Undecodable", 1),
        ("gap", 2, None, 0),
        ("set aside", None, "the header ce_id is missing", 0),
    ]
    assert {(each["consumer"], each["event_type"]) for each in hearing.listed()} == {
        (CONSUMER, "movewell.offer.lapsed.v1")
    }


def test_the_list_is_in_the_order_of_each_key_beyond_nine() -> None:
    hearing = Hearing()
    hearing.broken = {10}
    hearing.publish(*((1, 10 + n) for n in range(12)))
    hearing.step()
    assert [each["sequence"] for each in hearing.listed()] == list(range(1, 13))


def test_a_resent_record_is_applied_once_and_then_what_queued_behind_it() -> None:
    hearing = parked_with_two_behind()
    hearing.broken = set()
    outcome = hearing.waiting_list().resend(hearing.ids()[0])
    assert (outcome.outcome, outcome.left) == ("applied", 0)
    assert (hearing.told(1), hearing.rows(), hearing.progress(1)) == ([10, 11, 12], [], (3, 0))
    hearing.consumer.apply(hearing.log_records())
    assert hearing.told(1) == [10, 11, 12]


def test_a_record_can_be_resent_by_its_key() -> None:
    hearing = parked_with_two_behind()
    hearing.broken = set()
    hearing.waiting_list().resend_key(f"{CONSUMER}/scheduling/{key(1)}")
    assert hearing.told(1) == [10, 11, 12]


def test_a_resent_record_that_fails_again_has_all_its_tries_before_it() -> None:
    hearing = parked_with_two_behind()
    outcome = hearing.waiting_list().resend(hearing.ids()[0])
    assert (outcome.outcome, outcome.error, outcome.left) == ("waiting", "ZeroDivisionError", 3)
    (first, *_) = hearing.listed()
    assert (first["state"], first["tries"]) == ("failed", 1)
    hearing.broken = set()
    hearing.clock.move(seconds=1)
    hearing.step()
    hearing.step()
    hearing.step()
    assert hearing.told(1) == [10, 11, 12]


def test_what_waits_behind_another_is_not_resent_and_the_refusal_names_the_first() -> None:
    hearing = parked_with_two_behind()
    first, second, _ = hearing.ids()
    with pytest.raises(EarlierWaits, match=first):
        hearing.waiting_list().resend(second)
    with pytest.raises(EarlierWaits, match=first):
        hearing.waiting_list().drop(second, "wrong-schema", "operator")
    assert hearing.progress(1) == (0, 3)


def gap_before_11() -> Hearing:
    """The first record of a key is in no one's hands; the second has come."""
    hearing = Hearing()
    hearing.publish((1, 10), (1, 11))
    hearing.consumer.apply([each for each in hearing.log_records() if each.headers["ce_sequence"] == "2"])
    return hearing


def test_nothing_is_resent_or_dropped_over_a_record_that_has_not_come() -> None:
    hearing = gap_before_11()
    (gap,) = hearing.ids()
    for act in (hearing.waiting_list().resend, lambda id: hearing.waiting_list().drop(id, "lost", "operator")):
        with pytest.raises(SequenceMissing, match="Sequence 1 of this key has not come"):
            act(gap)
    assert (hearing.progress(1), hearing.rows("dropped")) == ((0, 1), [])
    hearing.step()
    hearing.step()
    assert hearing.told(1) == [10, 11]


def test_a_dropped_record_is_never_applied_and_what_waited_behind_it_is() -> None:
    hearing = parked_with_two_behind()
    outcome = hearing.waiting_list().drop(hearing.ids()[0], "sent-by-telephone", "night.operator")
    assert (outcome.outcome, outcome.left) == ("dropped", 0)
    hearing.broken = set()
    hearing.consumer.apply(hearing.log_records())
    assert (hearing.told(1), hearing.progress(1)) == ([11, 12], (3, 0))


def test_who_dropped_what_and_why_is_kept_without_the_value() -> None:
    hearing = parked_with_two_behind()
    headers = hearing.rows()[0]["headers"]
    hearing.waiting_list().drop(hearing.ids()[0], "sent-by-telephone", "night.operator")
    (kept,) = hearing.rows("dropped")
    assert (kept["reason"], kept["by"], kept["error"]) == ("sent-by-telephone", "night.operator", "ZeroDivisionError")
    assert (kept["headers"], kept["at"] > START.isoformat(), "value" in kept) == (headers, True, False)


@pytest.mark.parametrize("reason", ["", "Mr Smith rang", "ward-9990000018", "-x", "x" * 70])
def test_a_reason_is_a_code(reason: str) -> None:
    hearing = parked_with_two_behind()
    with pytest.raises(ReasonMissing):
        hearing.waiting_list().drop(hearing.ids()[0], reason, "operator")
    assert hearing.progress(1) == (0, 3)


def test_what_is_set_aside_and_still_unreadable_is_not_resent_but_may_be_dropped() -> None:
    hearing = Hearing()
    hearing.publish((1, 10), spoil=with_headers(ce_time=None))
    hearing.step()
    (id,) = hearing.ids()
    with pytest.raises(StillUnreadable, match="ce_time is missing"):
        hearing.waiting_list().resend(id)
    for _ in range(2):  # the second time after the whole log was delivered again
        hearing.waiting_list().drop(id, "from-a-test-system", "operator")
        assert hearing.rows("set_aside") == []
        hearing.consumer.apply(hearing.log_records())
    assert [each["id"] for each in hearing.rows("dropped")] == [id]


def test_what_no_longer_waits_is_not_found() -> None:
    hearing = parked_with_two_behind()
    (first, *_) = hearing.ids()
    hearing.waiting_list().drop(first, "wrong-schema", "operator")
    for id in (first, "nonsense", f"{CONSUMER}/scheduling/1/x", ""):
        with pytest.raises(NotFound):
            hearing.waiting_list().resend(id)


def test_while_the_store_is_away_a_resend_costs_no_try() -> None:
    hearing = parked_with_two_behind()
    hearing.away = True
    with pytest.raises(Unavailable):
        hearing.waiting_list().resend(hearing.ids()[0])
    assert (hearing.rows()[0]["tries"], hearing.progress(1)) == (0, (0, 3))
    hearing.away, hearing.broken = False, set()
    for _ in range(3):
        hearing.step()
    assert hearing.told(1) == [10, 11, 12]


def test_a_drop_and_a_resend_at_one_moment_do_not_both_count() -> None:
    """Both have seen the record waiting; the second to write finds that it does not wait any more."""
    hearing = parked_with_two_behind()
    hearing.broken = set()
    first, records = hearing.ids()[0], hearing.waiting_list()
    seen = records.find(first)
    hearing.waiting_list().drop(first, "wrong-schema", "operator")
    records.find = lambda id: seen
    with pytest.raises(NotFound):
        records.resend(first)
    assert (hearing.told(1), hearing.progress(1)) == ([11, 12], (3, 0))


def test_the_doctor_counts_what_is_parked_set_aside_and_dropped() -> None:
    hearing = parked_with_two_behind()
    hearing.publish((2, 20), spoil=with_headers(ce_id=None))
    hearing.step()
    told = examine(hearing.running)
    counts = [told[name][CONSUMER] for name in ("waiting", "parked", "set_aside", "dropped")]
    assert counts == [3, 1, 1, 0]
    hearing.waiting_list().drop(hearing.ids()[0], "wrong-schema", "operator")
    told = examine(hearing.running)
    counts = [told[name][CONSUMER] for name in ("waiting", "parked", "set_aside", "dropped")]
    assert counts == [0, 0, 1, 1]


def test_show_tells_headers_fields_and_what_is_in_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    hearing = parked_with_two_behind()
    first, second, _ = hearing.ids()
    assert hearing.door("show", second) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["body"] == {
        "referral_id": key(1),
        "offer_id": key(11),
        "lapsed_at": "2026-03-02T09:00:00.000000+00:00",
    }
    assert (shown["key"], shown["headers"]["ce_sequence"]) == (key(1), "2")
    assert first in shown["hindrance"]
    hearing.door("show", first)
    assert json.loads(capsys.readouterr().out)["hindrance"] is None


def test_show_of_what_cannot_be_decoded_tells_its_length_and_a_digest_only() -> None:
    hearing = Hearing()
    hearing.publish((1, 10), spoil=with_value(CANARY.encode()))
    hearing.step()
    body = in_full(hearing.rows()[0])["body"]
    assert (body["unreadable"], body["bytes"], len(body["sha256"])) == ("the value is not JSON", len(CANARY), 16)


def test_what_is_sealed_is_never_shown() -> None:
    event = PersonRegistered(person_id=key(5), identity="c2VhbGVk", contact="YWxzbw==", registered_at=START)
    hearing = Hearing()
    hearing.publish((1, 10), spoil=with_headers(ce_id=None))
    hearing.step()
    aside = hearing.rows("set_aside")[0]
    headers = {**json.loads(aside["headers"]), "ce_id": key(6), "ce_type": "movewell.person.registered.v1"}
    value = base64.b64encode(encode(event).encode()).decode()
    row = {**aside, "headers": json.dumps({**headers, "ce_partitionkey": key(5)}), "value": value}
    shown = in_full(row)["body"]
    assert (shown["identity"], shown["contact"]) == ("<sealed, 8 characters>", "<sealed, 8 characters>")
    assert shown["person_id"] == key(5)


def test_nothing_that_a_poisonous_record_holds_is_shown_or_logged(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A name and a number planted in the key, every header, a header's name and the value."""
    hearing = Hearing()
    hearing.publish((1, 10))
    (record,) = hearing.log_records()
    planted = {name: f"{value}{CANARY}" for name, value in record.headers.items()}
    structural = {"ce_sequence": "1", "ce_subjectversion": "1", "ce_time": record.headers["ce_time"]}
    blocked = replace(
        record,
        key=CANARY,
        headers={**planted, **structural, "ce_partitionkey": CANARY, CANARY: "x", "ce_tenant": TENANT},
        value=json.dumps({CANARY: CANARY}).encode(),
        offset=50,
    )
    aside = replace(blocked, headers={CANARY: CANARY}, offset=51)
    known = replace(record, value=json.dumps({"referral_id": CANARY, CANARY: CANARY}).encode(), offset=52)
    with caplog.at_level(logging.DEBUG):
        hearing.consumer.apply([blocked, aside, known])
        assert len(hearing.ids()) == 3
        hearing.door("list")
        hearing.door("list", "--json")
        for id in hearing.ids():
            hearing.door("show", id)
            hearing.door("resend", id)
            hearing.door("drop", id, "--reason", CANARY)
            hearing.door("drop", id, "--reason", "wrong-schema", "--by", "operator")
    output = capsys.readouterr()
    said = (
        output.out
        + output.err
        + json.dumps(examine(hearing.running))
        + "".join(str(each.__dict__) for each in caplog.records)
    )
    assert (CANARY in said, CANARY[-10:] in said, hearing.ids()) == (False, False, [])


def test_the_door_lists_in_columns_resends_and_drops(capsys: pytest.CaptureFixture[str]) -> None:
    hearing = parked_with_two_behind()
    assert hearing.door("list") == 0
    head, first, *rest = capsys.readouterr().out.splitlines()
    assert head.split() == ["ID", "CONSUMER", "EVENT", "TYPE", "SEQUENCE", "STATE", "ERROR", "TRIES", "SINCE", "DUE"]
    assert (first.split()[0], first.split()[-1], len(rest)) == (hearing.ids()[0], "parked", 2)
    assert hearing.door("resend", hearing.ids()[0]) == 1  # it fails still
    assert json.loads(capsys.readouterr().out)["error"] == "ZeroDivisionError"
    assert hearing.door("resend", hearing.ids()[1]) == 1
    assert "An earlier record of the same key waits" in capsys.readouterr().err
    assert hearing.door("drop", hearing.ids()[0], "--reason", "wrong-schema") == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "dropped"
    assert hearing.door("list") == 0
    assert capsys.readouterr().out == "Nothing waits.\n"


def test_the_door_says_when_something_is_away(capsys: pytest.CaptureFixture[str]) -> None:
    hearing = parked_with_two_behind()
    hearing.away = True
    assert hearing.door("resend", "--key", f"{CONSUMER}/scheduling/{key(1)}") == 1
    output = capsys.readouterr()
    assert (output.out, "Nothing was lost" in output.err) == ("", True)


def test_a_record_of_a_consumer_that_is_not_in_force_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    hearing = Hearing()
    hearing.park(1, 10)
    (row,) = hearing.rows()
    old = {**row, "consumer": "notifications-projections@7"}
    hearing.running.store.transaction("*", lambda tx: tx.replace("waiting", old, row["version"]))
    assert hearing.door("drop", hearing.ids()[0], "--reason", "wrong-schema") == 1
    assert "not in force" in capsys.readouterr().err
    assert hearing.progress(1) == (0, 1)


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

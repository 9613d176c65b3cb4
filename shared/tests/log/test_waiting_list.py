"""The door `waiting`: an operator looks, resends and drops; the order of each key and once-only are kept."""

from __future__ import annotations

import pytest
from movewell.doctor import examine
from movewell.errors import Unavailable
from movewell.kernel import NotFound
from movewell.log.waiting import TRIES
from movewell.log.waiting_list import EarlierWaits, ReasonMissing, SequenceMissing, StillUnreadable

from .hearing import START, Hearing, key, parked_with_two_behind, with_headers, with_value

CONSUMER = "notifications-reactions"
CANARY = "quillonia-9990000018"


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

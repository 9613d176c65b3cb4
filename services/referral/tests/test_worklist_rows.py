"""The worklist's rows: where a referral stands and what is wrong with it, whichever topic came first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from movewell.contracts import referral as said
from movewell.contracts.declare import declaration_of
from movewell.contracts.types import AttendanceCode, ScreeningOutcome, StopReason
from movewell.projections import Projection, export
from movewell.wire.schema import time_text
from referral.projections.timeline_rows import TIMELINES, TOLD
from referral.projections.worklist_rows import WORKLIST, first_attended_at, flags_of

from .followed import (
    DAY,
    START,
    STORY,
    TENANT,
    Followed,
    accepted,
    attended,
    booked,
    cleared,
    closed,
    corrected,
    delivered,
    hurt,
    missed,
    moved,
    of,
    offered,
    received,
    returned,
    risk,
    screened,
    sent,
    starts,
    stopped,
    taken_on,
    took,
    uid,
    waits,
    waits_no_more,
    withdrawn,
)


def folded(*events: Any, projection: Projection = WORKLIST) -> dict[str, Any]:
    row: dict[str, Any] = {"id": uid(1), "tenant": TENANT}
    for event in events:
        row = projection.folds[type(event)](row, event)
    return row


TAKEN = (received(), *cleared(), accepted())


@pytest.mark.parametrize(
    ("events", "stage"),
    [
        ((received(),), "received"),
        ((received(), *cleared()), "screened"),
        (TAKEN, "accepted"),
        ((*TAKEN, waits()), "waiting"),
        ((*TAKEN, waits(), waits_no_more(), offered()), "offered"),
        ((*TAKEN, offered(), took(), booked(1)), "booked"),
        ((*TAKEN, offered(), took(), booked(1), attended(1)), "booked"),
        ((*TAKEN, booked(1), attended(1), delivered()), "delivered"),
        ((*TAKEN, said.ReferralWithdrawn(**of(1), withdrawn_at=START)), None),
        ((screened(ScreeningOutcome.CLEARED),), None),
    ],
)
def test_a_referral_stands_where_the_last_of_all_services_has_brought_it(events: tuple, stage: str | None) -> None:
    row = folded(*events)
    assert row["stage"] == stage
    assert row["open"] == (stage is not None) == (row["by_wait"] is not None)


@pytest.mark.parametrize(
    ("events", "flags"),
    [
        ((received(),), []),
        ((received(), risk()), ["risk_raised"]),
        ((received(), risk(), taken_on()), ["risk_acknowledged"]),
        ((received(), risk(), taken_on(), closed()), []),
        ((*TAKEN, *withdrawn()), ["clearance_withdrawn"]),
        ((*TAKEN, *withdrawn(), *cleared()), []),
        ((*TAKEN, hurt()), ["adverse_event"]),
        ((*TAKEN, hurt(), screened(ScreeningOutcome.CLEARED, day=15)), []),
        ((hurt(), *TAKEN), ["adverse_event"]),
        ((*TAKEN, stopped(StopReason.NO_CONTACT)), ["undeliverable"]),
        ((*TAKEN, stopped(StopReason.NO_LONGER_TRUE)), []),
        ((*TAKEN, stopped(StopReason.NO_CONTACT), sent()), []),
    ],
)
def test_what_somebody_should_look_at_first_is_flagged(events: tuple, flags: list[str]) -> None:
    row = folded(*events)
    assert flags_of(row) == flags and row["flagged"] == bool(flags)


def test_flags_come_first_and_then_the_longest_wait_and_who_was_treated_last() -> None:
    waiting, longer = folded(received(day=5)), folded(received(day=1))
    treated = folded(received(day=0), booked(1), attended(1))
    flagged = folded(received(day=9), risk())
    assert sorted((waiting, longer, treated, flagged), key=lambda row: row["by_flag"]) == [
        flagged,
        longer,
        waiting,
        treated,
    ]
    assert first_attended_at(treated) == time_text(starts(1))


def test_a_session_is_where_it_was_moved_to_and_attended_as_corrected() -> None:
    story = (*TAKEN, booked(2), moved(2), missed(2))
    assert first_attended_at(folded(*story)) is None
    row = folded(*story, corrected(2, AttendanceCode.ARRIVED_LATE_SEEN))
    assert first_attended_at(row) == time_text(starts(2) + DAY)


def test_who_asks_for_another_time_has_no_offer() -> None:
    assert folded(*TAKEN, offered(), returned())["stage"] == "accepted"


def test_nobody_to_write_to_is_known_until_something_was_sent() -> None:
    assert folded(received(contactable=False))["lacks_contact"]
    assert not folded(received(contactable=False), sent())["lacks_contact"]
    assert not folded(received(contactable=True))["lacks_contact"]
    assert not folded(received())["lacks_contact"]


def test_an_erasure_after_another_ending_leaves_that_ending() -> None:
    ended = said.ReferralWithdrawn(**of(1), withdrawn_at=START)
    assert folded(received(), ended, said.ReferralErased(**of(1), erased_at=START + DAY))["ended"] == "withdrawn"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_topics_in_any_order_give_the_same_rows(data: st.DataObject) -> None:
    """Within a topic the order is kept; which topic comes next is anybody's guess."""
    queues: dict[str, list[Any]] = {}
    for event in STORY:
        queues.setdefault(declaration_of(event).topic, []).append(event)
    mixed = []
    while any(queues.values()):
        topic = data.draw(st.sampled_from(sorted(name for name, queue in queues.items() if queue)))
        mixed.append(queues[topic].pop(0))
    for projection in (WORKLIST, TIMELINES):
        expected = folded(*(each for each in STORY if type(each) in projection.folds), projection=projection)
        found = folded(*(each for each in mixed if type(each) in projection.folds), projection=projection)
        assert found == expected


def test_the_views_are_rebuilt_to_the_same_bytes_and_name_nobody() -> None:
    followed = Followed()
    followed.tell(*STORY, received(2), received(3))
    before = followed.referral.digest()
    assert followed.referral.rebuild() == len(STORY) + 2
    assert followed.referral.digest() == before
    exported = export(followed.referral.store, followed.referral.service.projections).decode()
    assert uid(1) in exported and uid(1001) not in exported


def test_the_timeline_has_everything_in_order_of_time() -> None:
    followed = Followed()
    followed.tell(*STORY)
    entries = followed.row(name="timelines")["entries"]
    assert [each["at"] for each in entries] == sorted(each["at"] for each in entries)
    assert len(entries) == sum(type(each) in TOLD for each in STORY) == 21
    assert entries[0] == {"at": time_text(START), "what": "referral.received", "source": "A1"}

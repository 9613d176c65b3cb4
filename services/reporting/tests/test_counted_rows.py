"""What is counted from the index is what counting the rows one by one gives."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from movewell.kernel import SystemClock
from movewell.log.sqlite import SqliteLog
from movewell.projections import rows_of
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from reporting.bootstrap import SERVICE
from reporting.entrypoints.counting import Counting
from reporting.figures.facets import FACETS, NO_SITE, group_of
from reporting.figures.facts import facts_in, facts_of, text_of
from reporting.figures.filters import Counted
from reporting.figures.flow import came_to
from reporting.figures.rates import came_out
from reporting.figures.rows import Period, Row, days_waited, finished, started, within
from reporting.projections.booking_rows import BOOKINGS
from reporting.projections.referral_rows import REFERRALS

from .cohort import ENDINGS

TENANT, FIRST, HOURS = "ZT001", datetime(2026, 1, 1, tzinfo=UTC), 24 * 365
_moments = st.integers(0, HOURS).map(lambda hour: (FIRST + timedelta(hours=hour)).isoformat(timespec="microseconds"))
_maybe = st.none() | _moments
_scores = dict.fromkeys(("phq9_first", "phq9_last", "gad7_first", "gad7_last"), st.none() | st.integers(0, 27))
_flags = dict.fromkeys(("at_caseness", "recovered", "reliably_improved", "reliably_deteriorated"), st.booleans())
_steps = ("screened_at", "accepted_at", "offered_at", "waiting_since", "first_booked_at", "first_attended_at")
_facets = {
    "site": st.none() | st.sampled_from(["gym", "pool"]),
    "source": st.none() | st.sampled_from(["A1", "B1"]),
    "deprivation": st.none() | st.integers(1, 10),
    "ethnicity": st.none() | st.sampled_from("AHMZ"),
}
_rows = st.fixed_dictionaries(
    {"received_at": _maybe},
    optional={
        **dict.fromkeys(_steps, _maybe),
        **_facets,
        "cleared": st.booleans(),
        "sessions_booked": st.integers(0, 3),
        "sessions_attended": st.integers(0, 3),
        "ended": st.sampled_from(ENDINGS),
        "ended_at": _maybe,
        "outcome": st.none() | st.fixed_dictionaries({**_scores, **_flags}),
    },
)
_bookings = st.fixed_dictionaries(
    {"referral_id": st.integers(0, 14).map("r{:02}".format), "starts_at": _maybe, "site": _facets["site"]},
    optional={"code": st.none() | st.sampled_from("234567")},
)
_days = st.dates(date(2026, 1, 1), date(2027, 1, 1))
_periods = st.tuples(_days, _days).map(lambda days: (min(days), max(days)))


def one_by_one(referrals: list[Row], bookings: list[Row], period: Period) -> Counted:
    """Each row looked at by itself, as plainly as can be."""
    tallies: dict[Any, Counter[Any]] = defaultdict(Counter)
    groups = {}
    for row in referrals:
        tally = tallies[groups.setdefault(row["id"], group_of(row))]
        if within(period, row.get("received_at")):
            tally["flow", came_to(row)] += 1
        if within(period, row.get("first_attended_at")):
            tally["waits of started", days_waited(row)] += 1
        if finished(row) and within(period, row.get("ended_at")):
            tally["waits of finished", days_waited(row)] += 1
            tally["outcomes of finished", came_out(row)] += 1
        if started(row) and within(period, row.get("ended_at")):
            tally["outcomes of ended", came_out(row)] += 1
    for row in bookings:
        if within(period, row.get("starts_at")):
            rest = groups.get(row["referral_id"], group_of({}))[1:]
            tallies[row.get("site") or NO_SITE, *rest]["bookings", row.get("code") or None] += 1
    return Counted(period, dict(tallies), tuple(sorted({group[0] for group in tallies} - {NO_SITE})))


def kept(referrals: list[dict[str, Any]], bookings: list[dict[str, Any]]) -> Counting:
    """The rows in a store; every third referral as it was folded before there were facts beside it."""
    running = Running(SERVICE, SqliteStore(None), SqliteLog(None), SystemClock())
    running.prepare()
    for number, row in enumerate(referrals):
        if row["received_at"] and number % 3:
            row["facts"] = text_of(facts_of(row))
    for projection, rows in ((REFERRALS, referrals), (BOOKINGS, bookings)):
        name = rows_of(projection.collection, 1).name
        running.store.transaction(TENANT, lambda tx, n=name, r=rows: [tx.add(n, {**each}) for each in r])
    return Counting(running)


@given(st.lists(_rows, max_size=15), st.lists(_bookings, max_size=15), _periods, st.data())
@settings(deadline=None)
def test_the_index_is_counted_as_its_rows_are(
    referrals: list[dict[str, Any]], bookings: list[dict[str, Any]], period: Period, data: st.DataObject
) -> None:
    referrals = [{**row, "id": f"r{n:02}", "tenant": TENANT} for n, row in enumerate(referrals)]
    bookings = [{**row, "id": f"b{n:02}", "tenant": TENANT} for n, row in enumerate(bookings)]
    found = kept(referrals, bookings).of(TENANT, period).counted
    plain = one_by_one([row for row in referrals if row["received_at"]], bookings, period)
    assert (found.groups, found.sites) == (plain.groups, plain.sites)
    values = [sorted({group[place] for group in plain.groups}) for place in range(len(FACETS))]
    chosen = {
        facet.name: data.draw(st.sampled_from(some))
        for facet, some in zip(FACETS, values, strict=True)
        if some and data.draw(st.booleans())
    }
    for published in (True, False):
        assert found.report(chosen, published=published) == plain.report(chosen, published=published)


@given(_rows)
def test_facts_are_read_as_they_were_written(row: dict[str, Any]) -> None:
    facts = facts_of(row)
    assert facts_in(text_of(facts)) == facts
    assert len(json.loads(text_of(facts))) == len(facts)

"""No number that is withheld can be worked out, from a page or from two pages, by somebody who is good at it."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reporting.figures.filters import Counted
from reporting.figures.protection import Structure, as_shown, given_away, may_be_shown
from reporting.figures.report import STRUCTURE, Tally, cells_of
from reporting.figures.sums import Whole

from .attacker import Attacker
from .cohort import at, attending, count, finishing, referral, scores

TABLE = Structure((Whole("all", ("a", "b", "c")),), frozenset({"all"}))
ATTACKS = settings(max_examples=12, deadline=None)


def shown(counts: dict[str, int], structure: Structure = TABLE, **more: Any) -> dict[str, int]:
    return {name: count for name, count in as_shown(counts, structure, published=True, **more).items() if count}


def test_a_small_part_that_its_neighbours_give_away_takes_the_smallest_of_them_with_it() -> None:
    counts = {"all": 18, "a": 7, "b": 7, "c": 4}
    alone = Attacker(TABLE.wholes, {"all": 20, "a": 5, "b": 5})
    assert alone.range_of("c") == (4, 12)  # rounding by itself gives it away: it is below 5
    assert shown(counts) == {"all": 20, "b": 5}


def test_a_part_that_rounding_hides_takes_nothing_with_it() -> None:
    assert shown({"all": 41, "a": 39, "b": 0, "c": 2}) == {"all": 40, "a": 40}


def test_a_number_on_no_page_is_watched_too() -> None:
    structure = Structure(
        (Whole("of", ("recovered", "not recovered")),), frozenset({"of"}), frozenset({"not recovered"})
    )
    assert shown({"of": 7, "recovered": 6, "not recovered": 1}, structure) == {"of": 5}  # else it would be below 3
    assert shown({"of": 28, "recovered": 27, "not recovered": 1}, structure) == {"of": 30, "recovered": 25}  # 1 to 9
    assert shown({"of": 27, "recovered": 27, "not recovered": 0}, structure) == {"of": 25, "recovered": 25}


def test_a_filter_that_leaves_few_out_does_not_tell_how_few() -> None:
    structure = Structure((Whole("all", ("a", "b")),))
    chosen, everybody = {"all": 36, "a": 16, "b": 20}, {"all": 39, "a": 18, "b": 21}
    page = shown(chosen, structure, larger=[everybody])
    assert "all" not in page  # 40 less 35 would be those left out
    assert shown(chosen, structure) == {"all": 35, "a": 15, "b": 20}
    assert shown(everybody, structure, larger=[everybody]) == {"all": 40, "a": 20, "b": 20}


def test_a_small_site_is_not_what_the_others_leave() -> None:
    sites = {"gym": {"n": 22}, "pool": {"n": 12}, "hall": {"n": 4}, "closed": {"n": 0}}
    everybody = {"n": 38}
    assert [given_away(sites, everybody, site) for site in ("gym", "pool", "hall")] == [set(), {"n"}, set()]


def rows_of(seed: int, size: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Referrals and bookings of a service that is more often small than large."""
    luck = random.Random(seed)
    kinds = [
        lambda name: referral(name, ended=luck.choice((None, "declined", "withdrawn")), ended_at=at(20)),
        lambda name: attending(name, waited=luck.randrange(1, 80), ended="withdrawn", ended_at=at(60)),
        lambda name: finishing(
            name,
            waited=luck.choice((5, 20, 30, 45, 100)),
            outcome=scores((luck.randrange(5, 25), luck.choice((None, 4, 9, 20))), (luck.randrange(4, 20), 5)),
        ),
    ]
    weights = [luck.random() for _ in kinds]
    rows = [luck.choices(kinds, weights)[0](str(number)) | {"site": luck.choice("AAAAB")} for number in range(size)]
    sessions = [
        {"starts_at": at(10), "code": luck.choice("55555632247"), "site": luck.choice("AAAAB")} for _ in range(size)
    ]
    return rows, sessions


def everybody(counted: Counted) -> Tally:
    return sum(counted.groups.values(), Counter())


services = st.builds(rows_of, st.integers(0, 10**6), st.integers(0, 90))


def assert_withheld(attacker: Attacker, counts: dict[str, int], prefix: str = "") -> None:
    small = sorted(STRUCTURE.small(counts) if counts.keys() >= STRUCTURE.unprinted else TABLE.small(counts))
    for name in random.Random(len(small)).sample(small, min(len(small), 12)):  # each takes two programmes
        least, most = attacker.range_of(prefix + name)
        may_be_large = name in STRUCTURE.unprinted and most >= 5
        assert (least <= 0 and most >= 4) or may_be_large, (prefix + name, counts[name], least, most)


@ATTACKS
@given(services)
def test_no_small_number_of_a_report_can_be_worked_out_from_it(service: Any) -> None:
    counts = cells_of(everybody(count(*service)))
    assert_withheld(Attacker(STRUCTURE.wholes, shown(counts, STRUCTURE)), counts)


@ATTACKS
@given(services)
def test_no_small_number_can_be_worked_out_from_two_pages(service: Any) -> None:
    counted = count(*service)
    both = cells_of(everybody(counted))
    chosen = cells_of(sum((tally for group, tally in counted.groups.items() if group[0] == "A"), Counter()))
    others = {name: both[name] - number for name, number in chosen.items()}
    pages = shown(chosen, STRUCTURE, larger=[both])
    pages |= {f"all {name}": number for name, number in shown(both, STRUCTURE).items()}
    sums = [*STRUCTURE.wholes, *STRUCTURE.prefixed("all "), *STRUCTURE.prefixed("other ")]
    sums += [Whole(f"all {name}", (name, f"other {name}")) for name in chosen]
    attacker = Attacker(sums, pages)
    assert_withheld(attacker, chosen)
    if any(others.values()):
        assert_withheld(attacker, others, "other ")


@given(services)
@settings(max_examples=25, deadline=None)
def test_what_is_shown_is_the_true_number_rounded(service: Any) -> None:
    counts = cells_of(everybody(count(*service)))
    for name, number in shown(counts, STRUCTURE).items():
        assert number % 5 == 0 and abs(number - counts[name]) <= 2 and counts[name] >= 5


@given(st.lists(st.integers(0, 60), min_size=3, max_size=3))
@settings(deadline=None)
def test_whatever_is_shown_of_a_table_the_attacker_learns_no_small_number(parts: list[int]) -> None:
    counts = {"all": sum(parts), **dict(zip("abc", parts, strict=True))}
    assert_withheld(Attacker(TABLE.wholes, shown(counts)), counts)


@pytest.mark.parametrize("size", [30, 300])
def test_the_large_numbers_of_a_report_stay(size: int) -> None:
    rows, sessions = rows_of(1, size)
    counts = cells_of(everybody(count(rows, sessions)))
    kept = may_be_shown(counts, STRUCTURE)
    large = {name for name, count in counts.items() if count >= 5} - STRUCTURE.unprinted
    assert {"flow received", "bookings", "bookings expected"} <= kept
    assert len(kept) >= 0.6 * len(large)

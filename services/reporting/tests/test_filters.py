"""A report of those whom a manager has chosen: it counts them only, and gives nobody else's small numbers away."""

from __future__ import annotations

from typing import Any

import pytest
from movewell.contracts.types import EthnicCategory, SourceOfReferral
from reporting.figures.facets import FACETS, group_of, site_words
from reporting.figures.filters import in_words
from reporting.figures.report import build_report
from reporting.figures.sources import SOURCES

from .attacker import Attacker
from .cohort import QUARTER, at, count, finishing, referral


def people(number: int, **facts: Any) -> list[dict[str, Any]]:
    name = "-".join(map(str, facts.values()))
    return [referral(f"{name}-{each}", **facts) for each in range(number)]


ROWS = [
    *people(23, site="gym", source="A1", deprivation=1, ethnicity="A"),
    *people(17, site="pool", source="B1", deprivation=2, ethnicity="H"),
    *people(9, source="A1", deprivation=9, ethnicity="Z"),
    *people(3, site="hall"),
]
BOOKINGS = [
    {"id": "1", "referral_id": "gym-A1-1-A-1", "site": "pool", "starts_at": at(9), "code": "5"},
    {"id": "2", "referral_id": "nobody", "site": "gym", "starts_at": at(9), "code": "3"},
]


def received(published: bool = False, **chosen: str) -> int | None:
    return count(ROWS, BOOKINGS).report(chosen, published=published).flow.stage("received").count


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({}, 52),
        ({"site": "gym"}, 23),
        ({"site": "-"}, 9),
        ({"source": "A1"}, 32),
        ({"source": "unknown"}, 3),
        ({"deprivation": "1"}, 40),
        ({"deprivation": "5"}, 9),
        ({"deprivation": "unknown", "ethnicity": "unknown"}, 3),
        ({"ethnicity": "asian", "site": "pool"}, 17),
        ({"ethnicity": "asian", "site": "gym"}, 0),
        ({"site": "never-heard-of"}, 0),
    ],
)
def test_filters_combine(chosen: dict[str, str], count: int) -> None:
    assert received(**chosen) == count


def test_without_filters_it_is_the_report_of_all_rows() -> None:
    rows = [*ROWS, *(finishing(f"f{each}", site="gym") for each in range(30))]
    for published in (True, False):
        whole = build_report(rows, BOOKINGS, period=QUARTER, published=published)
        assert count(rows, BOOKINGS).report({}, published=published) == whole


def test_a_booking_is_at_its_own_site_and_of_its_referral() -> None:
    bookings = {
        tuple(chosen.values()): count(ROWS, BOOKINGS).report(chosen, published=False).attendance.bookings
        for chosen in ({"site": "pool"}, {"site": "gym"}, {"source": "A1"}, {"source": "unknown"})
    }
    assert bookings == {("pool",): 1, ("gym",): 1, ("A1",): 1, ("unknown",): 1}


def test_a_row_from_before_the_facts_were_told_is_not_known() -> None:
    assert group_of({"id": "old", "tenant": "A1B2C"}) == ("-", "unknown", "unknown", "unknown")


def test_every_code_has_its_words_and_its_group() -> None:
    assert set(SOURCES) == {source.value for source in SourceOfReferral}
    groups = {code.value: group_of({"ethnicity": code.value})[3] for code in EthnicCategory}
    assert groups == {
        **dict.fromkeys("ABC", "white"),
        **dict.fromkeys("DEFG", "mixed"),
        **dict.fromkeys("HJKL", "asian"),
        **dict.fromkeys("MNP", "black"),
        **dict.fromkeys("RS", "other"),
        "Z": "not-stated",
        "99": "unknown",
    }
    assert [group_of({"deprivation": decile})[2] for decile in range(1, 11)] == list("1122334455")
    assert all(group_of({"ethnicity": code.value})[3] in FACETS[3].words for code in EthnicCategory)


def test_filters_are_said_in_words_and_in_order() -> None:
    chosen = {"ethnicity": "black", "deprivation": "1", "site": "st-charles-gym", "source": "B1"}
    assert in_words(chosen, {}) == [
        ("Site", "St charles gym"),
        ("Source of referral", "The person themselves"),
        ("Deprivation of the area", "Most deprived fifth of areas (deciles 1 and 2)"),
        ("Ethnicity", "Black or Black British"),
    ]
    assert (in_words({}, {}), site_words("-", {})) == ([], "No site yet")
    assert in_words({"site": "gym"}, {"gym": "Iron House"}) == [("Site", "Iron House")]


def test_who_is_left_out_by_a_filter_is_not_counted_by_subtraction() -> None:
    rows = [*people(36, site="gym", ethnicity="A"), *people(3, site="gym", ethnicity="M")]
    report = count(rows, []).report
    assert report({}, published=True).flow.stage("received").count == 40
    assert report({"ethnicity": "white"}, published=True).flow.stage("received").count is None  # 35 of 40
    assert report({"ethnicity": "white"}, published=False).flow.stage("received").count == 36


def test_a_small_site_does_not_follow_from_the_pages_of_all_others() -> None:
    sizes = {"gym": 22, "pool": 12, "hall": 4}
    rows = [row for site, size in sizes.items() for row in people(size, site=site)]
    report = count(rows, []).report
    pages = {site: report({"site": site}, published=True).flow.stage("received").count for site in sizes}
    pages["all"] = report({}, published=True).flow.stage("received").count
    assert pages == {"gym": 20, "pool": None, "hall": None, "all": 40}
    shown = {name: count for name, count in pages.items() if count}
    assert Attacker([("all", tuple(sizes))], shown).range_of("hall")[0] == 0
    assert Attacker([("all", tuple(sizes))], {**shown, "pool": 10}).range_of("hall")[0] == 4

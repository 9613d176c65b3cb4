from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reporting.figures.suppression import Share, one_place, shown_count, shown_parts, shown_share

counts = st.integers(0, 2000)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (321_061, 321_060)],
)
def test_a_published_count_is_withheld_below_five_and_rounded_to_the_nearest_five(count, shown):
    assert shown_count(count, published=True) == shown


@given(counts)
def test_a_published_count_is_a_multiple_of_five_within_two_of_the_truth(count):
    shown = shown_count(count, published=True)
    assert (shown is None) == (count < 5)
    assert shown is None or (shown % 5 == 0 and abs(shown - count) <= 2)


@given(counts, counts)
def test_a_published_percentage_is_whole_and_withheld_if_either_number_is_below_five(part, other):
    share = shown_share(part, part + other, published=True)
    if part < 5:
        assert share == Share(None, shown_count(part + other, published=True), None)
    else:
        assert abs(int(share.percent) - Fraction(100 * part, part + other)) <= Fraction(1, 2)


@given(counts, counts)
def test_an_exact_share_keeps_its_numbers(part, other):
    share = shown_share(part, part + other, published=False)
    assert (share.numerator, share.denominator) == (part, part + other)
    assert (share.percent is None) == (part + other == 0)


def test_halves_are_rounded_up_as_the_national_tables_do():
    assert shown_share(25, 200, published=True).percent == "13"
    assert one_place(Fraction(1245, 100)) == "12.5"


@given(st.dictionaries(st.text(max_size=3), counts, min_size=3))
def test_no_published_part_stands_alone_as_the_only_one_withheld(parts):
    shown = shown_parts(parts, published=True, keep=next(iter(parts)))
    assert [*shown.values()].count(None) != 1
    assert all(shown[name] is None for name, count in parts.items() if count < 5)


def test_the_smallest_other_part_goes_with_a_lone_small_one_but_never_the_part_that_is_kept():
    parts = {"improved": 6, "unchanged": 30, "deteriorated": 3, "unpaired": 9}
    shown = shown_parts(parts, published=True, keep="improved")
    assert shown == {"improved": 5, "unchanged": 30, "deteriorated": None, "unpaired": None}


def test_exact_parts_stay_as_they_are():
    assert shown_parts({"a": 1, "b": 90}, published=False) == {"a": 1, "b": 90}

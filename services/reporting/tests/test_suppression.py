from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reporting.figures.suppression import Share, one_place, possible, published_count, share_of_shown

counts = st.integers(0, 2000)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (321_061, 321_060)],
)
def test_a_published_count_is_withheld_below_five_and_rounded_to_the_nearest_five(count, shown):
    assert published_count(count) == shown


@given(counts)
def test_a_published_count_is_a_multiple_of_five_within_two_of_the_truth(count):
    shown = published_count(count)
    assert (shown is None) == (count < 5)
    assert shown is None or (shown % 5 == 0 and abs(shown - count) <= 2)


@given(st.integers(5, 2000))
def test_what_a_published_count_may_have_been_are_the_counts_that_are_published_so(count):
    least, most = possible(published_count(count))
    assert [each for each in range(count - 9, count + 9) if published_count(each) == published_count(count)] == [
        *range(least, most + 1)
    ]


@given(counts, counts)
def test_a_published_percentage_is_whole_and_of_the_numbers_that_are_shown(part, other):
    top, bottom = published_count(part), published_count(part + other)
    share = share_of_shown(top, bottom, published=True)
    if top is None:
        assert share == Share(None, bottom, None)
    else:
        assert abs(int(share.percent) - Fraction(100 * top, bottom)) <= Fraction(1, 2)
        assert int(share.percent) <= 100


@given(counts, counts)
def test_an_exact_share_keeps_its_numbers(part, other):
    share = share_of_shown(part, part + other, published=False)
    assert (share.numerator, share.denominator) == (part, part + other)
    assert (share.percent is None) == (part + other == 0)


def test_halves_are_rounded_up_as_the_national_tables_do():
    assert share_of_shown(25, 200, published=True).percent == "13"
    assert one_place(Fraction(1245, 100)) == "12.5"

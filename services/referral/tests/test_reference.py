"""References that are read out on the phone: what is mistaken is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from referral.domain.reference import ALPHABET, LENGTH, read_reference, reference_of

numbers = st.integers(min_value=0, max_value=2**256 - 1)


@given(numbers)
def test_a_reference_is_read_as_it_is_written_however_people_type_it(number: int) -> None:
    made = reference_of(number)
    assert len(made) == LENGTH + 2 and set(made) <= {*ALPHABET, "-"}
    for written in (made, made.lower(), made.replace("-", ""), made.replace("-", " "), f"  {made} "):
        assert read_reference(written) == made


@given(numbers, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(number: int, place: int, other: str) -> None:
    made = reference_of(number).replace("-", "")
    wrong = made[:place] + other + made[place + 1 :]
    assert (read_reference(wrong) is None) == (wrong != made)


@given(numbers, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_two_characters_that_changed_places_are_found(number: int, one: int, other: int) -> None:
    made = list(reference_of(number).replace("-", ""))
    swapped = list(made)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert (read_reference("".join(swapped)) is None) == (swapped != made)


@given(st.text(max_size=60))
def test_anything_may_be_typed(text: str) -> None:
    assert read_reference(text) in (None, read_reference(text.upper()))


def test_nothing_looks_like_something_else_and_nothing_is_a_word() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 23
    assert not set("AEIOU01ZLS5B8") & set(ALPHABET)


@pytest.mark.parametrize("text", ["", "C7KM", "0" * 12, "C7KM-9XQ4-TRWHC", "Ç7KM-9XQ4-TRWH", "٢" * 12])
def test_what_is_no_reference_is_none(text: str) -> None:
    assert read_reference(text) is None


def test_different_numbers_have_different_references() -> None:
    assert len({reference_of(number) for number in range(5_000)}) == 5_000

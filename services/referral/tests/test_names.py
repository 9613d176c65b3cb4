"""A family name is found however it is written."""

import pytest
from referral.domain.names import searchable_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O’Brien", "o'brien"),
        ("Smith-Jones", "SMITH JONES"),
        ("Núñez", "nunez"),
        ("Straße", "STRASSE"),
        ("Müller", "Mu\u0308ller"),
        ("İnan", "inan"),
        ("مُحَمَّد", "محمد"),
        ("  van  der Berg ", "Vanderberg"),
    ],
)
def test_two_ways_to_write_a_name_are_one(one: str, other: str) -> None:
    assert searchable_name(one) == searchable_name(other) is not None


def test_other_names_stay_others() -> None:
    assert len({searchable_name(each) for each in ("Smith", "Smyth", "Smithe", "Li", "Lee", "李")}) == 6


@pytest.mark.parametrize("nothing", ["", "  ", "'-", "\u0301"])
def test_what_has_no_letter_is_no_name(nothing: str) -> None:
    assert searchable_name(nothing) is None

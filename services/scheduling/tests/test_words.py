"""Every code that a page of staff may show has its words."""

from __future__ import annotations

from enum import Enum

import pytest
from scheduling.entrypoints.words import WORDS, choices


@pytest.mark.parametrize("codes", WORDS, ids=lambda each: each.__name__)
def test_every_code_has_its_words_and_no_other(codes: type[Enum]) -> None:
    assert list(WORDS[codes]) == [each.value for each in codes]
    assert len({said for _, said in choices(codes)}) == len(codes)

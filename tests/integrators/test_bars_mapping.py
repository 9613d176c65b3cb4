"""The page that maps BaRS onto what is kept says what the code does, element by element."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest
from referral.adapters import bars_request
from referral.adapters.bars_definitions import OWN_USE_CASES, REFERRAL, TAKEN
from referral.adapters.bars_message import Message
from referral.entrypoints.bars_form import BarsHeadersSchema

from tests.integrators.bars_reading import HEADERS, WRONG, elements_read, full_referral, issues_of, said, without
from tests.integrators.bars_reading import with_wrong as spoilt
from tests.integrators.guide import GUIDE

PAGE = GUIDE.with_name("bars-mapping.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `(?P<name>[\w.-]+)` \| (?P<kept>.+?) \| (?P<missing>.+?) \| (?P<wrong>.+?) \|$", re.MULTILINE)
ROWS = {row["name"]: (row["missing"], row["wrong"]) for row in _ROW.finditer(PAGE)}
ELEMENTS = {name: told for name, told in ROWS.items() if "." in name}
HEADER_ROWS = {name: told for name, told in ROWS.items() if "." not in name}


def shown(codes: list[str]) -> str:
    return " ".join(f"`{code}`" for code in codes) or "taken"


def test_every_element_that_is_read_is_in_the_table_and_no_other() -> None:
    read = {each for each in elements_read() if not each.startswith("NHSD-")}
    assert read == set(ELEMENTS)
    assert set(REFERRAL.required) - {"ServiceRequest.category.coding"} <= set(ELEMENTS)


def test_an_element_that_is_newly_read_would_be_noticed() -> None:
    def source_and_note(message: Message) -> object:
        message.only("ServiceRequest").text("note.text")
        return source_of(message)

    source_of = bars_request.source_of
    with patch.object(bars_request, "source_of", source_and_note):
        assert "ServiceRequest.note" in elements_read() - set(ELEMENTS)


@pytest.mark.parametrize("element", ELEMENTS)
def test_an_element_that_is_missing_or_wrong_is_answered_as_the_table_says(element: str) -> None:
    assert (shown(said(without, element)), shown(said(spoilt, element))) == ELEMENTS[element]


@pytest.mark.parametrize("header", HEADER_ROWS)
def test_a_header_that_is_missing_or_wrong_is_answered_as_the_table_says(header: str) -> None:
    missing = {name: value for name, value in HEADERS.items() if name != header}
    answers = (issues_of(full_referral(), missing), issues_of(full_referral(), {**HEADERS, header: WRONG}))
    assert tuple(map(shown, answers)) == HEADER_ROWS[header]


def test_every_header_that_the_description_of_the_api_declares_is_in_the_table() -> None:
    declared = {each.data_key for each in BarsHeadersSchema().fields.values()}
    read = {each.partition(".")[0] for each in elements_read() if each.startswith("NHSD-")}
    assert declared | read <= set(HEADER_ROWS)


def test_the_use_cases_and_numbers_of_resources_are_those_of_the_code() -> None:
    assert {f"`{code}`" for code in TAKEN.values()} <= set(re.findall(r"`[^`]+`", PAGE))
    assert OWN_USE_CASES in PAGE
    (told,) = re.findall(r"^Of each resource there must be:.*$", PAGE, re.MULTILINE)
    assert [each for each in REFERRAL.cardinalities if each not in told] == []

"""The report as CSV and PDF, read back by others' programs."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from reporting.figures.lines import HEADERS, About, as_csv
from reporting.figures.printed import as_pdf
from reporting.figures.report import Report, build_report

from .cohort import QUARTER, at, finishing, referral, scores

ABOUT = About("Service ZT001", (("Site", "St charles gym"),), {"referral": 120, "outcomes": 7})
ROWS = [finishing(str(n), outcome=scores((18, 6), (15, 5))) for n in range(23)] + [referral("x", ended="declined")]
SESSIONS = [{"starts_at": at(5), "code": code} for code in "5" * 60 + "3" * 3]


def report(published: bool = True) -> Report:
    return build_report(ROWS, SESSIONS, period=QUARTER, published=published)


def records(made: bytes) -> list[dict[str, str]]:
    assert made.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""), strict=True))
    assert rows[0] == list(HEADERS) and {len(row) for row in rows} == {len(HEADERS)}
    return [dict(zip(HEADERS, row, strict=True)) for row in rows[1:]]


def one(made: bytes, section: str, figure: str, group: str = "") -> dict[str, str]:
    (found,) = (
        each
        for each in records(made)
        if (each["section"], each["figure"]) == (section, figure) and each["group"].startswith(group)
    )
    return found


def test_a_file_says_whose_figures_it_holds_of_when_by_which_filters_and_up_to_where() -> None:
    about = {each["figure"]: each for each in records(as_csv(report(), ABOUT)) if each["section"] == "About"}
    assert about["Period"]["text"] == "1 January 2026 to 31 March 2026"
    assert (about["Whose"]["text"], about["Filter: Site"]["text"]) == ("Service ZT001", "St charles gym")
    assert about["Position in the log: referral"]["number"] == "120"
    assert "not shown ([c])" in about["Figures"]["text"]
    assert "do not publish" in one(as_csv(report(published=False), ABOUT), "About", "Figures")["text"]


def test_numbers_are_numbers_and_what_is_withheld_is_marked() -> None:
    attended = one(as_csv(report(), ABOUT), "Attendance", "Attended")
    assert (attended["number"], attended["of"], attended["per cent"]) == ("60", "65", "92")
    missed = one(as_csv(report(), ABOUT), "Attendance", "Did not attend, or came too late to be seen")
    assert (missed["number"], missed["per cent"]) == ("[c]", "[c]")
    exact = one(as_csv(report(published=False), ABOUT), "Attendance", "Did not attend, or came too late to be seen")
    assert (exact["number"], exact["of"], exact["per cent"]) == ("3", "63", "4.8")
    for each in records(as_csv(report(), ABOUT)):
        assert all(each[name] in ("", "[c]") or float(each[name]) >= 0 for name in ("number", "of", "per cent"))


def test_a_file_ends_its_lines_as_the_standard_says() -> None:
    made = as_csv(report(), ABOUT)
    assert made.endswith(b"\r\n") and made.count(b"\n") == made.count(b"\r\n")


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n \u00a0'\",;|＝A1"), max_size=12))
@settings(deadline=None)
def test_no_cell_is_a_formula_and_every_text_comes_back(words: str) -> None:
    made = as_csv(build_report([], [], period=QUARTER, published=True), About(words, ((words, words),), {}))
    whose = one(made, "About", "Whose")["text"]
    assert whose.removeprefix("'") == words.removeprefix("'")
    for each in records(made):
        for cell in each.values():
            assert not cell.lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))


@pytest.mark.parametrize("made", [as_csv, as_pdf])
def test_the_same_figures_give_the_same_bytes(made: Any) -> None:
    assert made(report(), ABOUT) == made(report(), ABOUT)
    assert made(report(), ABOUT) != made(report(published=False), ABOUT)


def words_of(made: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages).split())


def test_a_print_has_its_title_language_outline_and_pages() -> None:
    read = PdfReader(io.BytesIO(as_pdf(report(), ABOUT)))
    assert read.metadata.title == "Report, 1 January 2026 to 31 March 2026: Service ZT001"
    assert read.trailer["/Root"]["/Lang"] == "en-GB"
    assert read.metadata.creation_date.date() == date(2026, 3, 31)
    outline = [each.title for level in read.outline for each in (level if isinstance(level, list) else [level])]
    assert outline[:2] == ["Report, 1 January 2026 to 31 March 2026", "From referral to improvement"]
    assert "Waiting times" in outline and "Outcomes" in outline
    assert f"Page 1 of {len(read.pages)}" in read.pages[0].extract_text()


def test_a_print_holds_every_figure_that_the_page_does_and_nothing_that_is_withheld() -> None:
    words = words_of(as_pdf(report(), ABOUT))
    assert "92% (60 of 65)" in words and "Site St charles gym" in words and "referral 120" in words
    assert "For publication" in words and "95.2%" not in words
    assert "Regression" not in words or "uncontrolled" in words
    exact = words_of(as_pdf(report(published=False), ABOUT))
    assert "95.2% (60 of 63)" in exact and "For staff of the service only" in exact
    assert "Declined by the service" in exact or "declined by the service" in exact


def test_what_the_fonts_cannot_print_is_marked_and_stops_nothing() -> None:
    words = words_of(as_pdf(report(), About("Service Łódź – “Zoë’s” نور", (), {})))
    assert "– “Zoë’s” ???" in words


def test_an_empty_report_can_be_printed() -> None:
    empty = build_report([], [], period=QUARTER, published=False)
    assert "no rate (0 of 0)" in words_of(as_pdf(empty, ABOUT))

"""The report as a PDF: headings in the outline, every chart as its table, language and title set.

The text is searchable and in reading order. fpdf2 writes no tags for tables, so the page and the CSV are for those
who need them.
"""

from __future__ import annotations

from datetime import UTC, datetime, time

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from reporting.figures.definitions import Definition
from reporting.figures.lines import About
from reporting.figures.page import ReportPage, laid_out
from reporting.figures.report import Report
from reporting.figures.tables import Table

_FONT = "Helvetica"
_ENCODING = "cp1252"
_BOLD = FontFace(emphasis="BOLD")


class _Sheet(FPDF):
    """A4 upright, with the page's number at its foot."""

    def __init__(self, title: str, at: datetime) -> None:
        super().__init__(format="A4")
        self.core_fonts_encoding = _ENCODING
        self.set_lang("en-GB")
        self.set_title(title)
        self.set_creator("Movewell")
        self.set_creation_date(at)
        self.set_display_mode("fullwidth")
        self.set_auto_page_break(True, margin=20)
        self.set_margin(18)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font(_FONT, size=9)
        self.cell(0, 6, f"Page {self.page_no()} of {{nb}}", align="C")

    def heading(self, words: str, level: int = 0) -> None:
        """A heading that is in the outline too."""
        self.set_font(_FONT, "B", (18, 14)[level])
        if self.will_page_break(30):
            self.add_page()
        self.start_section(words, level)
        self.ln(2)
        self.line_of(words)
        self.ln(1)

    def line_of(self, words: str) -> None:
        """Words over as many lines as they take."""
        self.multi_cell(0, 6, _printable(words), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def paragraph(self, words: str) -> None:
        """Plain words."""
        self.set_font(_FONT, size=10)
        self.line_of(words)
        self.ln(1)

    def grid(self, table: Table) -> None:
        """A table, its head repeated on each page."""
        if not table.rows:
            return
        self.set_font(_FONT, "B", 10)
        if self.will_page_break(24):
            self.add_page()
        self.line_of(table.caption)
        self.set_font(_FONT, size=9)
        widths = (3, *(2 for _ in table.headers[1:])) if len(table.headers) > 2 else (3, 1)
        aligned = ("LEFT", *("RIGHT" for _ in table.headers[1:]))
        with self.table(
            col_widths=widths,
            text_align=aligned,
            headings_style=_BOLD,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            line_height=5.5,
        ) as grid:
            for row in (table.headers, *table.rows):
                grid.row([_printable(cell) for cell in row])
        self.ln(3)


def as_pdf(report: Report, about: About) -> bytes:
    """The report as PDF; the same figures and positions give the same bytes."""
    page = laid_out(report)
    title = f"Report, {page.period}"
    sheet = _Sheet(f"{title}: {about.scope}", datetime.combine(report.last_day, time(), UTC))
    sheet.heading(title)
    sheet.paragraph(about.scope)
    sheet.paragraph(_kind(page))
    sheet.grid(Table("Filters", ("Filter", "Chosen"), about.chosen or (("All", "Everybody is counted"),)))
    sheet.grid(Table("Key figures", ("Figure", "Value"), tuple((each.term, each.words) for each in page.key_figures)))
    _sections(sheet, page)
    sheet.heading("Where these figures come from", 1)
    places = tuple((topic, str(position)) for topic, position in sorted(about.positions.items()))
    sheet.grid(Table("Positions in the log of events", ("Topic", "Position"), places))
    return bytes(sheet.output())


def _kind(page: ReportPage) -> str:
    if page.published:
        return "For publication: numbers are rounded to the nearest 5 and small numbers are not shown."
    return "For staff of the service only: these are exact numbers, and small ones may identify people."


def _sections(sheet: _Sheet, page: ReportPage) -> None:
    sections: dict[str, tuple[str, list[Table]]] = {
        "From referral to improvement": ("flow", [page.flow.table, page.leaving]),
        "Waiting times": ("waits", [page.waits, *(chart.table for chart in page.waits_charts)]),
        "Attendance": ("attendance", [page.attendance]),
        "Outcomes": ("outcomes", [chart.table for chart in page.outcomes_charts]),
    }
    for heading, (key, tables) in sections.items():
        sheet.heading(heading, 1)
        for table in tables:
            sheet.grid(table)
        _defined(sheet, page.definitions[key])
    sheet.heading("How small numbers are protected", 1)
    _defined(sheet, page.definitions["disclosure"])


def _defined(sheet: _Sheet, definitions: tuple[Definition, ...]) -> None:
    for each in definitions:
        sheet.paragraph(f"{each.term}. {each.words} Source: {each.source}.")


def _printable(words: str) -> str:
    """What the fonts that every reader has can print: the Latin letters of Western Europe and their punctuation."""
    return words.encode(_ENCODING, "replace").decode(_ENCODING)

"""The distribution of waits, with the marks of the 6- and 18-week standard."""

from __future__ import annotations

from movewell.web.charts import BLUE, GREY, MARGIN, WIDTH, Chart, Drawing

from reporting.figures.suppression import Share
from reporting.figures.tables import band_label, bands_table, number, share_of
from reporting.figures.waits import EIGHTEEN_WEEKS, SIX_WEEKS, Band, Waits

ROW = 26
BAR = 16
LABEL = 126
NUMBER = 68
LONGEST = WIDTH - 2 * MARGIN - LABEL - NUMBER


def waits_chart(waits: Waits, group: str, *, name: str) -> Chart:
    """Draw how many referrals waited how long. `group` says who, `name` is unique on the page."""
    table = bands_table(waits, group)
    said = "; ".join(f"{band_label(band)}: {number(band.count)}" for band in waits.bands)
    standard = f"Within 6 weeks {share_of(waits.within_6_weeks)}, 18 weeks {share_of(waits.within_18_weeks)}."
    drawing = Drawing(name, table.caption, f"{standard} {said}; not known: {number(waits.not_known)}.")
    most = max((band.count or 0 for band in waits.bands), default=0)
    for band in waits.bands:
        _row(drawing, band, most)
        if band.last_day == SIX_WEEKS:
            _mark(drawing, "6 weeks", waits.within_6_weeks)
        if band.last_day == EIGHTEEN_WEEKS:
            _mark(drawing, "18 weeks", waits.within_18_weeks)
    return Chart(drawing.svg(), table)


def _row(drawing: Drawing, band: Band, most: int) -> None:
    top, left = drawing.height, MARGIN + LABEL
    drawing.words(MARGIN, top + 17, band_label(band))
    if band.count is None:
        drawing.words(left + 6, top + 17, number(band.count))
    else:
        length = LONGEST * band.count / most if most else 0
        drawing.box(left, top + 4, length, BAR, fill=BLUE)
        drawing.words(left + length + 6, top + 17, number(band.count), font_weight="bold")
    drawing.box(left, top, 1.5, ROW, fill=GREY)
    drawing.height += ROW


def _mark(drawing: Drawing, weeks: str, share: Share) -> None:
    drawing.rule(drawing.height + 26, f"{weeks}: {share_of(share)}")
    drawing.height += 34
